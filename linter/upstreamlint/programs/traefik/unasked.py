"""Services that want to know the health of others, which nobody is told to ask for: Traefik makes none of them.

After pkg/server/service/service.go (`RegisterStatusUpdater`); measured on 3.7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint.documents import Entry, Node, Scalar
from upstreamlint.programs.traefik.dotted import field, items, text
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

_KINDS = {
    "loadBalancer": "WRR",
    "weighted": "WRR",
    "highestRandomWeight": "HRW",
    "mirroring": "mirroring",
    "failover": "failover",
}
"""What the log calls a service of each kind."""
_MAX_DEPTH = 8


@frozen
class Reason:
    """Why something cannot be made: where, what is wrong, what Traefik logs, and what it answers."""

    anchor: Anchor
    why: str
    log: str
    status: int = 404


def unasked(entry: Entry, services: Mapping[str, Node]) -> Iterator[Reason]:
    """The services without `healthCheck` whose health a service goes by."""
    for name in _gone_by(entry.value):
        kind = _not_asked(name, services, 0)
        if kind is not None:
            why = f"it goes by the health of `{name.value}`, which has no `healthCheck`"
            log = f"healthCheck not enabled in config for this {_KINDS[kind]} service"
            yield Reason(name.anchor, why, log)


def _not_asked(name: Scalar, services: Mapping[str, Node], depth: int) -> str | None:
    """The kind of a service whose health is not asked for; that of a mirrored one is the one of what is mirrored."""
    held = services.get(name.value.removesuffix("@file"))
    kind = next((k for k in _KINDS if field(held, k) is not None), None)
    if kind is None or field(held, kind, "healthCheck") is None:
        return kind
    mirrored = text(held, "mirroring", "service")
    return _not_asked(mirrored, services, depth + 1) if mirrored is not None and depth < _MAX_DEPTH else None


def _gone_by(held: Node) -> Iterator[Scalar]:
    """The services whose health a service goes by."""
    main, fallback = text(held, "failover", "service"), text(held, "failover", "fallback")
    if main is not None and field(held, "failover", "errors") is None:
        yield main
    if fallback is not None and field(held, "failover", "healthCheck") is not None:
        yield fallback
    for kind in ("weighted", "highestRandomWeight"):
        if field(held, kind, "healthCheck") is not None:
            for item in items(held, kind, "services"):
                name = text(item, "name")
                if name is not None:
                    yield name
