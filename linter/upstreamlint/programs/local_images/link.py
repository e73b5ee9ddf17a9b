"""Ports of Services, against what the Dockerfile of the pods' image says to listen."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Evidence, Listen, Listening
from upstreamlint.facets.bind import bind
from upstreamlint.facets.port import against
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.serving import pod_port, serving_container
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import PodContainer, Service, ServicePort, Workload
from upstreamlint.programs.local_images.load import BuiltImage
from upstreamlint.values import entity


@entity(kw_only=True)
class BuiltPort(Reference):
    """A port of a Service that the image of its pods does not serve; `loopback` says that it does, to itself alone."""

    owner: Service
    port: ServicePort
    workload: Workload
    by: str
    number: int
    loopback: bool


def link(index: Index) -> Iterator[BuiltPort]:
    """Every port that is dialled in vain."""
    for image in index.of(BuiltImage):
        part, workload = image.container.part, image.container.workload
        if part is None or workload is None or workload.meta.patched or workload.template.host_network:
            continue
        heard = index.listening(image.built)
        for service in index.selecting(workload):
            for port in (
                service.ports if not service.meta.patched and len(index.selected(service)) == 1 else ()
            ):
                number = pod_port(workload, port)
                if (
                    number is None
                    or port.protocol != "TCP"
                    or serving_container(workload, number) is not part
                ):
                    continue
                found = None if _may_move(part, number) else _judged(image.built, heard, number)
                if found is not None:
                    listen, text, loopback = found
                    instead = "" if loopback or listen.port is None else str(listen.port)
                    yield BuiltPort(
                        wanted=str(number),
                        anchor=port.target.anchor if port.target is not None else port.anchor,
                        owner=service,
                        verdict=Verdict.CONFLICT,
                        near=(Candidate(listen.anchor, text, instead),),
                        port=port,
                        workload=workload,
                        by=image.by,
                        number=number,
                        loopback=loopback,
                        assumption=f"the image of `{workload.title}` is made by {image.by}",
                    )


def _may_move(part: PodContainer, number: int) -> bool:
    """Whether the manifest gives variables that may tell the program its port."""
    given = any(v.value.value == str(number) or "PORT" in v.name.value.upper() for v in part.env)
    return given or bool(part.env_from or part.takes_secrets)


def _judged(built: Container, heard: Listening, number: int) -> tuple[Listen, str, bool] | None:
    """What listens instead, what to say of it, and whether it is there on loopback."""
    on = [one for one in heard.on(number) if not one.beside]
    if on:
        facing = bind(on, through_loopback=False, ipv6_first=False)
        return (on[0], f"`{on[0].text}`", True) if facing.obstacle is not None else None
    said = [one for one in against(heard, number) if not one.socket]
    if said:
        return said[0], f"`{said[0].text}`: port {said[0].port}", False
    base = [one for one in heard.listens if one.evidence is Evidence.IMAGE]
    if not base or len(base) < len(heard.listens) or heard.others or _is_configured(built):
        return None
    return base[0], f"`{base[0].text}` serves port {base[0].port}", False


def _is_configured(built: Container) -> bool:
    """Whether a file or a command of the build may move what its base serves."""
    targets = [layer.target for layer in built.files.layers]
    return built.configured_by_build or any(t == "/" or t.startswith(_SETTINGS) for t in targets)


_SETTINGS = ("/etc", "/usr/local", "/opt", "/conf")
