"""Configurations of proxies that are put into containers, and that nothing here reads: silence must not hide them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from upstreamlint import patterns
from upstreamlint.files.readable import Files, join
from upstreamlint.load.scopes import place
from upstreamlint.model.compose import ComposeService
from upstreamlint.model.kubernetes import ConfigMap
from upstreamlint.run.result import Skipped

_PROGRAMS = (
    (
        "Apache",
        patterns.compile(
            r"(?<![a-z])(?:httpd|apache2|(?:\d{1,9}-)?vhosts?|000-default)\.conf\Z|\.htaccess\Z"
        ),
    ),
    ("Caddy", patterns.compile(r"Caddyfile\Z|\.caddyfile\Z|\ACaddyfile\.|\Acaddy\.json\Z", re.IGNORECASE)),
    ("frp", patterns.compile(r"\Afrp[sc]\.(?:toml|ini)\Z")),
    ("H2O", patterns.compile(r"\Ah2o\.(?:conf|ya?ml)\Z")),
    ("HAProxy", patterns.compile(r"haproxy[\w.-]{0,200}\.cfg\Z|\Ahaproxy\.conf\Z")),
    ("Lighttpd", patterns.compile(r"\Alighttpd\.conf\Z")),
    ("Pound", patterns.compile(r"\Apound\.cfg\Z")),
    ("Squid", patterns.compile(r"\Asquid\.conf\Z")),
    ("Traefik", patterns.compile(r"\Atraefik[\w.-]*\.toml\Z")),
    ("Traffic Server", patterns.compile(r"\Aremap\.config\Z")),
    ("Varnish", patterns.compile(r"\.vcl\Z")),
)
"""Programs that send requests on, and what their configuration is called where users mount it."""

_ENDS = (".conf", ".cfg", ".config", ".htaccess", ".ini", ".toml", ".vcl")
"""What all those names end in, but for those of Caddy and H2O."""

_TARGETS = (
    ("Apache", patterns.compile(r"/usr/local/apache2/conf(?:/|\Z)|/etc/(?:apache2|httpd)(?:/|\Z)")),
    ("Caddy", patterns.compile(r"/etc/caddy(?:/Caddyfile)?/?\Z")),
    ("HAProxy", patterns.compile(r"/usr/local/etc/haproxy(?:/|\Z)|/etc/haproxy(?:/|\Z)")),
    ("Varnish", patterns.compile(r"/etc/varnish(?:/|\Z)")),
)
"""Folders from which such a program reads whatever is put there."""

_SAMPLE = ".conf.sample"
_CONFIGURATION = patterns.compile(r"\.(?:cfg|conf|vcl|caddyfile)\Z|Caddyfile\Z", re.IGNORECASE)


def unread(resources: Sequence[object], read: Collection[str], files: Files) -> tuple[Skipped, ...]:
    """What containers are given that no reader took; `read` are the paths that one did."""
    taken = {*read, *(place(r) for r in resources if not isinstance(r, ComposeService))}
    found: dict[Skipped, None] = {}
    for resource in resources:
        if isinstance(resource, ComposeService):
            found |= dict.fromkeys(s for s in _mounted(resource, files) if s.path not in taken)
        elif isinstance(resource, ConfigMap):
            found |= dict.fromkeys(_embedded(resource))
    return tuple(found)


def _mounted(service: ComposeService, files: Files) -> Iterator[Skipped]:
    for mount in service.mounts:
        target = mount.target.value
        if mount.source is None:
            program = _program(posixpath.basename(target), target) if mount.content is not None else ""
            if program:
                path = mount.anchor.source.path
                yield Skipped(
                    path,
                    f"{program} configuration in a config of `{service.name}`, which nothing reads",
                    needed=True,
                )
        elif files.is_folder(mount.source):
            names = files.listing(mount.source)
            for name in names:
                if program := _program(name, target):
                    yield _skipped(join(mount.source, name), program)
            if any(name.endswith(_SAMPLE) for name in names):
                yield Skipped(
                    mount.source, "samples of nginx configuration, which nothing includes", needed=True
                )
        elif files.is_file(mount.source) and (
            program := _program(posixpath.basename(mount.source), target)
            or _program(posixpath.basename(target), target)
        ):
            yield _skipped(mount.source, program)


def _skipped(path: str, program: str) -> Skipped:
    return Skipped(path, f"{program} configuration, which nothing reads", needed=True)


def _program(name: str, target: str) -> str:
    """The program that reads a file of this name, or one that is put there; empty when none is known."""
    if program := _called(name):
        return program
    if not _CONFIGURATION.search(name):
        return ""
    return next((program for program, pattern in _TARGETS if pattern.match(target)), "")


@lru_cache(maxsize=1_024)
def _called(name: str) -> str:
    """The program whose configuration is called so; empty when none is known."""
    lower = name.lower()
    if not (lower.endswith(_ENDS) or lower.startswith("h2o.") or "caddy" in lower):
        return ""
    return next((program for program, pattern in _PROGRAMS if pattern.search(name)), "")


def _embedded(config_map: ConfigMap) -> Iterator[Skipped]:
    for key in config_map.data:
        if program := _called(key):
            path = config_map.anchor.source.path
            title = config_map.meta.title
            yield Skipped(
                path, f"{program} configuration in ConfigMap `{title}`, which nothing reads", needed=True
            )
