"""The programs that a command line comes to.

What only starts something else is looked through: shells with a script, `exec` and `env`, init programs, the entry
points of images, runners of languages, scripts of `package.json` and of the image itself. Every word keeps its place.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping

from upstreamlint import patterns
from upstreamlint.containers import scripts, shell
from upstreamlint.containers.tree import Layer
from upstreamlint.documents import Scalar
from upstreamlint.graph.grouping import grouped
from upstreamlint.readers.compose.tree import part
from upstreamlint.readers.fragment import Fragment, embedded
from upstreamlint.source import Anchor
from upstreamlint.values import frozen, replace

_DEPTH = 12
_SHELL = patterns.compile(r"(?:ba|da|a|z|k)?sh$")
_ASSIGNMENT = patterns.compile(r"[A-Za-z_]\w*=", re.ASCII)
_SCRIPT = patterns.compile(r"#!\s*(?:/usr)?/bin/(?:env\s+)?(?:ba|da|a|z|k)?sh\b")
_WAITS = patterns.compile(r"wait[-_]?for|wait\b|watchmedo|retry\b")


@frozen
class Command:
    """One program with its arguments.

    `variables` are those of the container with what the command line sets for it. `certain` is false where it may
    not run: a branch of a script. `folder` is where it is started. `background` says that what follows is started while it runs.
    """

    words: tuple[Scalar, ...]
    variables: Mapping[str, Scalar]
    folder: str
    certain: bool = True
    background: bool = False

    @property
    def program(self) -> str:
        """The name of what is run, without its folder."""
        return self.words[0].value.rpartition("/")[2]

    @property
    def text(self) -> str:
        """The words with blanks between them."""
        return " ".join(word.value for word in self.words)

    def place(self, start: int, end: int) -> Anchor:
        """Where a part of `text` is written; the first word of it where it stands in several files."""
        found: Anchor | None = None
        at = 0
        for word in self.words:
            low, high = max(start - at, 0), min(end - at, len(word.value))
            if low < high or (low == high == 0 and start == end == at):
                one = part(word, low, high).anchor
                same = found is not None and found.source is one.source and found.start <= one.start
                found = found._replace(end=one.end) if found is not None and same else found or one
            at += len(word.value) + 1
        return found or self.words[0].anchor


@frozen
class Around:
    """What a command line is seen against: the files of the container and of its build, variables, and a folder."""

    read: Callable[[str], Fragment | None]
    beside: Callable[[str], Layer | None]
    variables: Mapping[str, Scalar]
    folder: str
    certain: bool = True
    background: bool = False
    depth: int = 0

    def file(self, name: str) -> Fragment | None:
        """A file by its path, as seen from the folder; one of the build context where the image's are not known."""
        found = self.read(posixpath.join(self.folder, name))
        if found is None and not name.startswith("/"):
            layer = self.beside(posixpath.normpath(name))
            found = layer.text if layer is not None else None
        return found


def commands(words: tuple[Scalar, ...], around: Around) -> Iterator[Command]:
    """The programs that these words come to, in the order in which they start."""
    if not words or around.depth > _DEPTH:
        return
    inner = replace(around, depth=around.depth + 1)
    name = posixpath.basename(words[0].value)
    if name == "busybox" and words[1:] and _SHELL.match(words[1].value):
        words, name = words[1:], words[1].value
    assigned = next((n for n, w in enumerate(words) if not _ASSIGNMENT.match(w.value)), len(words))
    if _SHELL.match(name):
        yield from _shell(words, inner)
    elif 0 < assigned < len(words) and around.depth:
        variables = dict(w.value.split("=", 1) for w in words[:assigned])
        own = {k: words[0]._replace(value=v) for k, v in variables.items()}
        yield from commands(words[assigned:], replace(inner, variables={**around.variables, **own}))
    elif (found := scripts.packaged(words, inner.file)) is not None:
        folder = posixpath.normpath(posixpath.join(around.folder, found.folder))
        for text in found.texts:
            yield from _script(text, (), replace(inner, folder=folder), tail=found.arguments)
        yield from commands(found.rest, inner)
    elif (rest := after(name, words)) is not None:
        yield from commands(rest, inner)
    elif (own_text := _own_script(words[0].value, inner)) is not None:
        yield from _script(own_text, words[1:], inner)
    elif words[1:] and "entrypoint" in name and not words[1].value.startswith("-"):
        # The entry points of images end in `exec "$@"`.
        yield from commands(words[1:], inner)
    else:
        yield Command(words, around.variables, around.folder, around.certain, around.background)


