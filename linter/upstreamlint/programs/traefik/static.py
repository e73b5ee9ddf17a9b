"""Traefik's static configuration: a file, else arguments, else variables; whichever comes first is all of it.

After cmd/traefik (the loaders of a file, flags and the environment, of which the first that finds something ends the
search) and pkg/config/static; that names keep their letters was measured.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from upstreamlint import numerals, patterns
from upstreamlint.containers import structured
from upstreamlint.containers.container import Container
from upstreamlint.documents import UNKNOWN, Entry, Mapping, Node, Scalar
from upstreamlint.programs.traefik import dynamic
from upstreamlint.programs.traefik.dotted import entries, field, listed, text, tree
from upstreamlint.programs.traefik.model import Engine, EntryPoint, Router
from upstreamlint.programs.traefik.options import passed_over, refused
from upstreamlint.readers.compose.tree import is_unknown, part
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

_FILES = tuple(
    f"{folder}/traefik.{suffix}"
    for folder in ("/etc/traefik", "/root/.config/traefik", "")
    for suffix in ("yaml", "yml", "toml")
)
_PREFIX = "TRAEFIK_"
_ENTRY_POINT = patterns.compile(r"(?P<host>[^/]*):(?P<port>\d+)(?:/(?:tcp|http)\d?)?\Z")
_UDP = patterns.compile(r"/udp\Z", re.IGNORECASE)
INTERNAL = "traefik"
_INTERNAL_PORT, _DEFAULT_PORT = 8080, 80
_IDLE = (
    "accesslog",
    "api.",
    "certificatesresolvers.",
    "entrypoints.",
    "global.",
    "log.",
    "metrics.",
    "serverstransport.",
    "tracing.",
)
"""Flags whose values may be unknown: what stands there adds no name."""
_READ = frozenset({"docker", "swarm", "file", "providersthrottleduration", "precedence"})


@frozen(kw_only=True)
class Static:
    """The static configuration as a tree; `complete` says that it is all there.

    `path` is that of its file, and `flags` says that it is a command line. `stop` is the word on that where Traefik stops to read.
    """

    root: Mapping | None
    complete: bool
    anchor: Anchor
    path: str = ""
    flags: bool = False
    stop: Scalar | None = None

    @property
    def entry_points(self) -> dict[str, EntryPoint]:
        """The entry points, with those that Traefik adds."""
        found = {e.key.value: _entry_point(e.key, e.value) for e in entries(self.root, "entryPoints")}
        if not found.keys() - {INTERNAL}:
            found["http"] = self._added("http", _DEFAULT_PORT)
        if INTERNAL not in found and self._shows_itself:
            found[INTERNAL] = self._added(INTERNAL, _INTERNAL_PORT)
        return found

    @property
    def _shows_itself(self) -> bool:
        """Whether the API, the pings or the metrics have a port of their own."""
        insecure = text(self.root, "api", "insecure")
        shown = insecure is not None and insecure.value.lower() not in ("false", "0", "f")
        return shown or any(
            root is not None and ((point := text(root, "entryPoint")) is None or point.value == INTERNAL)
            for root in (field(self.root, "ping"), field(self.root, "metrics", "prometheus"))
        )

    def _added(self, name: str, port: int) -> EntryPoint:
        place = Scalar(name, True, self.anchor.source, self.anchor.start, self.anchor.end)
        return EntryPoint(name=place, address=place._replace(value=f":{port}"), port=port)

    @property
    def engines(self) -> Iterator[Engine]:
        """The providers of containers that are switched on."""
        for name in ("docker", "swarm"):
            key = next((e.key for e in entries(self.root, "providers") if e.key.value.lower() == name), None)
            if key is None:
                continue
            written = field(self.root, "providers", name)
            switched = text(written, "swarmMode")
            exposed = text(written, "exposedByDefault")
            yield Engine(
                swarm=name == "swarm" or (switched is not None and switched.value.lower() == "true"),
                exposed=exposed is None or exposed.value.lower() not in ("false", "0", "f"),
                exposed_anchor=exposed.anchor if exposed is not None else key.anchor,
                constraints=text(written, "constraints"),
                network=text(written, "network"),
                endpoint=text(written, "endpoint"),
                anchor=key.anchor,
            )

    @property
    def file(self) -> Scalar | None:
        """The folder or file of the file provider; the folder wins."""
        provider = field(self.root, "providers", "file")
        return text(provider, "directory") or text(provider, "filename")

    @property
    def routers(self) -> tuple[Router, ...]:
        """Routers that are written among all this, where nobody looks for them."""
        return tuple(dynamic.routers(self.root))

    @property
    def resolvers(self) -> dict[str, Anchor]:
        """The resolvers of certificates, with their places."""
        return {e.key.value: e.key.anchor for e in entries(self.root, "certificatesResolvers")}

    @property
    def shown(self) -> frozenset[str]:
        """The services of its own that routers may name."""
        api = self._written("api")
        found = {"noop@internal"}
        if api is not None and not _off(api.value):
            dashboard = text(api.value, "dashboard")
            found |= {"api@internal"} | (
                {"dashboard@internal"} if dashboard is None or not _off(dashboard) else set()
            )
        found |= {f"{name}@internal" for name in ("ping", "rest") if self._written(name) is not None}
        if any(e.key.value.lower() == "rest" for e in entries(self.root, "providers")):
            found.add("rest@internal")
        if any(e.key.value.lower() == "prometheus" for e in entries(self.root, "metrics")):
            found.add("prometheus@internal")
        return frozenset(found)

    def _written(self, name: str) -> Entry | None:
        return next((e for e in self.root or () if e.key.value.lower() == name), None)

    def refused(self, release: int | None) -> tuple[Fault, ...]:
        """Why it does not start, as far as that can be told; variables are left alone, which may be of others."""
        known = self.complete and (self.flags or bool(self.path))
        return tuple(refused(self.root, release, flags=self.flags)) if known else ()

    def passed_over(self, release: int | None) -> tuple[Fault, ...]:
        """What is written and not read."""
        known = release is not None and release > 1 and bool(self.path)
        return tuple(passed_over(self.root, flags=self.flags)) if known else ()

    @property
    def syntax(self) -> str:
        """The syntax of rules that it sets."""
        written = text(self.root, "core", "defaultRuleSyntax")
        return written.value.lower() if written is not None else ""

    @property
    def others(self) -> bool:
        """Whether there are providers that are not read."""
        return any(e.key.value.lower() not in _READ for e in entries(self.root, "providers"))


def static(container: Container) -> Static:
    """What a Traefik is started with."""
    words = _words(container)
    known = words is not None and not container.incomplete and all(map(_tells, words))
    words = words or ()
    path = next((value.value for _, name, value in _flags(words) if name.lower() == "configfile"), "")
    for one in (path,) if path else _FILES:
        at = posixpath.normpath(posixpath.join(container.folder, one))
        written = container.files.read(at)
        if written is not None:
            root = structured.root(written, one)
            anchor = written.place(0, 0)
            known = root is not None and "{{" not in written.text and not container.incomplete
            start = Anchor(anchor.source, anchor.start, anchor.start)
            return Static(root=root, complete=known, anchor=start, path=at)
        known = known and not container.files.unknown(at)
    flags = tree(_flags(words))
    root = flags or tree(_variables(container))
    # Variables count where there is neither a file nor a flag.
    known = known and (flags is not None or not container.unread)
    # One that is told nothing at all is an excerpt, or is told by something that is not here.
    complete = known and not path and root is not None
    end = _end(words)
    stop = words[end] if 0 < end < len(words) else None
    return Static(root=root, complete=complete, anchor=container.anchor, flags=flags is not None, stop=stop)


def told_again(arguments: tuple[Scalar, ...], container: Container) -> Mapping | None:
    """What another start of Traefik in a container makes of its own arguments, else of the variables."""
    return tree(_flags(arguments)) or tree(_variables(container))


def path_in(container: Container, written: Scalar) -> str:
    """A path as Traefik sees it: its image starts in `/`."""
    return posixpath.normpath(posixpath.join(container.folder, written.value))


def _tells(word: Scalar) -> bool:
    """Whether a word says what must be known: the value of many a flag decides nothing here."""
    name = word.value.partition("=")[0].lower().lstrip("-")
    return not is_unknown(word) or ("$" not in name and name.startswith(_IDLE) and "=" in word.value)


def _words(container: Container) -> tuple[Scalar, ...] | None:
    """Its arguments; nothing where they cannot be told from what else is started."""
    for command in container.commands:
        if command.program == "traefik":
            return command.words[1:] if command.certain else None
    given = container.words
    own = container.start.entrypoint is None and (not given or given[0].value.startswith("-"))
    return given if own else None


def _flags(words: tuple[Scalar, ...]) -> Iterator[tuple[Scalar, str, Scalar]]:
    """`--name=value`, `--name value`, and `--name` alone for true, up to a word that is none of these."""
    number = 0
    while number < _end(words):
        word = words[number]
        number += 1
        if not word.value.startswith("-"):
            continue
        name, equals, _ = word.value.lstrip("-").partition("=")
        dashes = len(word.value) - len(word.value.lstrip("-"))
        key = part(word, 0, dashes + len(name))._replace(value=name)
        after = words[number] if number < len(words) else None
        if equals:
            yield key, name, part(word, dashes + len(name) + 1, len(word.value))
        elif after is not None and _is_value(after):
            number += 1
            yield key, name, after
        else:
            yield key, name, key._replace(value="true")


def _is_value(word: Scalar) -> bool:
    """Whether a word is the value of a flag before it; one that is on or off takes its value behind `=` alone."""
    return not word.value.lstrip().startswith("-") and word.value.lower() not in ("true", "false")


def _end(words: tuple[Scalar, ...]) -> int:
    """Where Traefik stops to read: at a word that is neither a flag nor the value of one (paerser, flag/parser.go)."""
    for number, word in enumerate(words):
        before = words[number - 1].value if number else ""
        given = before.startswith("-") and "=" not in before and _is_value(word)
        if not word.value.startswith("-") and not given and not is_unknown(word):
            return number
    return len(words)


def _variables(container: Container) -> Iterator[tuple[Scalar, str, Scalar]]:
    for name, value in container.environment.items():
        if name.startswith(_PREFIX):
            yield value, name[len(_PREFIX) :].lower().replace("_", "."), value


def _entry_point(name: Scalar, written: object) -> EntryPoint:
    holder = written if isinstance(written, Mapping) else None
    address = text(holder, "address")
    found = _ENTRY_POINT.match(address.value) if address is not None and address.tag != UNKNOWN else None
    tls = field(holder, "http", "tls")
    return EntryPoint(
        name=name,
        address=address,
        port=numerals.port(found["port"]) if found else None,
        udp=address is not None and _UDP.search(address.value) is not None,
        tls=tls is not None and not _off(tls),
        middlewares=listed(holder, "http", "middlewares"),
        resolver=text(tls, "certResolver"),
        redirects=text(holder, "http", "redirections", "entryPoint", "to"),
        reads_header=field(holder, "proxyProtocol") is not None,
    )


def _off(written: Node) -> bool:
    return isinstance(written, Scalar) and written.value.lower() in ("false", "0", "f")
