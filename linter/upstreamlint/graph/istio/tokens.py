"""RequestAuthentications: where istiod fetches the keys of tokens from.

istiod itself dials `jwksUri`, from its own namespace, and gives the proxies keys that fit no token where it gets none
(istio: `BuildLocalJwks` in `pilot/pkg/model/jwks_resolver.go`): requests with a token are answered with 401, those without one go on.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.facets.dial import Caller, Dial, Protocol, Purpose, Tls
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.istio import RequestAuthentication
from upstreamlint.numerals import port as port_number
from upstreamlint.readers.compose.tree import part
from upstreamlint.values import replace

_URL = patterns.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]{1,253})(?::(?P<port>[0-9]{1,5}))?(?:/|\Z)"
)
_PORTS = {"http": 80, "https": 443}


def link(mesh: Mesh) -> Iterator[Dial]:
    """What istiod dials for keys."""
    for owner in mesh.index.of(RequestAuthentication):
        for uri in owner.keys if not owner.meta.patched else ():
            found = _URL.match(uri.value)
            if found is None or is_placeholder(uri.value):
                continue
            host = part(uri, *found.span("host")).anchor
            written = port_number(found["port"]) if found["port"] else None
            yield Dial(
                caller=Caller(
                    program="istiod", cluster=replace(owner.meta, namespace=mesh.settings.root_namespace)
                ),
                owner=owner,
                route=None,
                host=found["host"],
                host_anchor=host,
                port=written or _PORTS[found["scheme"]],
                port_anchor=part(uri, *found.span("port")).anchor if written else host,
                protocol=Protocol.HTTP1,
                tls=Tls() if found["scheme"] == "https" else None,
                purpose=Purpose.DEPENDENCY,
                on_behalf=f"RequestAuthentication `{owner.title}`",
            )
