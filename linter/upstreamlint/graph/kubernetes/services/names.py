"""A Service that is not where it is looked for, and a port that it does not have: what was meant."""

from __future__ import annotations

from collections.abc import Sequence

from upstreamlint.files.readable import parent
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names, of_its_own, sole
from upstreamlint.graph.references import Candidate
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.meta import Meta
from upstreamlint.model.kubernetes.nearest import encloses, same_namespace
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.releases.unnamed import fitting
from upstreamlint.values import NamedTuple


class Absence(NamedTuple):
    """What it means that nothing has a name, what may have been meant, and what that rests on."""

    verdict: Verdict
    near: tuple[Candidate, ...] = ()
    assumption: str = ""


def missing_service(
    index: Index, name: str, namespace: str, folder: str
) -> tuple[Verdict, tuple[Candidate, ...]]:
    """As `absent_service`, for those who cannot say what a verdict rests on: a doubt leaves it unknown."""
    absence = absent_service(index, name, namespace, folder)
    return (Verdict.UNKNOWN, ()) if absence.assumption else (absence.verdict, absence.near)


def absent_service(index: Index, name: str, namespace: str, folder: str) -> Absence:
    """What it means that a namespace has no Service of a name, and the Services that may have been meant.

    The controller of an object of that name may create it. A near miss is a similar name in the same namespace,
    or the same name in another one when something of this namespace is known at all.
    """
    if is_placeholder(name) or (namespace and is_placeholder(namespace)):
        return Absence(Verdict.UNKNOWN)
    maker = index.makers.of_service(name, namespace)
    if maker is not None and maker.known:
        return Absence(Verdict.UNKNOWN)
    near = _similar(index, name, namespace, folder) or _elsewhere(index, name, namespace, folder)
    also = (f"{namespace}/{name}", f"{name}.{namespace}", f"{name}.{namespace}.svc.cluster.local")
    verdict = index.ladder.absent(name, folder, near=bool(near), also=also)
    if (
        verdict is Verdict.ABSENT
        and namespace
        and namespace not in index.populated
        and not index.ladder.complete
    ):
        # Into another namespace this release brings nothing that answers, however whole it is.
        verdict = Verdict.EXTERNAL
    if verdict is Verdict.ABSENT and maker is None and index.makers.may_begin(name, namespace):
        return Absence(Verdict.UNKNOWN)
    if verdict is Verdict.ABSENT and index.ladder.installing and not index.ladder.complete:
        # What an application installs is named by its chart: Services of any name.
        verdict = Verdict.EXTERNAL
    rest = f"{maker.title} creates no Service" if maker is not None else _unless_named(index, name)
    if verdict is Verdict.EXTERNAL and maker is None and not index.ladder.lacking:
        alone = _alone(index, name, namespace, folder)
        if alone:
            led = not isinstance(alone[0], Workload)
            text = "leads to the pods of this name" if led else "no Service leads to it"
            near = (Candidate(alone[0].anchor, text, alone[0].meta.name.value if led else ""),)
            rest = "" if led else "the Service of these pods is in no other files"
            return Absence(Verdict.NEAR_MISS, near, rest)
    if verdict is Verdict.ABSENT and namespace in index.ladder.filled and not index.ladder.complete:
        rest = rest or f"nothing that others install into namespace `{namespace}` brings it"
    return Absence(verdict, near, rest)


def spaced_apart(index: Index, services: Sequence[Service], asker: Meta, namespace: str) -> Absence | None:
    """What it means that an object which names no namespace asks for Services that are in one: the two go to different ones.

    `kubectl apply` takes it to the namespace of its context, unless it is told theirs; a chart goes to that of its release.
    """
    spaces = {s.meta.namespace for s in services}
    if namespace or not services or index.ladder.unnamed or spaces & {"", _OF_CONTEXTS}:
        return None
    if any(s.meta.patched or is_placeholder(s.meta.namespace) or "_" in s.meta.namespace for s in services):
        # No namespace holds an underscore: it is still to be replaced.
        return None
    first = services[0]
    text = f"Service `{first.meta.name}` is in namespace `{first.meta.namespace}`"
    whole = f"{first.meta.name}.{first.meta.namespace}.svc.cluster.local"
    return Absence(
        Verdict.UNKNOWN if asker.patched else Verdict.NEAR_MISS,
        (Candidate(first.anchor, text, whole),),
        f"{asker.kind} `{asker.title}` is not applied with `-n {first.meta.namespace}`",
    )


_OF_CONTEXTS = "default"
"""The namespace of a context that nobody changed."""


def _unless_named(index: Index, name: str) -> str:
    """What a name that no Service has rests on, where one of a chart would have it if its release were named so."""
    chart = index.ladder.unnamed
    release = fitting(name, (s.meta.name.value for s in index.of(Service)), chart) if chart else ""
    return f"the release is not called `{release}`" if release else ""


def _alone(index: Index, name: str, namespace: str, folder: str) -> Sequence[Workload | Service]:
    """What a name without a Service means that a workload beside the asker has: the only Service of its pods, or itself where it has none."""
    found = [
        w
        for w in index.workloads_called(name)
        if w.meta.folder == folder
        and same_namespace(w.meta.namespace, namespace)
        and not (w.finishes or w.meta.patched)
    ]
    if len(found) != 1 or not any(c.ports for c in found[0].containers):
        return ()
    leading = index.selecting(found[0])
    return (leading or found) if len(leading) <= 1 else ()


def _similar(index: Index, name: str, namespace: str, folder: str) -> tuple[Candidate, ...]:
    like = index.similar_services(name, namespace)
    for similar in like:
        for service in index.services_maybe(similar, namespace, folder):
            # What lies elsewhere is of another application more often than not: only a slip means it.
            inside = encloses(folder, service.meta.folder) and not of_its_own(name, similar, namespace)
            if inside or service.meta.folder == folder or near_names(name, [similar], words=False):
                text = f"Service `{service.title}` has a similar name"
                return (Candidate(service.anchor, text, similar, certain=sole(name, like)),)
    return ()


def _elsewhere(index: Index, name: str, namespace: str, folder: str) -> tuple[Candidate, ...]:
    if not namespace or namespace not in index.namespaces:
        return ()
    found = index.services_elsewhere(name, namespace)
    root = folder.split("/", 1)[0]
    beside = [s for s in found if folder == "." or s.meta.folder.split("/", 1)[0] in {root, "."}]
    if not beside and len(found) == 1 and parent(found[0].meta.folder) == parent(folder):
        beside = found
    if len({s.meta.namespace for s in beside}) != 1:
        return ()
    found = beside
    service = found[0]
    text = f"Service `{name}` is in namespace `{service.meta.namespace}`"
    whole = f"{name}.{service.meta.namespace}.svc.cluster.local"
    return (Candidate(service.anchor, text, whole, certain=True),)


def other_ports(service: Service, meant: ServicePort | None) -> tuple[Candidate, ...]:
    """The ports that a Service does have, the one that was meant first."""
    if meant is not None:
        text = f"port {meant.number} of Service `{service.title}` leads to {meant.target}"
        return (Candidate(meant.anchor, text, str(meant.number), certain=True),)
    only = len(service.ports) == 1
    return tuple(
        Candidate(
            p.written.anchor,
            f"Service `{service.title}` has port {port_text(p)}",
            str(p.number),
            certain=only,
        )
        for p in service.ports[:3]
    )


def port_text(port: ServicePort) -> str:
    """A port as a person names it."""
    return f"{port.number} ({port.name})" if port.name else str(port.number)
