"""Routers and services of the file provider."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Table

from upstreamlint.containers import structured
from upstreamlint.containers.container import Container
from upstreamlint.documents import Entry, Mapping, Node, Scalar
from upstreamlint.programs.connectors.load import Reader, read, texts
from upstreamlint.programs.connectors.origin import origin, pool_of
from upstreamlint.programs.connectors.types import ConnectorRule, Pool
from upstreamlint.programs.reading import Found, Run
from upstreamlint.programs.traefik.program import PROGRAM
from upstreamlint.source import Anchor

_HOST = re.compile(r"Host(?:Regexp|SNI)?\(\s*[`\"']([^`\"']+)")
_PATH = re.compile(r"Path(?:Prefix|Regexp)?\(\s*[`\"']([^`\"']+)")


def load(run: Run) -> Found:
    """Every Traefik of the run that a file configures."""
    return read(run, Reader(program=PROGRAM, together=rules, holds=_holds, asked=True, named=_named))


def _holds(root: Mapping) -> bool:
    return any(root.at(p, k) is not None for p in ("http", "tcp") for k in ("routers", "services"))


def _named(container: Container) -> Iterator[str]:
    """The file or folder that the static configuration names."""
    for _, text in texts(container.files):
        root = structured.root(text) if "file" in text.text and "providers" in text.text else None
        for key in ("filename", "directory"):
            found = root.at("providers", "file", key) if root is not None else None
            if isinstance(found, Scalar):
                yield found.value


def rules(roots: Sequence[Mapping]) -> Iterator[ConnectorRule]:
    """The file provider: routers name services, and those list servers. What its files say is put together."""
    number = 0
    for protocol, field in (("http", "url"), ("tcp", "address")):
        entries = [e for root in roots for e in _entries(root.at(protocol, "services"))]
        defined = {e.key.value: e.key.anchor for e in entries}
        pools = {e.key.value: pool for e in entries if (pool := _balanced(e, protocol, field)) is not None}
        for router in (e for root in roots for e in _entries(root.at(protocol, "routers"))):
            if not isinstance(router.value, Mapping):
                continue
            service, rule = router.value.scalar("service"), router.value.scalar("rule")
            if service is None:
                continue
            name = service.value.removesuffix("@file")
            dangling = name not in defined and "@" not in name
            pool = pools.get(name) or (Pool(name, (), service.anchor) if dangling else None)
            if pool is not None:
                number += 1
                yield _routed(number, service, rule, pool, defined if dangling else None)


def _routed(
    number: int, service: Scalar, rule: Scalar | None, pool: Pool, defined: Table[str, Anchor] | None
) -> ConnectorRule:
    """The rule of a router; `defined` are the services that there are when its own is none of them."""
    text = rule.value if rule else ""
    host, path = _HOST.search(text), _PATH.search(text)
    return ConnectorRule(
        number,
        rule,
        None,
        host[1] if host else "*",
        path[1] if path else "/",
        pool,
        service.anchor,
        dangling=defined is not None,
        defined=defined or {},
    )


def _entries(node: Node | None) -> Iterator[Entry]:
    return iter(node if isinstance(node, Mapping) else ())


def _balanced(entry: Entry, protocol: str, field: str) -> Pool | None:
    """A service that is a list of servers; nothing for one that is made of others."""
    balancer = entry.value.mapping("loadBalancer") if isinstance(entry.value, Mapping) else None
    if balancer is None:
        return None
    urls = [u for s in balancer.mappings("servers") if (u := s.scalar(field)) is not None]
    name = entry.key.value
    return pool_of(entry.key.anchor, [origin(u) for u in urls], f"{protocol}.services.{name}", name)
