"""TLS to an upstream whose certificate cannot be checked, or will not match.

With `proxy_ssl_verify on` nginx needs the certificates that it may trust: without `proxy_ssl_trusted_certificate` it
does not start. It compares the certificate with `proxy_ssl_name`, which is the *name of the upstream* unless it is set:
for `proxy_pass https://backend` the certificate would have to be for `backend`; otherwise the answer is `502`, and the
log says `upstream SSL certificate does not match`.

Set `proxy_ssl_trusted_certificate`, and `proxy_ssl_name` to a name in the certificate.

Basis: measured on nginx 1.22.1 and 1.31.4; ngx_http_proxy_module.

## Fails

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / {
            proxy_pass https://10.0.0.1;
            proxy_ssl_verify on;  # error: [upstream-tls-misconfigured] "proxy_ssl_trusted_certificate"
        }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / {
            proxy_pass https://10.0.0.1;
            proxy_ssl_verify on;
            proxy_ssl_trusted_certificate /etc/ssl/ca.pem;
            proxy_ssl_name shop.example;
        }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import nginx_answers, nginx_refuses


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pass over TLS that checks certificates in vain."""
    for passed in graph.references(ProxyPass):
        target = passed.target
        if target.scheme not in ("https", "grpcs") or target.context != "http":
            continue
        prefix = "grpc" if target.scheme == "grpcs" else "proxy"
        verify = target.setting(f"{prefix}_ssl_verify")
        if verify is None or [a.value for a in verify.args] != ["on"]:
            continue
        trusted = f"{prefix}_ssl_trusted_certificate"
        if target.setting(trusted) is None:
            if passed.instance.config.complete:
                yield Finding(
                    message=f"`{verify.name} on` without `{trusted}`",
                    primary=Label(verify.head, "nothing to check certificates with"),
                    subject=passed.route,
                    related=(Label(target.anchor, "for this target"),),
                    symptom=nginx_refuses(f"no {trusted} for {verify.name}"),
                    help=f"set `{trusted}` to a file with the certificates to trust",
                    fault=trusted,
                )
        elif passed.upstreams and target.setting(f"{prefix}_ssl_name") is None:
            upstream = passed.upstreams[0]
            if "." in upstream.name.value:
                continue
            yield Finding(
                message=f"the certificate would have to be for `{upstream.name}`, the name of the upstream",
                primary=Label(target.anchor, f"checked against `{upstream.name}`"),
                subject=passed.route,
                related=(Label(verify.head, "checked because of this"),),
                symptom=nginx_answers(502, f'upstream SSL certificate does not match "{upstream.name}"'),
                help=f"set `{prefix}_ssl_name` to a name in the certificate",
                assumption="no certificate is for the upstream's own name",
                fault=upstream.name.value,
            )
