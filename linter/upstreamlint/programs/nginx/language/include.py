"""Includes: the one tree that nginx would read, from a main file and everything that it includes.

Relative patterns are seen from the main file's folder, wherever the `include` stands (proved on nginx 1.22
and 1.31). A path inside the container is asked of the caller, who knows the mounts; without an answer, the
configuration folders of the usual images are taken to be the main file's folder. The `/etc/nginx` of the
machine that runs this program is never looked at.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.budget import CHAIN, DIRECTIVES, INCLUDES, Budget
from upstreamlint.documents import Scalar
from upstreamlint.files.ignored import is_ignored
from upstreamlint.files.readable import Files, join, matching, normal, parent
from upstreamlint.programs.nginx.language.syntax import MAX_DEPTH, Directive, Fragment, Reading, read, whole
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Source
from upstreamlint.typed import Literal, TypeAlias
from upstreamlint.values import NamedTuple, frozen, replace

Mounts: TypeAlias = Callable[[str], Sequence[Source | Fragment] | None]
"""What a path or pattern inside the container holds; nothing when the caller does not know."""

Status: TypeAlias = Literal["read", "empty", "stock", "missing", "cycle", "unknown"]

PREFIXES = (
    "/etc/nginx",
    "/usr/local/openresty/nginx/conf",
    "/opt/bitnami/nginx/conf",
    "/usr/local/nginx/conf",
)
"""Where images and packages keep nginx.conf."""

_MAIN = frozenset({"http", "stream", "events", "mail"})

_SITE_FOLDERS = frozenset(
    {"conf.d", "http.d", "stream.d", "sites-enabled", "sites-available", "templates", "vhosts", "snippets"}
)
_STOCK = patterns.compile(
    r"(?:(?:fastcgi|uwsgi|scgi)_params|fastcgi\.conf|proxy_params|mime\.types|koi-utf|koi-win|win-utf"
    r"|modules-enabled/\*\.conf|modules/\*\.conf|options-ssl-nginx\.conf|snippets/fastcgi-php\.conf)(?:\.default)?$"
)
"""Files that every package or image brings along, and that hold no upstream, server or resolver."""


class Include(NamedTuple):
    """One `include` with what became of it.

    `empty` is a pattern that matches nothing in a folder that is there; `missing` a single file that is not
    in a folder that is there; `stock` a file that comes with nginx; `unknown` what lies outside the files,
    and whatever a fragment names and does not find: where its main file lies is not known.
    """

    path: Scalar
    status: Status
    fragments: tuple[Fragment, ...] = ()


@frozen
class Closure:
    """A main file with its includes put in place; those that could not be read stay as directives."""

    main: Fragment
    directives: tuple[Directive, ...]
    fragments: tuple[Fragment, ...]
    includes: tuple[Include, ...]
    faults: tuple[Fault, ...]
    templated: bool

    @property
    def complete(self) -> bool:
        """Whether nothing that nginx would read is unknown."""
        return (
            not self.templated
            and not self.faults
            and all(i.status in ("read", "empty", "stock") for i in self.includes)
        )


def expand(main: Fragment, files: Files, mounts: Mounts | None = None, prefix: str = PREFIXES[0]) -> Closure:
    """Read a main file and everything it includes; `prefix` is its folder inside the container."""
    expander = _Expander(main, files, mounts, prefix)
    directives = expander.fragment(main, (), 0)
    return Closure(
        main,
        directives,
        tuple(fragment for fragment, _ in expander.readings.values()),
        tuple(expander.includes),
        (*expander.faults, *expander.budget.faults),
        expander.templated,
    )


_Key: TypeAlias = tuple[str, int, str]
"""The file, the place in it and the text: a template's loop writes many texts at one place."""


