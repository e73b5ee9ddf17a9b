"""What the commands of `RUN` put into an image: packages, and files of configuration that they write or change."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.readers.dockerfile_lines import Instruction
from upstreamlint.readers.dockerfile_stage import Copy

_INSTALL = patterns.compile(
    r"\b(?:apk\s+(?:-\S{1,60}\s+){0,20}add|apt(?:-get)?\s+(?:-\S{1,60}\s+){0,20}install|(?:dnf|yum|microdnf)\s+(?:-\S{1,60}\s+){0,20}install)\s+([^;&|]*)"
)
_WRITES = patterns.compile(
    r"(?:(?<![<>&\d])>{1,2}|\btee(?:[ \t]-a)?)[ \t]{0,9}[\"']?(?P<path>/[\w./-]{1,200})|\bsed[ \t]{1,9}-i"
)
_PATH = patterns.compile(r"[ \t\"'](?P<path>/[\w./-]{1,200})(?=[\s\"';]|\Z)")
_PRINTED = patterns.compile(r"\A\s*cat[ \t]{0,9}<<[^\n>]{0,40}>[ \t]{0,9}/\S+\s*\Z")
_CONFIGURATION = patterns.compile(
    r"\.(?:conf|cfg|cnf|ini|json|toml|template|vcl|ya?ml)\Z|/(?:Caddyfile|sites-enabled/\S+)\Z"
)


def packages(instruction: Instruction) -> Iterator[Scalar]:
    """The packages that are installed."""
    pieces = [(instruction.start, instruction.text)]
    if instruction.heredoc is not None:
        pieces.append((instruction.heredoc.start, instruction.heredoc.value))
    for start, text in pieces:
        for match in _INSTALL.finditer(text):
            for word in re.finditer(r"\S+", match.group(1)):
                name = word.group()
                if re.match(r"[a-z0-9]", name):
                    at = start + match.start(1) + word.start()
                    bare = re.split(r"[=<>~]", name)[0]
                    yield Scalar(bare, True, instruction.source, at, at + len(bare))


def written(instruction: Instruction) -> Iterator[Copy]:
    """The configurations that commands write or change; what is in one is known where a here-document is all of it."""
    text = instruction.text
    printed = instruction.heredoc if _PRINTED.match(text.partition("\n")[0]) else None
    for found in _WRITES.finditer(text):
        end = text.find("&&", found.end())
        last = min(len(text) if end < 0 else end, found.end() + _LONG)
        for path in [found] if found["path"] else _PATH.finditer(text, found.end(), last):
            if _CONFIGURATION.search(path["path"]) is not None:
                start, stop = (instruction.start + at for at in path.span("path"))
                target = Scalar(path["path"], False, instruction.source, start, stop)
                yield Copy((), target, instruction.anchor, printed)


_LONG = 500
