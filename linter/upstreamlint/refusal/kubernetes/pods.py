"""Pods: containers, volumes and what refers to them (`pkg/apis/core/validation`, `ValidatePodSpec`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.kubernetes.containers import (
    container,
    downward,
    host_ports,
    named_once,
    of_first,
    probes,
)
from upstreamlint.refusal.kubernetes.scheduling import scheduling
from upstreamlint.refusal.refused import Refusal, forbidden, invalid, required
from upstreamlint.refusal.scalars import unfilled

_GRACE = 30
"""The seconds in which a pod ends unless it says otherwise."""


def pod(spec: At, claims: frozenset[str] = frozenset()) -> Iterator[Refusal]:
    """What is refused of the spec of a pod; `claims` are the volumes that its owner adds."""
    containers, first = spec.items("containers"), spec.items("initContainers")
    yield from named_once(containers, first)
    volumes = _volumes(spec, claims)
    for at in (*containers, *first):
        yield from container(at, volumes)
    shared = spec.get("hostNetwork").value is True
    yield from host_ports(containers, shared=shared)
    for at in containers:
        yield from probes(at)
        yield from _sleep(at, spec)
    for at in first:
        yield from host_ports([at], shared=False)
        yield from of_first(at)
    for volume in spec.items("volumes"):
        yield from downward(volume)
    yield from _names(spec)
    yield from scheduling(spec)
    if spec.get("shareProcessNamespace").value is True and spec.get("hostPID").value is True:
        yield invalid(
            spec.get("shareProcessNamespace"), "ShareProcessNamespace and HostPID cannot both be enabled"
        )


def template(at: At) -> Iterator[Refusal]:
    """What is refused of a template of pods beyond what is of a pod."""
    brief = at.get("spec").get("ephemeralContainers")
    if not brief.empty:
        yield forbidden(brief, "ephemeral containers not allowed in pod template")


def _volumes(spec: At, claims: frozenset[str]) -> frozenset[str] | None:
    """The names of the volumes of a pod; nothing if one is still to be filled in."""
    names = [volume.get("name") for volume in spec.items("volumes")]
    if spec.get("volumes").unsure or any(name.node is None or unfilled(name.node) for name in names):
        return None
    return claims | {name.text for name in names}


def _sleep(at: At, spec: At) -> Iterator[Refusal]:
    grace = spec.get("terminationGracePeriodSeconds")
    most = grace.number if grace.given else _GRACE
    for moment in ("postStart", "preStop"):
        sleep = at.get("lifecycle").get(moment).get("sleep")
        time = sleep.get("seconds").number
        if most is not None and time is not None and not 0 <= time <= most:
            said = f"must be non-negative and less than terminationGracePeriodSeconds ({most})"
            yield Refusal(sleep.path, f"Invalid value: {time}: {said}", sleep.get("seconds").anchor)


def _names(spec: At) -> Iterator[Refusal]:
    """What is refused of the ways in which a pod asks for names."""
    config = spec.get("dnsConfig")
    if spec.get("dnsPolicy").text != "None" or config.unsure:
        return
    if not config.given:
        yield required(config, "must provide `dnsConfig` when `dnsPolicy` is None")
    elif config.get("nameservers").empty:
        said = "must provide at least one DNS nameserver when `dnsPolicy` is None"
        yield required(config.get("nameservers"), said)
