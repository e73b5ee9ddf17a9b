"""PROXY headers of the load balancers before gateways that an IstioOperator or a release of Istio's chart installs, and what EnvoyFilters have these wait for.

Istio documentation, "Configuring Gateway Network Topology"; IstioOperator options, `serviceAnnotations`; istio: `manifests/charts/gateway`.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.listening.listen import ANY6, Evidence, Listen
from upstreamlint.documents import Entry
from upstreamlint.facets.dial import Caller, Dial, Protocol
from upstreamlint.facets.ends import judgement
from upstreamlint.facets.judgement import Judgement
from upstreamlint.facets.proxy_header import proxy_header
from upstreamlint.graph.istio.mesh import ROOT_NAMESPACE
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.services.proxy_headers import sends_header
from upstreamlint.model.istio import EnvoyFilter, HeaderReader, Installation, InstalledGateway
from upstreamlint.model.kubernetes.chart import ChartRelease
from upstreamlint.model.kubernetes.meta import labels
from upstreamlint.values import replace

_HTTP = 80
_TOPOLOGY = "proxyProtocol"
_UNREAD = "no EnvoyFilter outside these files has the gateway read it"
_BY_HAND = "nothing but the annotations of its Service has the load balancer send the header"


def link(mesh: Mesh) -> Iterator[Judgement]:
    """Each gateway whose load balancer begins with what it does not wait for, or does not begin with what it does."""
    index = mesh.index
    filters = index.of(EnvoyFilter)
    for installation in index.of(Installation):
        if installation.meta.patched or installation.topology or any(f.meta.patched for f in filters):
            continue
        for gateway in installation.gateways:
            sends = sends_header(gateway.annotations)
            readers = [r for f in filters if _is_for(f, gateway) for r in f.headers]
            reader = readers[0] if readers else None
            if sends is None or any(r.without for r in readers) or sends[1] == (reader is not None):
                continue
            yield _judged(installation, gateway, reader, *sends)
    releases = index.of(ChartRelease)
    if any(_TOPOLOGY in r.meta.anchor.source.text for r in releases) or index.of(Installation):
        return
    for release in releases:
        charted = (
            _charted(release) if release.chart.value == "gateway" and "istio" in release.origin else None
        )
        sends = sends_header(charted.annotations) if charted is not None else None
        if charted is None or sends is None or any(f.meta.patched for f in filters):
            continue
        readers = [r for f in filters if _is_for(f, charted) for r in f.headers]
        if not any(r.without for r in readers) and sends[1] != bool(readers):
            yield _judged(release, charted, readers[0] if readers else None, *sends)


def _charted(release: ChartRelease) -> InstalledGateway | None:
    """The gateway of a release of the chart, whose pods are labelled by its name; nothing where its Service has no annotations."""
    annotations, told = labels(release.value("service.annotations")), labels(release.value("labels"))
    if annotations is None:
        return None
    name = release.text("name") or release.release
    values = {"app": name, "istio": name.removeprefix("istio-"), **(told.values if told is not None else {})}
    return InstalledGateway(release.chart._replace(value=name), release.namespace, values, annotations)


def _is_for(found: EnvoyFilter, gateway: InstalledGateway) -> bool:
    """Whether a filter is in the gateway, or may be."""
    if found.targeted:
        return True
    if found.meta.namespace not in ("", gateway.namespace, ROOT_NAMESPACE):
        return False
    return found.selector is None or all(gateway.values.get(k) == v for k, v in found.selector.values.items())


def _judged(
    owner: Installation | ChartRelease,
    gateway: InstalledGateway,
    reader: HeaderReader | None,
    entry: Entry,
    sent: bool,
) -> Judgement:
    said = reader.name if reader is not None else gateway.name
    listen = Listen(
        address=ANY6,
        port=_HTTP,
        anchor=said.anchor,
        text=said.value,
        evidence=Evidence.CONFIGURED,
        protocol="http",
        proxy_header=reader is not None,
    )
    dial = Dial(
        caller=Caller(program="load balancer", answers_as="load balancer"),
        owner=owner,
        route=None,
        host=gateway.name.value,
        host_anchor=gateway.name.anchor,
        port=_HTTP,
        port_anchor=entry.anchor,
        protocol=Protocol.HTTP,
        protocol_anchor=entry.anchor,
        proxy_header=sent,
        on_behalf=f"the load balancer of gateway `{gateway.name}`",
    )
    found = judgement(dial, owner, _HTTP, proxy_header(dial.protocol, listen, sent=sent))
    return replace(found, assumption=_UNREAD if sent else _BY_HAND)