def _shell(words: tuple[Scalar, ...], around: Around) -> Iterator[Command]:
    """`sh -c SCRIPT`, or a script in a file with its arguments."""
    at, inline = 1, False
    while at < len(words) and words[at].value[:1] in ("-", "+"):
        option = words[at].value
        inline |= "c" in option and not option.startswith("--")
        at += 2 if option.endswith("o") and not option.startswith("--") else 1
    if inline and at < len(words):
        yield from _script(embedded_word(words[at]), words[at + 2 :], around)
    elif at < len(words) and (text := around.file(words[at].value)) is not None:
        yield from _script(text, words[at + 1 :], around)
    else:
        yield Command(words, around.variables, around.folder, around.certain, around.background)


def embedded_word(word: Scalar) -> Fragment:
    """The text of a word; one that is as long as what is written maps to it character by character."""
    written = word.source.text[word.start : word.end]
    if len(written) == len(word.value) and not word.tag and word.value[:1] == written[:1]:
        return replace(embedded(word._replace(value=written)), text=word.value)
    return embedded(word)


def _script(
    text: Fragment, arguments: tuple[Scalar, ...], around: Around, tail: tuple[Scalar, ...] = ()
) -> Iterator[Command]:
    """The programs of a script; `tail` is put behind its last command."""
    simple = list(shell.script(text, around.variables, arguments))
    for number, found in enumerate(simple, 1):
        words = (*found.words, *(tail if number == len(simple) else ()))
        if words[0].value == "cd" and len(words) > 1:
            around = replace(around, folder=posixpath.normpath(posixpath.join(around.folder, words[1].value)))
            continue
        variables = {**around.variables, **found.variables}
        certain, background = around.certain and found.certain, around.background or found.background
        yield from commands(
            words, replace(around, variables=variables, certain=certain, background=background)
        )


def _own_script(path: str, around: Around) -> Fragment | None:
    """A shell script that is among the container's files."""
    if "/" not in path and not path.endswith(".sh"):
        return None
    text = around.file(path)
    if text is None or len(text.text) > shell.MAX_TEXT:
        return None
    return text if _SCRIPT.match(text.text) or path.endswith(".sh") else None


