"""What annotations of Ingresses mean, and how each controller calls it: none reads those of another.

From the documentation of each controller; an annotation stands on the Ingress where nothing else is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint.finding import Symptom
from upstreamlint.programs.managed.controllers import Controller
from upstreamlint.symptoms import PLAIN_TO_TLS
from upstreamlint.values import field, frozen


@frozen(kw_only=True)
class Meaning:
    """What `keys` of each controller mean alike. `elsewhere` is what a controller has instead that is no annotation of an Ingress.

    `idle` are values that say what holds without them, `symptom` what it looks like when nobody reads it, and
    `of_grpc` the same of one about gRPC.
    """

    keys: Mapping[Controller, tuple[str, ...]]
    symptom: Symptom
    elsewhere: Mapping[Controller, str] = field(default_factory=dict)
    idle: frozenset[str] = frozenset()
    of_grpc: Symptom | None = None

    def others(self, controller: Controller) -> Iterator[tuple[str, Controller]]:
        """What the other controllers call it."""
        own = self.keys.get(controller, ())
        for other, keys in self.keys.items():
            yield from ((key, other) for key in keys if key not in own)

    def instead(self, controller: Controller) -> str:
        """What to write for a controller; nothing where it has nothing of the kind."""
        own = self.keys.get(controller, ())
        return self.elsewhere.get(controller, "") or " or ".join(f"`{key}`" for key in own[:2])


_C = Controller
_NGINX, _F5 = "nginx.ingress.kubernetes.io/", "nginx.org/"

MEANINGS = (
    Meaning(
        keys={
            _C.INGRESS_NGINX: (f"{_NGINX}backend-protocol", f"{_NGINX}ssl-passthrough"),
            _C.F5_NGINX: (f"{_F5}ssl-services", f"{_F5}grpc-services"),
            _C.ALB: ("alb.ingress.kubernetes.io/backend-protocol",),
            _C.AGIC: ("appgw.ingress.kubernetes.io/backend-protocol",),
            _C.HAPROXY: ("haproxy.org/server-ssl", "haproxy.org/server-proto", "haproxy.org/ssl-passthrough"),
            _C.HAPROXY_INGRESS: (
                "haproxy-ingress.github.io/backend-protocol",
                "ingress.kubernetes.io/backend-protocol",
                "haproxy-ingress.github.io/ssl-passthrough",
                "ingress.kubernetes.io/ssl-passthrough",
            ),
        },
        elsewhere={
            _C.TRAEFIK: "`traefik.ingress.kubernetes.io/service.serversscheme` on the Service",
            _C.KONG: "`konghq.com/protocol` on the Service",
            _C.CONTOUR: "`projectcontour.io/upstream-protocol.tls` on the Service",
            _C.GCE: "`cloud.google.com/app-protocols` on the Service",
        },
        idle=frozenset({"http", "auto_http", "h1", "false"}),
        symptom=PLAIN_TO_TLS,
        of_grpc=Symptom(502, log="the backend is spoken to in plain HTTP/1.1"),
    ),
    Meaning(
        keys={
            _C.INGRESS_NGINX: (f"{_NGINX}rewrite-target",),
            _C.F5_NGINX: (f"{_F5}rewrites",),
            _C.AGIC: ("appgw.ingress.kubernetes.io/backend-path-prefix",),
            _C.HAPROXY: ("haproxy.org/path-rewrite",),
            _C.HAPROXY_INGRESS: (
                "haproxy-ingress.github.io/rewrite-target",
                "ingress.kubernetes.io/rewrite-target",
            ),
        },
        elsewhere={
            _C.TRAEFIK: "a Middleware that strips the prefix, in `traefik.ingress.kubernetes.io/router.middlewares`",
            _C.KONG: "`konghq.com/strip-path` or `konghq.com/rewrite`",
        },
        symptom=Symptom(404, log="the application gets a path that it does not know"),
    ),
    *(
        Meaning(
            keys={
                _C.INGRESS_NGINX: (f"{_NGINX}proxy-{kind}-timeout",),
                _C.F5_NGINX: (f"{_F5}proxy-{kind}-timeout",),
            },
            symptom=Symptom(504, log="the timeout stays at its default"),
        )
        for kind in ("read", "connect")
    ),
)
