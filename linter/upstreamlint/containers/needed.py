"""The programs without which words do not start: the first of them, and the interpreter of a script that it is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers import shell
from upstreamlint.containers.commands import Around, after, embedded_word
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, replace

_INTERPRETER = patterns.compile(
    r"#![ \t]*(?P<path>/[^\s\r]{1,200})(?:[ \t]+(?:-S[ \t]+)?(?P<first>[^\s\r]{1,200}))?"
)
_SEVERAL = patterns.compile(r"[|;\n`]|\$\(|(?<!&)&(?!&)")
"""What makes more of a script than one command, or several that all must succeed."""
_QUIET = frozenset(
    {"cd", "echo", "export", "set", "exec", "sleep", "mkdir", "chmod", "cp", "umask", "true", "printf"}
)
"""Commands that install nothing."""
_OPTION = 2


class Needed(NamedTuple):
    """A program that must be there. `word` is where it, or the script that asks for it, is started.

    `line` is the first line of that script, `ending` says that it ends in a carriage return, which the kernel takes for a part
    of the name.
    """

    program: str
    word: Scalar
    line: Anchor | None = None
    ending: bool = False


def needed(words: tuple[Scalar, ...], around: Around, depth: int = 0) -> Iterator[Needed]:
    """What words need to start, in the order in which it is asked for; what may be done without is left out."""
    while words and words[0].tag != UNKNOWN and words[0].value and depth < _DEPTH:
        word, depth = words[0], depth + 1
        yield Needed(word.value, word)
        interpreter = _interpreter(word, around)
        if interpreter is not None:
            yield interpreter
        name = posixpath.basename(word.value)
        script = _inline(name, words)
        if script is not None:
            yield from _of_script(script, around, depth)
            return
        words = after(name, words) or ()


_DEPTH = 8


def _interpreter(word: Scalar, around: Around) -> Needed | None:
    """What the first line of a script asks for, where the word is one; without a folder it is none that is known."""
    if "/" not in word.value:
        return None
    text = around.file(word.value)
    found = _INTERPRETER.match(text.text) if text is not None else None
    if text is None or found is None:
        return None
    line = text.text.partition("\n")[0]
    ending = text.text[len(line) :] != "" and line.endswith("\r")
    by_name = posixpath.basename(found["path"]) == "env" and found["first"]
    program = found["first"] if by_name else found["path"]
    return Needed(program, word, text.place(0, len(line.rstrip("\r"))), ending)


def _inline(name: str, words: tuple[Scalar, ...]) -> Scalar | None:
    """The script of `sh -c SCRIPT`."""
    if not re.fullmatch(r"(?:ba|da|a)?sh", name) or len(words) <= _OPTION:
        return None
    option = words[1].value
    return words[2] if re.fullmatch(r"-[a-z]*c", option) else None


def _of_script(script: Scalar, around: Around, depth: int) -> Iterator[Needed]:
    """The first command of a script that does anything, where nothing behind it is tried when it fails."""
    text = script.value.strip()
    if script.tag == UNKNOWN or _SEVERAL.search(text):
        return
    for simple in shell.script(embedded_word(script), around.variables):
        first = simple.words[0]
        if not simple.certain or first.tag == UNKNOWN:
            return
        if first.value == "cd" and len(simple.words) > 1:
            folder = posixpath.normpath(posixpath.join(around.folder, simple.words[1].value))
            around = replace(around, folder=folder)
        elif first.value not in _QUIET or (len(simple.words) > 1 and first.value == "exec"):
            yield from needed(simple.words, around, depth)
            return
