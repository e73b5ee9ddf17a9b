"""The port that a proxy which reads labels will dial."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Protocol
from upstreamlint.graph.compose.references import LabelObstacle, LabelRoute
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.compose import ComposeService, Project, image_facts, image_name
from upstreamlint.numerals import decimal
from upstreamlint.places.compose.ports import declared_ports, mentions
from upstreamlint.programs.labels import dialled
from upstreamlint.programs.labels.proxies import Runner
from upstreamlint.programs.labels.spoken import spoken_to
from upstreamlint.programs.labels.table import NGINX_PROXY, TRAEFIK, LabelProxy
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.source import Anchor

_PORT = patterns.compile(
    r"traefik\.(?:http|tcp|udp)\.services\.[^.]+\.loadbalancer\.server\.port\Z|traefik\.(?:\w+\.)?port\Z"
)
_NO_PORTS = frozenset(
    {"node", "python", "ruby", "golang", "alpine", "debian", "ubuntu", "busybox", "rust", "openjdk"}
)
"""Official images that expose no port."""


def reference(
    service: ComposeService,
    proxy: str,
    runner: Runner | None,
    wanted: str,
    anchor: Anchor,
    *,
    verdict: Verdict = Verdict.FOUND,
    obstacle: LabelObstacle | None = None,
    port: int | None = None,
    far_end: tuple[tuple[Anchor, str], ...] = (),
    instead: str = "",
    certain: bool = False,
) -> LabelRoute:
    """What a label came to; `certain` says that only `instead` can be meant."""
    near = tuple(Candidate(place, text, instead, certain=certain) for place, text in far_end[:1] if instead)
    return LabelRoute(
        wanted=wanted,
        anchor=anchor,
        owner=service,
        verdict=verdict,
        service=service,
        proxy=proxy,
        client=runner.service if runner is not None else None,
        port=port,
        obstacle=obstacle,
        far_end=far_end,
        near=near,
        instead=instead,
    )


def traefik(
    index: Index,
    service: ComposeService,
    project: Project,
    labels: dict[str, tuple[Anchor, Scalar]],
    runner: Runner | None,
) -> Iterator[Reference]:
    """What is wrong with the ports that Traefik's labels name; without one it takes the lowest exposed port."""
    if not project.settles(service):
        return
    written = [value for name, (_, value) in labels.items() if _PORT.match(name)]
    for value, spoken in spoken_to(labels, _PORT):
        yield from _written(index, service, project, TRAEFIK, runner, value, frozenset(labels), spoken)
    routed = next((anchor for name, (anchor, _) in labels.items() if ".rule" in name), None)
    elsewhere = any(name.endswith(".service") for name in labels) or any(
        "loadbalancer.server" in n for n in labels
    )
    image = service.stage.base if service.stage is not None else None if service.build else service.image
    if written or routed is None or elsewhere or image is None:
        return
    numbers = _exposed(service, image)
    if numbers:
        yield from dialled.port(
            index, service, project, TRAEFIK, runner, routed, numbers[0], frozenset(labels)
        )
    if declared_ports([service]):
        return
    if image_name(image.value).name in _NO_PORTS and service.network_mode is None:
        text = f"`{service.name}` exposes no port, and neither does this image"
        yield reference(
            service,
            TRAEFIK,
            runner,
            "port",
            routed,
            verdict=Verdict.CONFLICT,
            obstacle=LabelObstacle.NO_PORT,
            far_end=((image.anchor, text),),
        )


def labelled(
    index: Index, service: ComposeService, project: Project, row: LabelProxy, runner: Runner | None
) -> Iterator[Reference]:
    """What is wrong with the ports that labels name for a proxy which needs no more than that."""
    if row.port is None or not project.settles(service):
        return
    found = [e.value for name, e in service.labels.items() if row.port.match(name)]
    for value in found:
        if isinstance(value, Scalar):
            spoken = dialled.Spoken(protocol=Protocol.UNKNOWN)
            own = frozenset(service.labels)
            yield from _written(index, service, project, row.name, runner, value, own, spoken)


_HTTP = 80
"""What nginx-proxy dials where a container exposes several ports."""


def nginx_proxy(
    index: Index, service: ComposeService, project: Project, runner: Runner | None
) -> Iterator[Reference]:
    """What is wrong with `VIRTUAL_PORT`, or with its absence: then the only exposed port is taken, else 80."""
    if not project.settles(service) or service.unread:
        return
    written = service.environment.get("VIRTUAL_PORT")
    proto = service.environment.get("VIRTUAL_PROTO")
    how, own = dialled.by_scheme(proto.value if proto is not None else ""), frozenset({"virtual_port"})
    if written is not None:
        yield from _written(index, service, project, NGINX_PROXY, runner, written, own, how)
        return
    image = service.stage.base if service.stage is not None else None if service.build else service.image
    known = image is not None and (
        image_facts(image.value).ports or image_name(image.value).name in _NO_PORTS
    )
    numbers = sorted({p.number for p in declared_ports([service])})
    exposed = _exposed(service, image) if image is not None else []
    taken = exposed[0] if len(exposed) == 1 else _HTTP if _HTTP in exposed else None
    if taken is not None and "VIRTUAL_HOST_MULTIPORTS" not in service.environment:
        place = service.environment["VIRTUAL_HOST"].anchor
        yield from dialled.port(index, service, project, NGINX_PROXY, runner, place, taken, own, how)
    several = len(numbers) > 1 and _HTTP not in numbers
    if (
        not known
        or not several
        or "VIRTUAL_HOST_MULTIPORTS" in service.environment
        or mentions(service, _HTTP)
    ):
        return
    host = service.environment["VIRTUAL_HOST"]
    listed = " and ".join(map(str, numbers[:4]))
    yield reference(
        service,
        NGINX_PROXY,
        runner,
        "80",
        host.anchor,
        verdict=Verdict.CONFLICT,
        obstacle=LabelObstacle.AMBIGUOUS_PORT,
        port=80,
        far_end=tuple(
            (p.anchor, f"exposes {listed}, so that 80 is dialled") for p in declared_ports([service])[:1]
        ),
    )


def _written(
    index: Index,
    service: ComposeService,
    project: Project,
    proxy: str,
    runner: Runner | None,
    value: Scalar,
    besides: frozenset[str],
    spoken: dialled.Spoken = dialled.PLAIN,
) -> Iterator[Reference]:
    """A port that is written."""
    number = decimal(value.value)
    if number is None and value.value and not is_unknown(value) and not is_placeholder(value.value):
        yield reference(
            service,
            proxy,
            runner,
            value.value,
            value.anchor,
            verdict=Verdict.CONFLICT,
            obstacle=LabelObstacle.NO_NUMBER,
        )
    if number is not None:
        yield from dialled.port(index, service, project, proxy, runner, value.anchor, number, besides, spoken)


def _exposed(service: ComposeService, image: Scalar) -> list[int]:
    """The ports that the engine shows as exposed, the lowest first; none where the image's own are not known."""
    if not image_facts(image.value).ports and image_name(image.value).name not in _NO_PORTS:
        return []
    return sorted({p.number for p in declared_ports([service])})
