"""Requests are passed in a protocol that the other end does not speak.

When the target is a `listen` of an nginx in these files, its protocol is known: plain HTTP to a `listen … ssl` gets `400 The plain
HTTP request was sent to HTTPS port`; TLS to a plain port fails with `wrong version number` and `502`; a
`listen … proxy_protocol` that gets none logs `broken header` and closes the connection, `502`. For other targets the
port tells: `http://` to port 443, or `https://` to port 80, is reported as a warning. A Kubernetes Service says it with
the name or `appProtocol` of its port. An `fpm` image of PHP speaks FastCGI, and drops what is plain HTTP.

Write the scheme that the other end speaks, or dial its other port.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / { proxy_pass http://127.0.0.1:8443; }  # error: [upstream-protocol-mismatch] "TLS"
    }
    server {
        listen 8443 ssl;
        location / { return 200; }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / { proxy_pass https://127.0.0.1:8443; }
    }
    server {
        listen 8443 ssl;
        location / { return 200; }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.facets.judgement import Facet, Judgement
from upstreamlint.finding import Symptom
from upstreamlint.model.compose import ComposeService, image_facts
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.listening import by_client
from upstreamlint.programs.nginx.model import Listen
from upstreamlint.programs.nginx.own import dialled, own_servers
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import nginx_answers

_FPM = 9000
"""The port of PHP-FPM."""
_PLAIN_TO_TLS = Symptom(400, "The plain HTTP request was sent to HTTPS port")
_TLS_TO_PLAIN = nginx_answers(
    502, "SSL_do_handshake() failed (wrong version number) while SSL handshaking to upstream"
)
_NO_HEADER = nginx_answers(
    502, "upstream prematurely closed connection while reading response header from upstream"
)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pass whose other end speaks something else."""
    by_route = {}
    others = by_client(graph)
    judged: set[int] = set()
    for passed in graph.references(ProxyPass):
        by_route[id(passed.route)] = passed
        if passed.target.scheme in ("http", "https") and passed.target.context == "http":
            yield from _judge(passed)
    for port in graph.judgements:
        found = by_route.get(id(port.dial.route))
        if found is None or port.facet is not Facet.PORT or port.broken:
            continue
        if isinstance(port.target, ServicePort):
            yield from _service(found, port, port.target)
        elif (
            isinstance(port.target, ComposeService)
            and id(found) not in judged
            and found.target.context == "http"
        ):
            wrong = list(_container(found, port, port.target, others.get(id(port.target))))
            if wrong:
                judged.add(id(found))
            yield from wrong


def _judge(passed: ProxyPass) -> Iterator[Finding]:
    secure = passed.target.scheme == "https"
    for address, port in dialled(passed):
        own = own_servers(passed.instance, address, port)
        if own:
            yield from _own(passed, own[0][1], secure=secure)
            return
        if address.kind in ("name", "ip") and address.port is not None:
            wrong = (not secure and address.port == 443) or (secure and address.port == 80)  # noqa: PLR2004 - the two well-known ports
            if wrong:
                yield Finding(
                    message=f"`{passed.target.scheme}://` to port {port}, which is the port of "
                    + ("plain HTTP" if secure else "TLS"),
                    primary=Label(
                        passed.target.anchor, f"{'TLS' if secure else 'plain HTTP'} to port {port}"
                    ),
                    subject=passed.route,
                    symptom=_TLS_TO_PLAIN if secure else _PLAIN_TO_TLS,
                    help=f"write `{'http' if secure else 'https'}://`, or dial port {443 if secure else 80}",
                    assumption="the port serves what it is known for",
                    fault=passed.target.target.value,
                )
                return


def _container(
    passed: ProxyPass,
    port: Judgement,
    target: ComposeService,
    other: tuple[NginxInstance, frozenset[int]] | None,
) -> Iterator[Finding]:
    """What the nginx or the image in another container says against the scheme."""
    if passed.target.kind != "proxy_pass" or passed.target.scheme not in ("http", "https"):
        return
    if other is not None and other[0] is not passed.instance:
        listens = [i for s in other[0].config.servers for i in s.listens if i.port == port.number]
        if listens:
            # What one `listen` says of a port holds for all of them.
            secure = next((i for i in listens if "ssl" in i.parameters), listens[0])
            yield from _own(passed, secure, secure=passed.target.scheme == "https")
    image = target.image
    if (
        image is None
        or port.number != _FPM
        or image_facts(image.value).ports != (_FPM,)
        or "fpm" not in image.value
    ):
        return
    yield Finding(
        message=f"plain HTTP to port {port.number} of `{target.name}`, which speaks FastCGI",
        primary=Label(passed.target.anchor, "passed here"),
        subject=passed.route,
        related=(Label(image.anchor, "this image runs PHP-FPM"),),
        symptom=nginx_answers(
            502, "recv() failed (104: Connection reset by peer) while reading response header from upstream"
        ),
        help=f"use `fastcgi_pass {target.name}:{port.number}` with `include fastcgi_params`",
        fault=passed.target.target.value,
    )


def _own(passed: ProxyPass, listen: Listen, *, secure: bool) -> Iterator[Finding]:
    tls = "ssl" in listen.parameters
    if tls != secure:
        message = f"{passed.title} passes {'TLS to a port that speaks plain HTTP' if secure else 'plain HTTP to a port that speaks TLS'}"
        symptom = _TLS_TO_PLAIN if secure else _PLAIN_TO_TLS
        instead = f"write `{'http' if secure else 'https'}://`"
    elif "proxy_protocol" in listen.parameters:
        message = f"{passed.title} passes requests without the PROXY header that the other end waits for"
        symptom = _NO_HEADER
        instead = "remove `proxy_protocol` from the `listen`; only `stream` can send it"
    else:
        return
    yield Finding(
        message=message,
        primary=Label(passed.target.anchor, "passed here"),
        subject=passed.route,
        related=(Label(listen.directive.head, "the other end"),),
        symptom=symptom,
        help=instead,
        fault=passed.target.target.value,
    )


def _service(passed: ProxyPass, port: Judgement, target: ServicePort) -> Iterator[Finding]:
    """What the name or `appProtocol` of a Service's port says against the scheme."""
    written = target.app_protocol or target.name
    if (
        written is None
        or port.broken
        or passed.target.kind != "proxy_pass"
        or passed.target.context != "http"
    ):
        return
    says = written.value.lower().partition("-")[0].rpartition("/")[2]
    secure = passed.target.scheme == "https"
    if (says in ("https", "wss") and not secure) or (says in ("http", "ws", "h2c") and secure):
        yield Finding(
            message=f"`{passed.target.scheme}://` to port {target.number} of `{target.service_title}`, which says it speaks `{written}`",
            primary=Label(passed.target.anchor, "passed here"),
            subject=passed.route,
            related=(Label(written.anchor, "the other end"),),
            symptom=_TLS_TO_PLAIN if secure else _PLAIN_TO_TLS,
            help=f"write `{'http' if secure else 'https'}://`, or dial another port",
            assumption="the port speaks what it says",
            fault=passed.target.target.value,
        )
