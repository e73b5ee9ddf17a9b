"""The settings that a container's program reads from files: keys and values, whatever the program.

Mounted or copied files with a suffix of settings, and files of the build context where frameworks look for theirs:
Spring Boot's `application.*`, ASP.NET Core's `appsettings.json`, the `.env` of dotenv. A variable of the container
that is called like a key goes over it, as all of these have it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from functools import cached_property

from upstreamlint import patterns
from upstreamlint.containers import structured
from upstreamlint.containers.container import Container
from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.documents import Sequence as Items
from upstreamlint.readers.fragment import Fragment
from upstreamlint.values import frozen


@frozen
class Setting:
    """One value. `key` is its path of keys, joined with dots; the places in lists are left out."""

    key: str
    value: Scalar

    @property
    def variable(self) -> str:
        """What a variable for it would be called: `db.primaryHost` is `DB_PRIMARY_HOST`."""
        return _HUMPS.sub("_", self.key).replace(".", "_").replace("-", "_").upper()


_HUMPS = patterns.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TREES = (".toml", ".yml", ".yaml", ".json")
_LINES = (".properties", ".ini", ".env")
_FOLDER = patterns.compile(r"\A/etc/|/(?:conf|config|configs|conf\.d|provisioning|settings)(?:/|\Z)")
"""Folders that are mounted for settings; a whole repository is not looked through."""
_NOT_READ = patterns.compile(
    r"(?:compose[\w.-]{0,100}\.ya?ml|package(?:-lock)?\.json|tsconfig[\w.-]{0,100}\.json|\.lock"
    r"|(?:\A|/)(?:alembic|pytest|tox)\.ini)\Z"
)
"""What programs do not take addresses from: Alembic's `env.py` takes them from the environment."""
_BESIDE = (
    "src/main/resources/application.properties",
    "src/main/resources/application.yml",
    "src/main/resources/application.yaml",
    "appsettings.json",
    ".env",
)
_SWITCHES = ("SPRING_PROFILES_ACTIVE", "SPRING_CONFIG_LOCATION", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "NODE_ENV", "APP_ENV")  # fmt: skip
"""Variables that choose other files."""
_SWITCHING = ("--spring.profiles.active", "--spring.config", "-Dspring.profiles.active", "-Dspring.config")
"""The words that do so (docs.spring.io, Spring Boot: externalized configuration)."""
_OPEN = patterns.compile(r"\$\{|\{\{|<%|%\(|\$\(|\bENV\[")
_LINE = patterns.compile(
    r"^[ \t]*(?:export[ \t]+)?(?:\[(?P<section>[\w .-]{1,80})\]|(?P<key>[A-Za-z_][\w.-]{0,120})[ \t]*[=:][ \t]*(?P<value>[^\r\n]{0,500}))",
    re.MULTILINE,
)
_LARGE = 200_000


_OF_ENVIRONMENT = (
    (patterns.compile(r"(?:\A|/)appsettings\.(\w{1,80})\.json\Z", re.IGNORECASE), ("ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"), "production"),
    (patterns.compile(r"(?:\A|/)application-([\w-]{1,80})\.(?:ya?ml|properties)\Z"), ("SPRING_PROFILES_ACTIVE",), ""),
)  # fmt: skip
"""Files that are for one environment, the variables that name it, and which one is meant where none does.

learn.microsoft.com, ASP.NET Core: environments; docs.spring.io, Spring Boot: profile-specific files.
"""


@frozen
class SettingsFile:
    """A file with settings, read when they are asked for; `variables` of the same name, dividers aside, go over them."""

    path: str
    text: Fragment
    variables: Map[str, Scalar]

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """What stands in it and counts."""
        over = set(map(_squashed, self.variables))
        return tuple(s for s in _read(self.path, self.text) if _squashed(s.key) not in over)

    def may_hold(self, keys: Iterable[str]) -> bool:
        """Whether the last part of any key is written in it."""
        return any(key.rpartition(".")[2] in self.text.text for key in keys)


def settings_files(container: Container) -> Iterator[SettingsFile]:
    """The files with settings that a container's program is likely to read."""
    for path, text in _files(container):
        if len(text.text) <= _LARGE and is_active(path, container):
            yield SettingsFile(path, text, container.environment)


def _files(container: Container) -> Iterator[tuple[str, Fragment]]:
    for layer in container.files.layers:
        if _is_settings(layer.target):
            text = container.files.read(layer.target)
            if text is not None:
                yield layer.target, text
        elif _FOLDER.search(layer.target):
            for path, text in container.files.walk(layer.target, (*_TREES, *_LINES), levels=2, limit=60):
                if _is_settings(path):
                    yield path, text
    if container.built and not (container.unread or _chooses(container)):
        for path in _BESIDE:
            text = container.beside(path)
            if text is not None:
                yield path, text


def _chooses(container: Container) -> bool:
    """Whether a variable or a word of a command chooses other files, whose settings go over those of the usual ones."""
    told = any(word in command.text for command in container.commands for word in _SWITCHING)
    return told or any(name in container.environment for name in _SWITCHES)


def is_active(path: str, container: Container) -> bool:
    """Whether a file is for every environment, or for the one that the container is in."""
    for pattern, variables, usual in _OF_ENVIRONMENT:
        found = pattern.search(path)
        if found is not None:
            named = [container.environment[v] for v in variables if v in container.environment]
            active = named[0].value if named else usual
            return any(found[1].lower() == one.strip().lower() for one in active.split(","))
    return True


def _is_settings(path: str) -> bool:
    name = posixpath.basename(path)
    return name.endswith((*_TREES, *_LINES)) and not _NOT_READ.search(name)


def _squashed(name: str) -> str:
    return _DIVIDERS.sub("", name.lower())


_DIVIDERS = patterns.compile(r"[^a-z0-9]")


def _read(path: str, text: Fragment) -> Iterator[Setting]:
    if path.endswith(_TREES):
        root = structured.root(text, path)
        yield from _leaves((), root) if root is not None else ()
    else:
        yield from _lines(text)


def _leaves(path: tuple[str, ...], node: Node) -> Iterator[Setting]:
    if isinstance(node, Scalar):
        if node.value and not _OPEN.search(node.value):
            yield Setting(".".join(path), node)
    elif isinstance(node, Mapping):
        for entry in node:
            yield from _leaves((*path, entry.key.value), entry.value)
    elif isinstance(node, Items):
        for item in node:
            yield from _leaves(path, item)


def _lines(text: Fragment) -> Iterator[Setting]:
    section = ""
    for found in _LINE.finditer(text.text):
        if found["section"]:
            section = f"{found['section'].strip()}."
            continue
        value = found["value"].strip()
        quote = value[:1] if value[:1] in ("'", '"') and value.endswith(value[:1]) and len(value) > 1 else ""
        value = value[1:-1] if quote else value
        if value and not _OPEN.search(value):
            start = found.start("value") + len(quote)
            place = text.place(start, start + len(value))
            yield Setting(
                f"{section}{found['key']}", Scalar(value, True, place.source, place.start, place.end)
            )
