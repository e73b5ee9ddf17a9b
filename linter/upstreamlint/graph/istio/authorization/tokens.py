"""RequestAuthentications: where istiod fetches the keys of tokens from.

istiod itself dials `jwksUri`, from its own namespace, and gives the proxies keys that fit no token where it gets none
(istio: `BuildLocalJwks` in `pilot/pkg/model/jwks_resolver.go`): requests with a token are answered with 401, those without one go on.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.facets.dial import Caller, Dial, Protocol, Purpose, Tls
from upstreamlint.facets.judgement import Facet, Judgement, Obstacle
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.references import Candidate
from upstreamlint.model.istio import RequestAuthentication
from upstreamlint.model.kubernetes import Service
from upstreamlint.numerals import port as port_number
from upstreamlint.places.address import is_loopback
from upstreamlint.readers.compose.tree import part
from upstreamlint.values import replace

_URL = patterns.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]{1,253})(?::(?P<port>[0-9]{1,5}))?(?:/|\Z)"
)
_PORTS = {"http": 80, "https": 443}


def link(mesh: Mesh) -> Iterator[Dial | Judgement]:
    """What istiod dials for keys."""
    for owner in mesh.index.of(RequestAuthentication):
        for uri in owner.keys if not owner.meta.patched else ():
            found = _URL.match(uri.value)
            if found is None or is_placeholder(uri.value):
                continue
            host, name = part(uri, *found.span("host")).anchor, found["host"]
            # A name without a dot is one of istiod's own namespace.
            bare = "." not in name and not is_loopback(name)
            written = port_number(found["port"]) if found["port"] else None
            dial = Dial(
                caller=Caller(
                    program="istiod", cluster=replace(owner.meta, namespace=mesh.settings.root_namespace)
                ),
                owner=owner,
                route=None,
                host=f"{name}.{mesh.settings.root_namespace}" if bare else name,
                host_anchor=host,
                port=written or _PORTS[found["scheme"]],
                port_anchor=part(uri, *found.span("port")).anchor if written else host,
                protocol=Protocol.HTTP1,
                tls=Tls() if found["scheme"] == "https" else None,
                purpose=Purpose.DEPENDENCY,
                on_behalf=f"RequestAuthentication `{owner.title}`",
            )
            own = mesh.index.services(name, owner.meta.namespace, owner.meta.folder) if bare else []
            there = mesh.index.services(name, mesh.settings.root_namespace, owner.meta.folder) if bare else []
            yield _beside(dial, own[0]) if own and not there else dial


def _beside(dial: Dial, service: Service) -> Judgement:
    """A name that means a Service beside the object, and that istiod looks up in its own namespace."""
    full = f"{service.meta.name}.{service.meta.namespace or 'NAMESPACE'}"
    text = f"Service `{service.title}` is in another namespace than istiod"
    return Judgement(
        wanted=dial.host,
        anchor=dial.host_anchor,
        owner=dial.owner,
        verdict=Verdict.CONFLICT,
        near=(Candidate(service.anchor, text, full, certain=bool(service.meta.namespace)),),
        dial=dial,
        facet=Facet.NAME,
        obstacle=Obstacle.OTHER_NAMESPACE,
    )
