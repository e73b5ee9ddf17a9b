"""Scripts that have names: those of `package.json`, and the processes of a Procfile."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from upstreamlint import patterns
from upstreamlint.containers import structured
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.readers.fragment import Fragment, embedded
from upstreamlint.values import NamedTuple

_PROCESS = patterns.compile(r"^([A-Za-z0-9_-]+)[ \t]*:[ \t]*(\S[^\r\n]*)", re.MULTILINE)
_MANAGERS = frozenset({"npm", "yarn", "pnpm", "bun"})
_SHORT = frozenset({"start", "test", "stop", "restart"})
"""Scripts that npm runs without `run`."""
_OWN = frozenset(
    {
        "add",
        "build",
        "cache",
        "ci",
        "config",
        "create",
        "deploy",
        "dlx",
        "exec",
        "global",
        "i",
        "init",
        "install",
        "link",
    }
    | {
        "node",
        "pack",
        "plugin",
        "publish",
        "remove",
        "set",
        "up",
        "upgrade",
        "why",
        "workspace",
        "workspaces",
        "x",
    }
)
"""Words that yarn, pnpm or bun take for themselves."""
_VALUED = frozenset(
    {"--prefix", "-C", "--cwd", "--dir", "--filter", "-F", "-w", "--workspace", "-f", "--procfile", "-d"}
)
_FOLDERS = frozenset({"--prefix", "-C", "--cwd", "--dir"})
_SEVERAL = frozenset({"concurrently", "npm-run-all", "run-p", "run-s"})
_PROCFILES = frozenset({"foreman", "honcho", "overmind", "hivemind"})

Read = Callable[[str], Fragment | None]


class Packaged(NamedTuple):
    """What words come to: scripts that are run in `folder`, the last with more arguments, or other words."""

    texts: tuple[Fragment, ...] = ()
    folder: str = ""
    arguments: tuple[Scalar, ...] = ()
    rest: tuple[Scalar, ...] = ()


def packaged(words: tuple[Scalar, ...], read: Read) -> Packaged | None:
    """The scripts that a package manager or a process manager runs; nothing for other words, or when none is known."""
    name = posixpath.basename(words[0].value)
    if name in _MANAGERS:
        return _managed(name, words, read)
    if name in _SEVERAL:
        return _several(name, words, read)
    return _processes(words, read) if name in _PROCFILES else None


def _managed(name: str, words: tuple[Scalar, ...], read: Read) -> Packaged | None:
    folder, chosen, rest = _options(words[1:])
    runs = chosen is not None and chosen.value in ("run", "run-script")
    if runs:
        more, chosen, rest = _options(rest)
        folder = posixpath.join(folder, more)
    if chosen is None or not (runs or name != "npm" or chosen.value in _SHORT):
        return None
    package = read(posixpath.join(folder, "package.json"))
    text = _script(package, chosen.value)
    if text is not None:
        separated = rest[1:] if rest and rest[0].value == "--" else rest
        return Packaged((text,), folder, separated if name != "npm" or separated is not rest else ())
    if runs or package is None or chosen.value in _OWN | _SHORT:
        return None
    # yarn, pnpm and bun also run what packages bring.
    return Packaged(rest=(chosen, *rest))


def _options(words: tuple[Scalar, ...]) -> tuple[str, Scalar | None, tuple[Scalar, ...]]:
    """The folder that options choose, the first word that is none, and what follows it."""
    folder, at = "", 0
    while at < len(words) and words[at].value.startswith("-"):
        option, equals, value = words[at].value.partition("=")
        if not equals and option in _VALUED and at + 1 < len(words):
            at, value = at + 1, words[at + 1].value
        folder = value if option in _FOLDERS else folder
        at += 1
    return (folder, words[at], words[at + 1 :]) if at < len(words) else (folder, None, ())


def _script(package: Fragment | None, name: str) -> Fragment | None:
    root = structured.root(package) if package is not None else None
    found = root.at("scripts", name) if isinstance(root, Mapping) else None
    return embedded(found) if isinstance(found, Scalar) else None


def _several(name: str, words: tuple[Scalar, ...], read: Read) -> Packaged | None:
    package = read("package.json")
    found: list[Fragment] = []
    for word in words[1:]:
        if word.value.startswith("-"):
            continue
        named = word.value.partition(":")[2] if name == "concurrently" else word.value
        text = _script(package, named.removeprefix("run "))
        if text is None and name == "concurrently":
            text = embedded(word)
        if text is not None:
            found.append(text)
    return Packaged(tuple(found)) if found else None


def _processes(words: tuple[Scalar, ...], read: Read) -> Packaged | None:
    """`foreman start [PROCESS]`: the lines of a Procfile."""
    values = [w.value for w in words]
    file = next((v for o, v in pairwise(values) if o in ("-f", "--procfile")), "Procfile")
    text = read(file)
    chosen = [v for v in values[1:] if v in ("start", "s") or not v.startswith("-")]
    names = [v for v in chosen if v not in ("start", "s", file)]
    found = tuple(_lines(text, names)) if text is not None else ()
    return Packaged(found) if found else None


def _lines(text: Fragment, names: list[str]) -> Iterator[Fragment]:
    for match in _PROCESS.finditer(text.text):
        if not names or match[1] in names:
            anchor = text.place(*match.span(2))
            yield embedded(Scalar(match[2].rstrip(), True, *anchor))
