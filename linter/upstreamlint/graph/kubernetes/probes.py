"""Probes: the ports that the kubelet asks, and times that cannot work (R3 to R5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from upstreamlint import patterns
from upstreamlint.containers.data.given import any_given
from upstreamlint.containers.listening.listen import Listening
from upstreamlint.containers.listening.of_container import starts_own
from upstreamlint.documents import Scalar
from upstreamlint.facets.port import against
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import is_slip, near_names, near_numbers, sole
from upstreamlint.graph.references import UNREAD, Candidate, ProbeNumber, ProbePort, Reference
from upstreamlint.model.kubernetes import PodContainer, ServicePort, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.probe import Probe, ProbeAction
from upstreamlint.numerals import names


def link(index: Index) -> Iterator[Reference]:
    """The port of every probe."""
    for workload in index.of(Workload):
        leading = [port for service in index.selecting(workload) for port in service.ports]
        for container in workload.containers:
            for probe in container.probes:
                if probe.port is None:
                    continue
                yield _probe(workload, container, probe, probe.port)
                heard = next(
                    (index.listening(c) for c in index.containers(workload) if c.part is container),
                    Listening(),
                )
                told = _told(workload, container, probe, probe.port, heard)
                told = (
                    told
                    or _off(index, workload, container, probe)
                    or _tunnel(index, workload, container, probe)
                )
                if told is not None:
                    yield told
                elif integer(probe.port) is not None:
                    yield _number(index, workload, container, probe, probe.port, leading, heard)
                else:
                    yield from _misdeclared(index, workload, container, probe, leading)


_HEALTH = patterns.compile(r"/(?:healthz?|readyz?|livez?|health/\w{1,20})/?\Z")
_FOR_PROBES = frozenset({"health-probe", "healthz", "health", "probe", "readiness", "liveness"})


def _told(
    workload: Workload, container: PodContainer, probe: Probe, port: Scalar, listening: Listening
) -> ProbeNumber | None:
    """A probe of another port than the one that a flag says is for probes; or of one that only its pod reaches."""
    answers = [one for one in listening.listens if one.beside in _FOR_PROBES]
    declared = {p.name.value: p.number for p in container.ports if p.name is not None}
    number = integer(port) or declared.get(port.value)
    path = probe.path.value if probe.path is not None else "/"
    if probe.action is not ProbeAction.HTTP or probe.host is not None or len(answers) != 1 or number is None:
        return None
    told = answers[0]
    why = ""
    if told.port == number and told.loopback:
        why = f"it is bound to loopback (`{told.text}`), where the kubelet does not ask"
    elif told.port != number and _HEALTH.match(path) and not _mentioned(container, number):
        why = f"the container is told to answer probes on {told.port}"
    if not why:
        return None
    candidate = Candidate(
        told.anchor, f"told to answer probes on {told.port} (`{told.text}`)", str(told.port)
    )
    return ProbeNumber(
        wanted=str(number),
        anchor=port.anchor,
        owner=workload,
        verdict=Verdict.UNKNOWN if workload.meta.patched else Verdict.CONFLICT,
        near=(candidate,),
        workload=workload,
        container=container,
        probe=probe,
        why=why,
        assumption="" if told.port == number else "the program answers probes nowhere else",
    )


def _off(index: Index, workload: Workload, container: PodContainer, probe: Probe) -> ProbeNumber | None:
    """A probe of a port that the image only serves when told to, and that it is not told to serve."""
    place = next((c for c in index.containers(workload) if c.part is container), None)
    facts = place.image_facts if place is not None else None
    declared = {p.name.value: p.number for p in container.ports if p.name is not None}
    number = (integer(probe.port) or declared.get(probe.port.value)) if probe.port is not None else None
    served = next((s for s in (facts.serves if facts else None) or () if s.port == number and s.needs), None)
    unsure = workload.meta.patched or probe.host is not None
    if place is None or served is None or probe.port is None or unsure or not place.as_shipped:
        return None
    if any_given(served.needs, place.environment, place.words) or not starts_own(place):
        return None
    image = place.image
    text = f"this image serves it with `{served.needs[0]}`"
    return ProbeNumber(
        wanted=str(number),
        anchor=probe.port.anchor,
        owner=workload,
        verdict=Verdict.CONFLICT,
        near=(Candidate(image.anchor, text, ""),) if image is not None else (),
        workload=workload,
        container=container,
        probe=probe,
        why=f"the image only serves it when told to, by `{served.needs[0]}`",
        assumption="nothing inside the image switches it on",
    )


_OWN = range(20241, 20246)
_CONFIGS = tuple(f"/etc/cloudflared/config.{ending}" for ending in ("yml", "yaml"))
_METRICS = patterns.compile(r"^metrics[ \t]*:", re.MULTILINE)


def _tunnel(index: Index, workload: Workload, container: PodContainer, probe: Probe) -> ProbeNumber | None:
    """A probe of cloudflared on a port of one's own choice, which only `metrics` opens (cloudflared: `metrics/metrics.go`)."""
    place = next((c for c in index.containers(workload) if c.part is container), None)
    number = integer(probe.port) if probe.port is not None else None
    if (
        place is None
        or place.image_name != "cloudflared"
        or probe.port is None
        or number is None
        or number in _OWN
    ):
        return None
    words = [word.value for word in container.words]
    flagged = any(word.startswith(("--metrics", "-metrics")) for word in words)
    if (
        workload.meta.patched
        or place.unread
        or flagged
        or "TUNNEL_METRICS" in place.environment
        or not starts_own(place)
    ):
        return None
    given = next((b for a, b in pairwise(words) if a in ("--config", "-config")), None)
    given = given or next(
        (w.partition("=")[2] for w in words if w.startswith(("--config=", "-config="))), None
    )
    texts = [place.files.read(path) for path in ((given,) if given else _CONFIGS)]
    known = any(texts) if given or any(map(place.files.hides, _CONFIGS)) else True
    image = place.image
    if not known or image is None or any(text is not None and _METRICS.search(text.text) for text in texts):
        return None
    return ProbeNumber(
        wanted=str(number),
        anchor=probe.port.anchor,
        owner=workload,
        verdict=Verdict.CONFLICT,
        near=(
            Candidate(
                image.anchor, "it answers where `--metrics` or `metrics` says, and it says nothing", ""
            ),
        ),
        workload=workload,
        container=container,
        probe=probe,
        why="cloudflared only opens it when told to, by `metrics`",
    )