class _Expander:
    """The state of one expansion: what was read, and what was found wrong."""

    def __init__(self, main: Fragment, files: Files, mounts: Mounts | None, prefix: str) -> None:
        self.main = main
        self.files = files
        self.mounts = mounts
        self.prefix = prefix
        self.readings: dict[_Key, tuple[Fragment, Reading]] = {}
        self.includes: list[Include] = []
        self.faults: list[Fault] = []
        self.templated = False
        self.is_main = False
        self.budget = Budget()
        self.sizes: dict[_Key, int] = {}

    def fragment(
        self, fragment: Fragment, chain: tuple[tuple[_Key, Scalar], ...], depth: int
    ) -> tuple[Directive, ...]:
        """The directives of a text; one that is included twice is read once."""
        key = _key(fragment)
        if key not in self.readings:
            reading = read(fragment)
            if not self.readings:
                self.is_main = holds_main(reading.directives)
            self.readings[key] = fragment, reading
            self.faults.extend(reading.faults)
            self.templated |= reading.templated
        return tuple(self.block(self.readings[key][1].directives, key, chain, depth))

    def block(
        self,
        directives: tuple[Directive, ...],
        key: _Key,
        chain: tuple[tuple[_Key, Scalar], ...],
        depth: int,
    ) -> Iterator[Directive]:
        for directive in directives:
            if directive.name.value == "include" and len(directive.args) == 1 and directive.block is None:
                yield from self.include(directive, key, chain, depth)
            elif directive.block:
                inner = tuple(self.block(directive.block, key, chain, depth + 1))
                yield replace(directive, block=inner)
            else:
                yield directive

    def include(
        self, directive: Directive, key: _Key, chain: tuple[tuple[_Key, Scalar], ...], depth: int
    ) -> Iterator[Directive]:
        """What an include brings in; itself when it could not be read in whole."""
        path = directive.args[0]
        status, fragments = self.find(path.value)
        links = (*chain, (key, path))
        above = {seen for seen, _ in links}
        if depth > MAX_DEPTH or not self.may_include(path, fragments, len(links)):
            status, fragments = "unknown", ()
        elif any(_key(fragment) in above for fragment in fragments):
            status = "cycle"
            related = tuple((link.anchor, "included here") for _, link in chain)
            self.faults.append(Fault(path.anchor, "this file includes itself", related))
            fragments = tuple(f for f in fragments if _key(f) not in above)
        self.includes.append(Include(path, status, fragments))
        for fragment in fragments:
            yield from self.fragment(fragment, links, depth)
        if status in ("missing", "cycle", "unknown"):
            yield directive

    def may_include(self, path: Scalar, fragments: Sequence[Fragment], chain: int) -> bool:
        """Whether there is room for what an include brings in: so many files, so deep, and so many directives."""
        budget, where = self.budget, path.anchor
        return (
            budget.within(CHAIN, chain, where)
            and budget.spend(INCLUDES, 1, where)
            and budget.spend(DIRECTIVES, sum(self.size(f) for f in fragments), where)
        )

    def size(self, fragment: Fragment) -> int:
        """How many directives a text may hold, at most."""
        key = _key(fragment)
        if key not in self.sizes:
            self.sizes[key] = fragment.text.count(";") + fragment.text.count("{")
        return self.sizes[key]

    def find(self, pattern: str) -> tuple[Status, tuple[Fragment, ...]]:
        """The texts that an include's pattern names."""
        if "$" in pattern:
            return "unknown", ()
        if self.mounts is not None:
            found = self.mounts(posixpath.join(self.prefix, pattern))
            if found:
                return "read", tuple(whole(f) if isinstance(f, Source) else f for f in found)
            if found is not None and not _STOCK.search(pattern):
                return ("empty" if _is_pattern(pattern) else "missing"), ()
        answers = [self.look(candidate) for candidate in self.candidates(pattern)]
        best = next((a for a in answers if a[0] == "read"), None)
        if best is None and _STOCK.search(pattern):
            return "stock", ()
        return best or next((a for a in answers if a[0] != "unknown"), ("unknown", ()))

    def candidates(self, pattern: str) -> Iterator[str]:
        """The paths on disk that a pattern may stand for, the likeliest first."""
        if self.main.path is None:
            return
        folder = parent(normal(self.main.path))
        folders = [folder]
        if posixpath.basename(folder) in _SITE_FOLDERS:
            folders.append(parent(folder))
        if not pattern.startswith("/"):
            yield from (join(f, pattern) for f in folders)
            return
        for prefix in dict.fromkeys((self.prefix.rstrip("/"), *PREFIXES)):
            if pattern.startswith(prefix + "/"):
                yield from (join(f, pattern[len(prefix) + 1 :]) for f in folders)

    def look(self, path: str) -> tuple[Status, tuple[Fragment, ...]]:
        """What is at one path or pattern on disk."""
        paths = [p for p in matching(self.files, path) if self.files.knows(p)]
        sources = [self.files.source(p) for p in paths]
        found = tuple(whole(source) for source in sources if source is not None)
        if paths and len(found) == len(paths):
            return "read", found
        if paths or not self.files.knows(_folder(path)):
            return "unknown", ()
        if not self.is_main or not self.files.is_folder(_folder(path)) or is_ignored(self.files, path):
            return "unknown", ()
        return ("empty" if _is_pattern(path) else "missing"), ()


def holds_main(directives: tuple[Directive, ...]) -> bool:
    """Whether the directives are those of a main file, not of a file made to be included."""
    return any(d.name.value in _MAIN and d.block is not None for d in directives)


def _key(fragment: Fragment) -> _Key:
    start = fragment.pieces[0].start if fragment.path is None else -1
    return fragment.path or fragment.source.path, start, fragment.text


def _is_pattern(path: str) -> bool:
    return any(c in path for c in "*?[")


def _folder(path: str) -> str:
    """The last folder of a path before its first wildcard."""
    parts = path.split("/")
    plain = next((i for i, part in enumerate(parts) if _is_pattern(part)), len(parts) - 1)
    return "/".join(parts[: min(plain, len(parts) - 1)]) or ("/" if path.startswith("/") else ".")
