"""Which values `$host` has where a pass stands, and what a `map` makes of them.

After src/http/ngx_http_core_module.c and src/http/modules/ngx_http_map_module.c: a server that is not the default one of any
of its ports only takes its own names.
"""

from __future__ import annotations

from collections.abc import Collection

from upstreamlint.programs.nginx.config import Config, Server
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.programs.nginx.upstream import Scopes

_OPEN = frozenset("~*.$_")
"""What a name begins with that stands for others, or for none."""


def asked_hosts(config: Config, scopes: Scopes) -> frozenset[str] | None:
    """The hosts that requests come with where a pass stands; nothing where they may be any."""
    header = next((s.header for s in scopes if s.kind == "server"), None)
    server = config.by_directive.get(id(header))
    if server is None or not server.names or not server.listens or config.templated:
        return None
    names = frozenset(n.value.lower() for n in server.names)
    if any(not n or n[0] in _OPEN or n.endswith("*") for n in names):
        return None
    others = (i.port is not None and config.defaults.get(i.port) is not None for i in server.listens)
    return names if all(others) and not _is_default(config, server) else None


def _is_default(config: Config, server: Server) -> bool:
    return any(i.port is not None and config.defaults.get(i.port) is server for i in server.listens)


def fitting(mapping: Directive, hosts: Collection[str] | None) -> tuple[tuple[Directive, ...], bool]:
    """The entries of a `map` that requests with some hosts come to, and whether one of them is listed by none."""
    entries = mapping.block or ()
    if hosts is None or mapping.name.value != "map" or [a.value for a in mapping.args[:1]] != ["$host"]:
        return entries, True
    plain = {e.name.value.lower(): e for e in entries if not e.name.value.startswith("~")}
    wild = "hostnames" in plain
    chosen: list[Directive] = []
    rest = False
    for host in hosts:
        found = plain.get(host) or (_wildcard(plain, host) if wild else None)
        if found is not None:
            chosen.append(found)
        rest |= found is None
    kept = {id(e) for e in chosen}
    flags = [e for e in entries if id(e) in kept or (rest and (e.name.value.startswith("~") or _falls(e)))]
    return tuple(flags), rest


def _falls(entry: Directive) -> bool:
    """Whether an entry is for what nothing else lists."""
    return entry.name.value in ("default", "*") or entry.name.value == "include"


def _wildcard(plain: dict[str, Directive], host: str) -> Directive | None:
    """The longest entry with a leading `*` or dot that fits a host, else the longest with a trailing one."""
    parts = host.split(".")
    tails = (".".join(parts[n:]) for n in range(len(parts)))
    for n, tail in enumerate(tails):
        found = plain.get(f".{tail}") or (plain.get(f"*.{tail}") if n else None)
        if found is not None:
            return found
    heads = (".".join(parts[:n]) for n in range(len(parts) - 1, 0, -1))
    return next((plain[f"{head}.*"] for head in heads if f"{head}.*" in plain), None)