def _mentioned(container: PodContainer, number: int) -> bool:
    """Whether a word or variable of a container names a number."""
    texts = (s.value for s in (*container.words, *(v.value for v in container.env)))
    return any(names(text, number) for text in texts)


def _number(
    index: Index,
    workload: Workload,
    container: PodContainer,
    probe: Probe,
    port: Scalar,
    leading: list[ServicePort],
    listening: Listening,
) -> ProbeNumber:
    """A number needs no declaration; it is suspect when it is the Service's instead, or asked of the node (R4)."""
    number = integer(port)
    ports = [p for c in workload.containers for p in c.ports]
    why, assumption = "", "nothing listens on a port that is not declared"
    near: tuple[Candidate, ...] = ()
    elsewhere = against(listening, number) if number is not None and listening.closed else ()
    if elsewhere and probe.host is None:
        why, assumption = "nothing in the pod listens on it", ""
        text = f"listens on {elsewhere[0].port} (`{elsewhere[0].text}`)"
        near = (Candidate(elsewhere[0].anchor, text, str(elsewhere[0].port)),)
    elif probe.host is not None and probe.host.value in _LOOPBACK and not workload.template.host_network:
        why = "the kubelet asks the node itself, not the pod"
    elif ports and not any(p.number == number for p in ports) and not listening.serves(number):
        meant = next((p for p in leading if p.number == number and p.target_number != number), None)
        if meant is not None:
            why = "it is the Service's port, not the pod's"
            text = f"leads to port {meant.target or meant.number} of the pods"
            near = (
                Candidate(
                    (meant.target or meant.written).anchor, text, str(meant.target or ""), certain=True
                ),
            )
        else:
            moved = [p for p in ports if number in index.ladder.ports.get(p.anchor, ())]
            for here in moved[:1]:
                why = f"with other values of the chart the pod declares it, with these {here.number}"
                near = (Candidate(here.anchor, f"the pod declares port {here.number}", str(here.number)),)
            declared = {p.number: p for p in ports if p.name is None or _SERVING.search(p.name.value)}
            like = near_numbers(number or 0, declared) if not moved else []
            for other in like[:1]:
                assumption = ""
                why = f"nothing declares it, and {other} is declared"
                text = f"the pod declares port {other}"
                near = (Candidate(declared[other].anchor, text, str(other), certain=len(like) == 1),)
            lone = not near and not _named(index, workload, number)
            same = _same(container, probe, number) if lone else None
            beside = _other(container, probe, number) if lone and same is None else None
            if beside is not None and beside.port is not None:
                why = f"nothing names it, and the {beside.kind} asks {beside.port}"
                near = (
                    Candidate(beside.port.anchor, f"the {beside.kind} asks this port", beside.port.value),
                )
            if same is not None and same.port is not None:
                assumption = ""
                why = f"nothing names it, and the {same.kind} asks the same of {same.port}"
                near = (Candidate(same.port.anchor, f"the {same.kind} asks this port", same.port.value),)
    unknown = workload.meta.patched or not why
    return ProbeNumber(
        wanted=str(number),
        anchor=probe.host.anchor if probe.host is not None and not near and why else port.anchor,
        owner=workload,
        verdict=Verdict.UNKNOWN if unknown else Verdict.NEAR_MISS,
        near=near,
        workload=workload,
        container=container,
        probe=probe,
        assumption=assumption,
        why=why,
    )


