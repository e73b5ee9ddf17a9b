"""Would the certificate of the other end be believed? Not where it must be a public authority's, and none of those gives one for the name.

Public authorities certify neither names that are not of the public DNS nor addresses of private networks (CA/Browser Forum, Baseline Requirements 7.1.2.7.12 and 4.2.2).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.facets.dial import Dial, Protocol, Purpose
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.places.address import is_address, is_loopback

_ALONE = "its system trusts no authority of its own"
_FOLDERS = (
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/usr/share/ca-certificates",
)
_VARIABLES = frozenset({"SSL_CERT_FILE", "SSL_CERT_DIR"})
_INNER = frozenset(
    {
        "cluster",
        "corp",
        "home",
        "intern",
        "internal",
        "intranet",
        "lan",
        "local",
        "localdomain",
        "private",
        "svc",
    }
)
"""Last labels that are none of the public DNS, and that people use; those kept for documentation are left out."""
_ASKED = frozenset({Purpose.ROUTE, Purpose.DEPENDENCY})


def judge_trust(index: Index, dial: Dial) -> Iterator[Judgement]:
    """The certificate that a dial has to believe, where nobody certifies the name; what has an authority of its own may know it."""
    tls = dial.tls
    if tls is None or not tls.public or dial.protocol is Protocol.TCP or dial.purpose not in _ASKED:
        return
    name = tls.sni or dial.host
    if is_loopback(dial.host) or is_placeholder(name) or is_placeholder(dial.host) or not inner(name):
        return
    places = [c for c in index.containers(dial.caller.node) if _is(c, dial)] if dial.caller.node else []
    if any(_knows_more(place) for place in places):
        return
    stock = bool(places) and all(place.image_facts is not None and not place.built for place in places)
    yield Judgement(
        wanted=name,
        anchor=dial.host_anchor,
        owner=dial.owner,
        verdict=Verdict.CONFLICT,
        dial=dial,
        facet=Obstacle.UNTRUSTED.facet,
        obstacle=Obstacle.UNTRUSTED,
        number=dial.port,
        assumption="" if stock else _ALONE,
    )


def inner(name: str) -> bool:
    """Whether a name is none that a public authority certifies."""
    name = name.strip("[]").rstrip(".").lower()
    if is_address(name):
        import ipaddress

        return not ipaddress.ip_address(name).is_global
    return "." not in name or name.rpartition(".")[2] in _INNER or name.endswith(".home.arpa")


def _is(container: Container, dial: Dial) -> bool:
    return dial.caller.container is None or container.part is dial.caller.container


def _knows_more(container: Container) -> bool:
    """Whether a container is given certificates that its system may trust, or may be."""
    layers = container.files.layers
    given = any(layer.target.startswith(_FOLDERS) or layer.target in ("/", "/etc") for layer in layers)
    return given or container.incomplete or not _VARIABLES.isdisjoint(container.environment)
