"""What HAProxy does not start with, besides words that it cannot read; each wording was seen on 2.6 and 2.8.

Lines between `.if` and `.endif` are left out: they may not count.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.programs.haproxy.types import Config, Proxy, Server
from upstreamlint.readers.fault import Fault


def faults(config: Config, *, verifies: bool) -> Iterator[Fault]:
    """Every reason not to start; `verifies` says that servers are verified unless they say otherwise."""
    if config.templated:
        return
    yield from _twice(config)
    names = {r.value for r in config.resolvers}
    for proxy in config.proxies:
        yield from _backends(config, proxy)
        for bind in proxy.binds:
            if bind.address.fault:
                yield Fault(bind.anchor, bind.address.fault)
        for server in proxy.servers:
            yield from _server(proxy, server, verifies=verifies)
            asks = server.resolvers
            if asks is not None and asks.value not in names and config.complete:
                said = f"unable to find required resolvers '{asks.value}'"
                yield Fault(asks.anchor, said)


def _twice(config: Config) -> Iterator[Fault]:
    seen: dict[tuple[str, bool], Proxy] = {}
    for proxy in config.proxies:
        sides = [side for side, has in ((True, proxy.serves), (False, proxy.dials)) if has]
        other = next((seen[proxy.name.value, s] for s in sides if (proxy.name.value, s) in seen), None)
        for side in sides:
            seen.setdefault((proxy.name.value, side), proxy)
        if other is not None and not proxy.unsure and not other.unsure:
            said = f"{proxy.called} '{proxy.name.value}' has the same name as {other.called} '{other.name.value}'"
            yield Fault(proxy.anchor, said, ((other.anchor, "the other one"),))


def _backends(config: Config, proxy: Proxy) -> Iterator[Fault]:
    for use, backend in config.chosen(proxy):
        what = "default_backend" if use.default else "use_backend"
        name = use.name.value
        if use.dynamic or use.unsure or "$" in name:
            continue
        if backend is None:
            if config.complete:
                yield Fault(use.name.anchor, f"unable to find required {what}: '{name}'")
        elif backend.mode != proxy.mode and not (proxy.mode == "tcp" and backend.mode == "http"):
            how = "as its default backend" if use.default else "in a 'use_backend' rule"
            said = f"{proxy.mode} {proxy.called} '{proxy.name.value}' tries to use incompatible {backend.mode} {backend.called} '{name}' {how} (see 'mode')"
            yield Fault(use.name.anchor, said, ((backend.anchor, f"`mode {backend.mode}` holds here"),))


def _server(proxy: Proxy, server: Server, *, verifies: bool) -> Iterator[Fault]:
    if server.unsure or proxy.unsure:
        return
    if server.address.fault:
        yield Fault(server.address.written.anchor, server.address.fault)
    if server.ssl and server.verifies and verifies and not server.ca_file:
        said = (
            "verify is enabled by default but no CA file specified. If you're running on a LAN where you're certain"
            " to trust the server's certificate, please set an explicit 'verify none' statement on the 'server'"
            " line, or use 'ssl-server-verify none' in the global section to disable server-side verifications by"
            " default."
        )
        yield Fault(server.anchor, said)
