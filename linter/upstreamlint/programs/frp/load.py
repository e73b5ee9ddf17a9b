"""What the tunnels of `frpc` lead to: `localIP` and `localPort` of its proxies, in TOML, YAML, JSON or the older INI.

An address that is not written is loopback of its own container; a proxy with a plugin dials nothing. Source:
pkg/config/v1/proxy.go and pkg/config/legacy of frp 0.61.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import numerals
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.programs.built_in import FRPC
from upstreamlint.programs.connectors.load import Reader, read
from upstreamlint.programs.connectors.origin import pool_of
from upstreamlint.programs.connectors.types import ConnectorRule, Origin
from upstreamlint.programs.reading import Found, Run

_COMMON = "common"
"""The section of the older format that is no proxy."""


def load(run: Run) -> Found:
    """Every `frpc` of the run."""
    return read(run, Reader(program=FRPC, rules=rules))


def rules(root: Mapping) -> Iterator[ConnectorRule]:
    """One rule for each proxy; those of the older format are sections."""
    sections: list[tuple[Scalar | None, Mapping]]
    if root.mapping(_COMMON) is not None:
        sections = [(e.key, e.value) for e in root if e.key.value != _COMMON and isinstance(e.value, Mapping)]
    else:
        sections = [(m.scalar("name"), m) for m in root.mappings("proxies")]
    for number, (name, proxy) in enumerate(sections, 1):
        found = _origin(proxy)
        if found is not None:
            yield _rule(number, name.value if name is not None else str(number), proxy, found)


def _origin(proxy: Mapping) -> Origin | None:
    host = _first(proxy, "localIP", "local_ip")
    written = _first(proxy, "localPort", "local_port")
    port = numerals.port(written.value) if written is not None else None
    kind = _first(proxy, "type")
    if written is None or port is None or "plugin" in proxy or _text(proxy, "role") == "visitor":
        return None
    scheme = "http" if kind is not None and kind.value == "http" else "tcp"
    if host is None:
        return Origin(written, scheme, "127.0.0.1", port, False, written.anchor, written.anchor)
    return Origin(written, scheme, host.value.strip().lower(), port, False, host.anchor, written.anchor)


def _rule(number: int, name: str, proxy: Mapping, found: Origin) -> ConnectorRule:
    domain = next(iter(proxy.scalars("customDomains")), None) or _first(proxy, "custom_domains")
    remote = _first(proxy, "remotePort", "remote_port")
    pool = pool_of(found.written.anchor, [found], f"proxies.{name}")
    listener = (
        domain.value if domain is not None else f"{name} {remote.value}" if remote is not None else name
    )
    match = "/" if found.scheme == "http" else ""
    return ConnectorRule(number, domain or remote, None, listener, match, pool, found.written.anchor)


def _first(proxy: Mapping, *names: str) -> Scalar | None:
    """The first that is there and says something; frp 0.52 and later do not mind how the letters are written."""
    wanted = {name.lower() for name in names}
    found = (e.value for e in proxy if e.key.value.lower() in wanted)
    return next((one for one in found if isinstance(one, Scalar) and one.value), None)


def _text(proxy: Mapping, name: str) -> str:
    found = _first(proxy, name)
    return found.value if found is not None else ""
