"""How Traefik spreads requests over the servers of a service, and over the services that one is made of.

After pkg/server/service and its loadbalancer packages, and pkg/middlewares/retry; held against 3.7.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table

from upstreamlint.documents import Entry, Mapping, Node, Scalar
from upstreamlint.facets.spread import Next, Spread
from upstreamlint.numerals import decimal
from upstreamlint.programs.connectors.origin import origin, pool_of
from upstreamlint.programs.connectors.types import Origin, Pool
from upstreamlint.programs.traefik.checks import check
from upstreamlint.programs.traefik.dotted import field, items, text
from upstreamlint.programs.traefik.dynamic import parts
from upstreamlint.programs.traefik.unasked import unasked
from upstreamlint.values import replace

_MAX_DEPTH = 8
_ONE_ANSWER = "one answer of 500 or more leaves a server out for `failureWindow`"
_AT_RANDOM = frozenset({"p2c", "hrw", "leasttime"})
"""Strategies that may take the server again that has just failed."""


class Services:
    """The services of one protocol; `address` is the field of a server that says where it is, `transports` are those that they may name."""

    def __init__(
        self,
        protocol: str,
        entries: Table[str, Entry],
        address: str,
        transports: Table[str, Node] | None = None,
    ) -> None:
        self._transports = transports or {}
        self._where = f"{protocol}.services"
        self._entries = entries
        self._held = {name: entry.value for name, entry in entries.items()}
        self._address = address
        self._made: dict[tuple[str, int], Pool | None] = {}

    def pool(self, name: str, attempts: int, depth: int = 0) -> Pool | None:
        """What a service leads to for a router with so many attempts; nothing where none of its kinds is read."""
        key = name.removesuffix("@file"), attempts
        entry = self._entries.get(key[0])
        if entry is None or not isinstance(entry.value, Mapping) or depth > _MAX_DEPTH:
            return None
        if key not in self._made:
            self._made[key] = self._of(entry, attempts, depth)
        return self._made[key]

    def makes(self, name: str, depth: int = 0) -> bool:
        """Whether a service can be made, and all that it is made of."""
        entry = self._entries.get(name.removesuffix("@file"))
        if entry is None or depth > _MAX_DEPTH:
            return True
        if any(unasked(entry, self._held)):
            return False
        return all(self.makes(part.value, depth + 1) for part in parts(entry.value))

    def _of(self, entry: Entry, attempts: int, depth: int) -> Pool | None:
        held = entry.value
        balancer = field(held, "loadBalancer")
        if balancer is not None:
            return self._balanced(entry, balancer, attempts)
        main = text(held, "mirroring", "service")
        if main is not None:
            # The answers of mirrors go nowhere.
            return self.pool(main.value, attempts, depth + 1)
        main, other = text(held, "failover", "service"), text(held, "failover", "fallback")
        if main is not None:
            first = self.pool(main.value, attempts, depth + 1)
            second = self.pool(other.value, attempts, depth + 1) if other is not None else None
            return self._either(entry, first, second, alone=field(held, "failover", "errors") is None)
        listed = items(held, "weighted", "services")
        return self._weighted(entry, listed, attempts, depth) if listed else None

    def _balanced(self, entry: Entry, balancer: Node, attempts: int) -> Pool:
        strategy = text(balancer, "strategy")
        random = strategy is not None and strategy.value in _AT_RANDOM
        servers = items(balancer, "servers")
        found = [one for s in servers if (one := self._origin(s, weighed=not random)) is not None]
        asked = field(balancer, "healthCheck")
        checked = check(
            {e.key.value.lower(): e.value if isinstance(e.value, Scalar) else e.key for e in _entries(asked)}
        )
        passive = next((e for e in _entries(balancer) if e.key.value.lower() == "passivehealthcheck"), None)
        spread = _spread(
            found, attempts, checked=checked is not None, passive=passive is not None, random=random
        )
        pool = self._made_of(entry, found, spread)
        if passive is not None and _number(passive.value, "maxFailedAttempts") == 1:
            pool = replace(pool, emptied=((passive.key.anchor, _ONE_ANSWER),))
        pool = replace(
            pool,
            idle=not any(o.weight for o in found) and len(found) == len(servers),
            verified=self._verified(balancer),
        )
        if checked is None or checked.scheme:
            return pool
        return replace(pool, ask=checked.ask, ask_port=checked.port_at)

    def _verified(self, balancer: Node) -> bool:
        """Whether neither a service nor the transport that it names says whose certificates count, or for which name."""
        written = text(balancer, "serversTransport")
        if written is None:
            return True
        transport = self._transports.get(written.value.removesuffix("@file"))
        told = ("insecureSkipVerify", "rootCAs", "serverName", "spiffe", "peerCertURI")
        return transport is not None and all(field(transport, key) is None for key in told)

    def _origin(self, server: Node, *, weighed: bool) -> Origin | None:
        """A server; one without a scheme is told by itself, and dials nobody."""
        written = text(server, self._address)
        if written is None or (self._address == "url" and "://" not in written.value):
            return None
        found = origin(written)
        return replace(found, weight=_number(server, "weight")) if found is not None and weighed else found

    def _weighted(self, entry: Entry, listed: Sequence[Node], attempts: int, depth: int) -> Pool | None:
        parts: list[tuple[Pool, int]] = []
        for item in listed:
            name, number = text(item, "name"), _number(item, "weight")
            pool = self.pool(name.value, attempts, depth + 1) if name is not None else None
            if pool is None:
                return None
            parts += [(pool, number)] if number else []
        checked = field(entry.value, "weighted", "healthCheck") is not None
        if not checked and attempts == 1:
            return replace(self._made_of(entry, (), Spread()), parts=tuple(parts), idle=not parts)
        if len(parts) == 1 and not checked:
            return parts[0][0]
        plain = [pool for pool, _ in parts if not pool.parts and not pool.backed and not pool.unknown]
        asked = [_is_checked(pool) for pool in plain]
        passive = {pool.spread.empties for pool in plain}
        idle = any(pool.idle for pool in plain)
        if len(plain) < len(parts) or idle or (not checked and (any(asked) or len(passive) > 1)):
            # What answers without being dialled is not tried again.
            return self._unknown(entry)
        # The next attempt goes to the next part, and what fails its check is left out.
        found = [
            replace(o, weight=o.weight * n * _others(parts, pool)) for pool, n in parts for o in pool.origins
        ]
        spread = _spread(found, attempts, checked=checked, passive=True in passive, random=False)
        return self._made_of(entry, found, spread)

    def _either(self, entry: Entry, first: Pool | None, second: Pool | None, *, alone: bool) -> Pool:
        """A service with one that takes over when the checks find all of its servers dead."""
        if first is None or second is None or not alone:
            return self._unknown(entry)
        if first.idle:
            # Only a check finds a server dead, and there is none to ask.
            return first
        spare = [o for o in second.origins if o.weight]
        checked = _is_checked(second)
        simple = not (first.parts or second.parts or first.backed or second.backed)
        if not simple or first.unknown or second.unknown or (len(spare) > 1 and not checked):
            return self._unknown(entry)
        backups = [replace(o, backup=number) for number, o in enumerate(spare, 1)]
        spread = replace(first.spread, backups=len(backups), empties=second.spread.empties or second.idle)
        made = self._made_of(entry, [*first.origins, *backups], spread)
        return replace(made, ask=first.ask, ask_port=first.ask_port, spare=second.spread)

    def _unknown(self, entry: Entry) -> Pool:
        return replace(self._made_of(entry, (), Spread()), unknown=True)

    def _made_of(self, entry: Entry, found: Sequence[Origin], spread: Spread) -> Pool:
        name = entry.key.value
        return replace(pool_of(entry.key.anchor, found, f"{self._where}.{name}", name), spread=spread)


def _entries(held: Node | None) -> Iterable[Entry]:
    return held if isinstance(held, Mapping) else ()


def _number(held: Node, name: str) -> int:
    """A number that is 1 where none is written."""
    written = text(held, name)
    return 1 if written is None else decimal(written.value) or 0


def _is_checked(pool: Pool) -> bool:
    return pool.spread.refused is Next.LEFT_OUT


def _others(parts: Sequence[tuple[Pool, int]], own: Pool) -> int:
    """What the weights of a part have to be multiplied with, so that its sum is that of each other."""
    product = 1
    for pool, _ in parts:
        product *= 1 if pool is own else sum(o.weight for o in pool.origins) or 1
    return product


def _spread(found: Sequence[Origin], attempts: int, *, checked: bool, passive: bool, random: bool) -> Spread:
    used = [o.weight for o in found if o.weight]
    even = len(set(used)) < 2  # noqa: PLR2004 - as many requests for each
    if checked:
        failed = Next.LEFT_OUT
    elif attempts > 1:
        failed = Next.TRIED if even and not random else Next.AT_TIMES
    else:
        failed = Next.AT_TIMES if passive else Next.LOST
    answered = failed if checked else Next.AT_TIMES if passive else Next.LOST
    return Spread(
        refused=failed,
        nameless=failed,
        answered=answered,
        tries=_tries(attempts, len(used)) if failed is Next.TRIED else 0,
        empties=checked or passive,
    )


def _tries(attempts: int, servers: int) -> int:
    """How many servers so many attempts are sure to come to: each round has an order of its own, but for two."""
    return attempts if servers == 2 else (attempts + 1) // 2  # noqa: PLR2004