def _misdeclared(
    index: Index, workload: Workload, container: PodContainer, probe: Probe, leading: list[ServicePort]
) -> Iterator[ProbeNumber]:
    """A name whose declared number is a slip of the one that the program is told to serve, and a Service leads to (R3, R4).

    A declaration opens nothing: the Service works, and the kubelet asks a port that nobody serves.
    """
    named = next((p for p in container.ports if p.name is not None and str(p.name) == str(probe.port)), None)
    if named is None or named.number is None or probe.port is None or workload.meta.patched:
        return
    declared = {p.number for c in workload.containers for p in c.ports}
    served = {
        p.target_number: p
        for p in leading
        if p.target_number is not None
        and p.target_number not in declared
        and _named(index, workload, p.target_number)
    }
    like = near_numbers(named.number, served)
    if len(like) != 1 or _named(index, workload, named.number):
        return
    (meant,) = like
    port = served[meant]
    why = f"it is declared as {named.number}, and the program is told to serve {meant}"
    yield ProbeNumber(
        wanted=f"`{probe.port}`",
        anchor=probe.port.anchor,
        owner=workload,
        verdict=Verdict.NEAR_MISS,
        near=(
            Candidate(named.anchor, "the kubelet asks this number", str(meant)),
            Candidate((port.target or port.written).anchor, f"the Service leads to {meant}", str(meant)),
        ),
        workload=workload,
        container=container,
        probe=probe,
        why=why,
    )


def _same(container: PodContainer, probe: Probe, number: int | None) -> Probe | None:
    """The probe of the same container that asks the same of a port that is declared, or of one by its name."""
    declared = {p.number for p in container.ports}
    for other in container.probes:
        if other is probe or other.action is not probe.action or other.port is None:
            continue
        asked = integer(other.port)
        alike = str(other.path or "/") == str(probe.path or "/") and other.scheme == probe.scheme
        if alike and asked != number and (asked is None or asked in declared):
            return other
    return None


def _other(container: PodContainer, probe: Probe, number: int | None) -> Probe | None:
    """Another probe of the container, which asks something else of a port that is declared, when no probe asks a number but this one."""
    declared = {p.number for p in container.ports}
    others = [o for o in container.probes if o is not probe and o.port is not None]
    if any(integer(o.port) == number for o in others):
        return None
    return next((o for o in others if integer(o.port) in declared or integer(o.port) is None), None)


def _named(index: Index, workload: Workload, number: int | None) -> bool:
    """Whether anything but probes names a port."""
    texts = [s.value for c in workload.containers for s in (*c.words, *(v.value for v in c.env))]
    return any(names(text, number) for text in texts) or index.configures(workload, number)


_SERVING = patterns.compile(r"http|web|api|app|grpc|health|main|server|tcp")
"""Names of ports that a probe may mean; a port of another name (`stat`, `metrics`) has a use of its own."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _probe(workload: Workload, container: PodContainer, probe: Probe, port: Scalar) -> ProbePort:
    """A probe's port (R3): a name is looked up in the same container, whatever its protocol."""
    verdict = Verdict.FOUND
    near: tuple[Candidate, ...] = ()
    if integer(port) is None:
        names = {p.name.value: p for p in container.ports if p.name is not None}
        if probe.action is ProbeAction.GRPC:
            open_ended = is_placeholder(port.value) or workload.meta.patched
            verdict = Verdict.UNKNOWN if open_ended else Verdict.CONFLICT
            named = names.get(port.value)
            text = "the container declares this port"
            near = (
                (Candidate(named.anchor, text, str(named.number), certain=True),) if named is not None else ()
            )
        elif port.value not in names:
            near = _probe_candidates(port, container)
            slip = bool(near) and is_slip(port.value, near[0].instead)
            unsure = is_placeholder(port.value) or (workload.meta.patched and not slip)
            verdict = Verdict.UNKNOWN if unsure else Verdict.CONFLICT
    return ProbePort(
        wanted=port.value,
        anchor=port.anchor,
        owner=workload,
        verdict=verdict,
        near=near,
        assumption=UNREAD if verdict.broken and workload.meta.patched else "",
        workload=workload,
        container=container,
        probe=probe,
    )


def _probe_candidates(port: Scalar, container: PodContainer) -> tuple[Candidate, ...]:
    ports = container.ports
    own = [p.name.value for p in ports if p.name is not None]
    # Of the few names of a container a short one is meant, too.
    similar = near_names(port.value, own) or [n for n in own if is_slip(port.value, n)][:1]
    chosen = [p for p in ports if p.name is not None and p.name.value in similar[:1]]
    if not chosen and len(ports) == 1:
        chosen = list(ports)
    return tuple(
        Candidate(
            p.anchor,
            f"the container declares port `{p.name}`"
            if p.name
            else f"the container declares port {p.number}",
            p.name.value if p.name else str(p.number),
            certain=sole(port.value, similar) or len(ports) == 1,
        )
        for p in chosen[:1]
    )