_THROUGH: tuple[tuple[tuple[str, ...], frozenset[str], int], ...] = (
    (("exec",), frozenset({"-a"}), 0),
    (("command",), frozenset(), 0),
    (("nohup",), frozenset(), 0),
    (("nice",), frozenset({"-n"}), 0),
    (("env",), frozenset({"-u", "-C"}), 0),
    (("sudo",), frozenset({"-u", "-g"}), 0),
    (("timeout",), frozenset({"-s", "-k"}), 1),
    (("stdbuf",), frozenset(), 0),
    (("tini",), frozenset({"-p", "-e"}), 0),
    (("tini-static",), frozenset({"-p", "-e"}), 0),
    (("dumb-init",), frozenset({"-r", "--rewrite"}), 0),
    (("catatonit",), frozenset(), 0),
    (("su-exec",), frozenset(), 1),
    (("gosu",), frozenset(), 1),
    (("setpriv",), frozenset(), 0),
    (("s6-setuidgid",), frozenset(), 1),
    (("with-contenv",), frozenset(), 0),
    (
        ("dockerize",),
        frozenset({"-wait", "-timeout", "-template", "-stdout", "-stderr", "-wait-retry-interval"}),
        0,
    ),
    (("cross-env",), frozenset(), 0),
    (("cross-env-shell",), frozenset(), 0),
    (("dotenv", "run"), frozenset({"-f", "--file"}), 0),
    (("dotenv",), frozenset({"-e", "-f", "-v"}), 0),
    (("doppler", "run"), frozenset({"-p", "-c"}), 0),
    (("infisical", "run"), frozenset({"--env", "--path"}), 0),
    (("op", "run"), frozenset(), 0),
    (("chrt",), frozenset(), 1),
    (("hatch", "run"), frozenset(), 0),
    (("rye", "run"), frozenset(), 0),
    (("conda", "run"), frozenset({"-n", "--name", "-p", "--prefix"}), 0),
    (("pnpx",), frozenset(), 0),
    (("bun", "x"), frozenset(), 0),
    (("poetry", "run"), frozenset(), 0),
    (("pipenv", "run"), frozenset(), 0),
    (("pdm", "run"), frozenset(), 0),
    (
        ("uv", "run"),
        frozenset({"--with", "--extra", "--group", "--project", "--directory", "-p", "--python"}),
        0,
    ),
    (("bundle", "exec"), frozenset(), 0),
    (("npx",), frozenset({"-p", "--package"}), 0),
    (("bunx",), frozenset(), 0),
    (("npm", "exec"), frozenset(), 0),
    (("pnpm", "exec"), frozenset(), 0),
    (("pnpm", "dlx"), frozenset(), 0),
    (("yarn", "exec"), frozenset(), 0),
    (("yarn", "dlx"), frozenset(), 0),
    (("ddtrace-run",), frozenset(), 0),
    (("opentelemetry-instrument",), frozenset(), 0),
    (("newrelic-admin", "run-program"), frozenset(), 0),
    (("docker-php-entrypoint",), frozenset(), 0),
)
"""Programs that start the rest of their words: their own words, options that take a value, words before the rest."""
_BY_NAME = grouped(_THROUGH, lambda row: row[0][0])


def after(name: str, words: tuple[Scalar, ...]) -> tuple[Scalar, ...] | None:
    """What is left for the program that a starter starts; nothing when it is none."""
    values = (name, *(w.value for w in words[1:]))
    if _WAITS.match(name) and "--" in values:
        return words[values.index("--") + 1 :] or None
    if name == "dlv" and "exec" in values:
        return _debugged(words, values)
    if values[1:3] == ("-m", "debugpy"):
        return _traced(words, values)
    for own, valued, count in _BY_NAME.get(name, ()):
        if values[: len(own)] != own:
            continue
        at = len(own)
        while at < len(values) and values[at].startswith("-") and values[at] != "--":
            at += 2 if values[at] in valued else 1
        at += count
        at += values[at : at + 1] == ("--",)
        return words[at:] or None
    return None


def _debugged(words: tuple[Scalar, ...], values: tuple[str, ...]) -> tuple[Scalar, ...] | None:
    """What Delve starts: the word behind `exec`, and what stands behind `--`; the rest is its own."""
    at = values.index("exec") + 1
    while at < len(values) and values[at].startswith("-"):
        at += 1
    own = words[values.index("--", at) + 1 :] if "--" in values[at:] else ()
    return (*words[at : at + 1], *own) or None


_OF_DEBUGPY = frozenset({"--listen", "--connect", "--log-to", "--pid"})


def _traced(words: tuple[Scalar, ...], values: tuple[str, ...]) -> tuple[Scalar, ...] | None:
    """What debugpy starts, with the interpreter in front of it: a module behind `-m`, or a file; the options before are its own."""
    at = 3
    while at < len(values) and values[at].startswith("--"):
        at += 2 if values[at] in _OF_DEBUGPY else 1
    return (words[0], *words[at:]) if at < len(words) else None
