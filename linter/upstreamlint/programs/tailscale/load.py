"""The handlers that `TS_SERVE_CONFIG` gives a node."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping
from upstreamlint.programs.built_in import TAILSCALE
from upstreamlint.programs.connectors.load import Reader, read
from upstreamlint.programs.connectors.origin import origin, pool_of
from upstreamlint.programs.connectors.types import ConnectorRule
from upstreamlint.programs.reading import Found, Run


def load(run: Run) -> Found:
    """Every node of the run that serves something."""
    return read(run, Reader(program=TAILSCALE, rules=rules, asked=True))


def rules(root: Mapping) -> Iterator[ConnectorRule]:
    """`Web` hands paths of a host to `Proxy`; `TCP` forwards a port of the node."""
    web = root.mapping("Web")
    number = 0
    for server in web or ():
        handlers = server.value.mapping("Handlers") if isinstance(server.value, Mapping) else None
        for handler in handlers or ():
            proxy = handler.value.scalar("Proxy") if isinstance(handler.value, Mapping) else None
            if proxy is None:
                continue
            number += 1
            host, path = server.key, handler.key
            pool = pool_of(proxy.anchor, [origin(proxy, scheme="http", bare=True)], f"Web.{host} {path}")
            yield ConnectorRule(number, host, path, host.value, path.value, pool, proxy.anchor)
    for port in root.mapping("TCP") or ():
        forward = port.value.scalar("TCPForward") if isinstance(port.value, Mapping) else None
        if forward is not None:
            number += 1
            listener = f"tcp {port.key}"
            pool = pool_of(forward.anchor, [origin(forward, bare=True)], f"TCP.{port.key}")
            yield ConnectorRule(number, port.key, None, listener, "", pool, forward.anchor)
