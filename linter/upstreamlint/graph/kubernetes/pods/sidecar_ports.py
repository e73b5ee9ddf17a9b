"""The port of the application as annotations tell it to the proxy that is put beside it (Dapr, Consul), or a Canary to the Services that Flagger makes.

docs.dapr.io, arguments and annotations (`dapr.io/app-port`); hashicorp/consul-k8s, control-plane/connect-inject, `consul.hashicorp.com/connect-service-port`: a number
or a name, several between commas, the first declared one where none is written; without any the proxy dials port 0 (hashicorp/consul issue 9276). docs.flagger.app, how it works: `targetPort` is the same as `port` where it is not written.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.probes.numbers import is_named
from upstreamlint.graph.kubernetes.services.canaries import targets_of
from upstreamlint.graph.likeness import near_names, near_numbers
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.canary import Canary
from upstreamlint.model.kubernetes.container import ContainerPort
from upstreamlint.numerals import decimal
from upstreamlint.readers.compose.tree import part
from upstreamlint.values import NamedTuple, entity

_UNDECLARED = "nothing listens on a port that is not declared"


class _Sidecar(NamedTuple):
    """Who is told the port, by which annotation, and the one that puts it into pods."""

    name: str
    port: str
    enabled: str
    named: bool = False


_SIDECARS = (
    _Sidecar("Dapr", "dapr.io/app-port", "dapr.io/enabled"),
    _Sidecar(
        "Consul",
        "consul.hashicorp.com/connect-service-port",
        "consul.hashicorp.com/connect-inject",
        named=True,
    ),
)

_FLAGGER = _Sidecar("Flagger", "", "", named=True)


@entity(kw_only=True)
class SidecarPort(Reference):
    """A port of the application that its proxy, `by`, dials, and that nothing serves; `why` says what shows it."""

    workload: Workload
    by: str
    why: str
    assumption: str = ""


def link(index: Index) -> Iterator[SidecarPort]:
    """The port that each such annotation tells."""
    for workload in index.of(Workload):
        annotations = workload.template.annotations
        for sidecar in _SIDECARS if annotations is not None and not workload.meta.patched else ():
            entry = annotations.entries.get(sidecar.port) if annotations is not None else None
            written = entry.value if entry is not None else None
            if isinstance(written, Scalar) and _runs(workload, sidecar):
                for port in _ports(written) if sidecar.named else (written,):
                    found = _judged(index, workload, sidecar, port)
                    if found is not None:
                        yield found
    for canary in index.of(Canary):
        targets = targets_of(index, canary)
        if canary.leads is None or canary.meta.patched or len(targets) != 1 or targets[0].meta.patched:
            continue
        found = _judged(index, targets[0], _FLAGGER, canary.leads)
        if found is not None:
            yield found


def _runs(workload: Workload, sidecar: _Sidecar) -> bool:
    annotations = workload.template.annotations
    told = annotations.get(sidecar.enabled) if annotations is not None else None
    return told is not None and told.lower() == "true"


def _ports(written: Scalar) -> Iterator[Scalar]:
    start = 0
    for text in written.value.split(","):
        yield part(written, start, start + len(text))
        start += len(text) + 1


def _judged(index: Index, workload: Workload, sidecar: _Sidecar, port: Scalar) -> SidecarPort | None:
    declared = [p for c in workload.containers for p in c.ports]
    number = decimal(port.value.strip())
    if is_placeholder(port.value) or not declared:
        return None
    if number is None:
        return _by_name(workload, sidecar, port, declared) if sidecar.named else None
    if any(p.number == number for p in declared) or is_named(index, workload, number):
        return None
    if any(index.listening(c).serves(number) for c in index.containers(workload)):
        return None
    why, near, assumption = _meant(index, workload, declared, number)
    return SidecarPort(
        wanted=str(number),
        anchor=port.anchor,
        owner=workload,
        verdict=Verdict.NEAR_MISS if near else Verdict.UNKNOWN,
        near=near,
        workload=workload,
        by=sidecar.name,
        why=why,
        assumption=assumption,
    )


def _meant(
    index: Index, workload: Workload, declared: list[ContainerPort], number: int
) -> tuple[str, tuple[Candidate, ...], str]:
    """Which port was meant: the one behind the Service's, one of nearly the same number, or the only one."""
    for service in index.selecting(workload):
        for lead in service.ports:
            target = lead.target or lead.written
            if lead.number == number and lead.target_number != number:
                candidate = Candidate(
                    target.anchor, f"leads to port {target} of the pods", str(lead.target or "")
                )
                return "it is the Service's port, not the pod's", (candidate,), ""
    by_number = {p.number: p for p in declared}
    like = near_numbers(number, by_number) or (list(by_number) if len(by_number) == 1 else [])
    sure = bool(near_numbers(number, by_number))
    if len(like) != 1:
        return "", (), ""
    text = f"the pod declares port {like[0]}"
    candidate = Candidate(by_number[like[0]].anchor, text, str(like[0]), certain=sure)
    return f"nothing declares it, and {like[0]} is declared", (candidate,), "" if sure else _UNDECLARED


def _by_name(
    workload: Workload, sidecar: _Sidecar, port: Scalar, declared: list[ContainerPort]
) -> SidecarPort | None:
    names = {p.name.value: p.name.anchor for p in declared if p.name is not None}
    name = port.value.strip()
    if not name or name in names:
        return None
    like = near_names(name, names)[:1]
    return SidecarPort(
        wanted=name,
        anchor=port.anchor,
        owner=workload,
        verdict=Verdict.CONFLICT,
        near=tuple(Candidate(names[n], "this one is declared", n) for n in like),
        workload=workload,
        by=sidecar.name,
        why="no container declares a port of this name",
    )
