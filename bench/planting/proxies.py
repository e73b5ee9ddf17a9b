"""Places in Caddyfiles and haproxy.cfg, which dial Compose services or Services."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from planting.sites import Project, Site
from upstreamlint.source import Source

_CADDY = re.compile(
    r"^[ \t]*(?:reverse_proxy|php_fastcgi|forward_auth|to)\b[^\n#{]*?[ \t/](?P<host>[a-z][a-z0-9_-]*):(?P<port>\d{2,5})\b",
    re.MULTILINE,
)
_HAPROXY = re.compile(
    r"^[ \t]+server[ \t]+[\w.-]+[ \t]+(?P<host>[a-z][a-z0-9_-]*):(?P<port>\d{2,5})\b", re.MULTILINE
)
_CHOSEN = re.compile(r"^[ \t]+(?:default_backend|use_backend)[ \t]+(?P<old>[\w.-]+)", re.MULTILINE)


def sites(project: Project, targets: Mapping[str, set[str]]) -> Iterator[Site]:
    """The sites of each file; `targets` is every name that may be dialled, with its ports."""
    for path, source in project.files.items():
        name = path.rpartition("/")[2].lower()
        if name.startswith("caddyfile"):
            yield from _dials("caddy", "proxied", _CADDY, source, targets)
        elif name.endswith(".cfg"):
            yield from _dials("haproxy", "server", _HAPROXY, source, targets)
            known = frozenset(re.findall(r"^backend[ \t]+([\w.-]+)", source.text, re.MULTILINE))
            for match in _CHOSEN.finditer(source.text):
                if match["old"] in known:
                    yield Site("haproxy", "backend chosen", path, match.start("old"), match["old"], known)


def _dials(
    technology: str,
    kind: str,
    pattern: re.Pattern[str],
    source: Source,
    targets: Mapping[str, set[str]],
) -> Iterator[Site]:
    for match in pattern.finditer(source.text):
        host, port = match["host"], match["port"]
        if host in targets:
            names = frozenset(targets)
            yield Site(technology, f"{kind} host", source.path, match.start("host"), host, names)
            if port in targets[host]:
                own = frozenset(targets[host])
                yield Site(technology, f"{kind} port", source.path, match.start("port"), port, own)
