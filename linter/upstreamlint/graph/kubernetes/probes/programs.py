"""Probes of programs that answer them where they are told to, and nowhere else."""

from __future__ import annotations

import re
from itertools import pairwise

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.containers.data.given import any_given
from upstreamlint.containers.listening.listen import Listening
from upstreamlint.containers.listening.of_container import starts_own
from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.kubernetes.probes.numbers import mentions
from upstreamlint.graph.references import Candidate, ProbeNumber
from upstreamlint.model.kubernetes import PodContainer, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.probe import Probe, ProbeAction

_HEALTH = patterns.compile(r"/(?:healthz?|readyz?|livez?|health/\w{1,20})/?\Z")
_FOR_PROBES = frozenset({"health-probe", "healthz", "health", "probe", "readiness", "liveness"})


def elsewhere(
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
    elif told.port != number and _HEALTH.match(path) and not mentions(container, number):
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


def off(workload: Workload, place: Container, container: PodContainer, probe: Probe) -> ProbeNumber | None:
    """A probe of a port that the image only serves when told to, and that it is not told to serve."""
    facts = place.image_facts
    declared = {p.name.value: p.number for p in container.ports if p.name is not None}
    number = (integer(probe.port) or declared.get(probe.port.value)) if probe.port is not None else None
    served = next((s for s in (facts.serves if facts else None) or () if s.port == number and s.needs), None)
    unsure = workload.meta.patched or probe.host is not None
    if served is None or probe.port is None or unsure or not place.as_shipped:
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


def plain(
    workload: Workload, place: Container, container: PodContainer, probe: Probe, listening: Listening
) -> ProbeNumber | None:
    """A probe that speaks TLS to a port which the image does not serve, while it serves others in plain text alone."""
    facts, image, port = place.image_facts, place.image, probe.port
    if facts is None or image is None or port is None or probe.scheme != "HTTPS" or probe.host is not None:
        return None
    declared = {p.name.value: p.number for p in container.ports if p.name is not None}
    number = integer(port) or declared.get(port.value)
    usual = listening.usual
    if (
        number is None
        or number in usual
        or not usual
        or any(s.tls or s.protocol != "http" for s in facts.serves or ())
    ):
        return None
    if workload.meta.patched or not place.as_shipped or mentions(container, number):
        return None
    shown = ", ".join(str(one) for one in sorted(usual))
    return ProbeNumber(
        wanted=str(number),
        anchor=port.anchor,
        owner=workload,
        verdict=Verdict.CONFLICT,
        near=(Candidate(image.anchor, f"this image serves {shown}, in plain text", ""),),
        workload=workload,
        container=container,
        probe=probe,
        why=f"the image serves {shown} alone, in plain text",
        assumption="nothing inside the image serves another port",
    )


_OWN = range(20241, 20246)
_CONFIGS = tuple(f"/etc/cloudflared/config.{ending}" for ending in ("yml", "yaml"))
_METRICS = patterns.compile(r"^metrics[ \t]*:", re.MULTILINE)


def tunnel(workload: Workload, place: Container, container: PodContainer, probe: Probe) -> ProbeNumber | None:
    """A probe of cloudflared on a port of one's own choice, which only `metrics` opens (cloudflared: `metrics/metrics.go`)."""
    number = integer(probe.port) if probe.port is not None else None
    if place.image_name != "cloudflared" or probe.port is None or number is None or number in _OWN:
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
