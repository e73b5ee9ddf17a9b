"""Where a program is told to answer probes and to show metrics, beside what it serves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.containers.listening.listen import Evidence, Listen, address, bound
from upstreamlint.containers.listening.told import flags
from upstreamlint.documents import Scalar

_BESIDE = patterns.compile(
    r"--?(?P<what>health-probe|healthz|health|probe|readiness|liveness|metrics|webhook|pprof|profiling|telemetry)"
    r"-(?:bind-addr(?:ess)?|listen-addr(?:ess)?|addr(?:ess)?)=?\Z"
)
"""Flags of Go's managers (kubebuilder, operator-sdk) and their like for a port beside the program's own."""


def listens_beside(arguments: Sequence[Scalar]) -> Iterator[Listen]:
    """Where a program is told to answer probes, to show its metrics and the like; `0` and an empty value turn that off."""
    names = {word.value.partition("=")[0] for word in arguments}
    for name in sorted(name for name in names if "addr" in name):
        match = _BESIDE.match(name)
        value = next(flags(arguments, (name,)), None) if match is not None else None
        parsed = address(value.text) if value is not None else None
        if match is None or value is None or parsed is None or parsed.port is None:
            continue
        yield Listen(
            address=bound(parsed.host),
            port=parsed.port,
            anchor=value.anchor,
            text=value.told,
            evidence=Evidence.TOLD,
            protocol="http" if match["what"] in _PROBED else "",
            beside=match["what"],
        )


_PROBED = frozenset({"health-probe", "healthz", "health", "probe", "readiness", "liveness"})
