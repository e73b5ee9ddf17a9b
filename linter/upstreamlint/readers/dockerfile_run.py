"""What the commands of `RUN` put into an image: packages, and whether they write or change a file of configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.readers.dockerfile_lines import Instruction

_INSTALL = patterns.compile(
    r"\b(?:apk\s+(?:-\S{1,60}\s+){0,20}add|apt(?:-get)?\s+(?:-\S{1,60}\s+){0,20}install|(?:dnf|yum|microdnf)\s+(?:-\S{1,60}\s+){0,20}install)\s+([^;&|]*)"
)
_WRITES = patterns.compile(r">|\b(?:sed|tee|curl|wget|mv|cp|ln)\b")
_CONFIGURATION = patterns.compile(
    r"\.(?:conf|cfg|cnf|ini|template|toml|vcl|ya?ml)\b|Caddyfile|/etc/nginx|sites-(?:available|enabled)"
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


def configures(instruction: Instruction) -> bool:
    """Whether a command writes to what may be a file of configuration."""
    for command in instruction.text.split("&&") if instruction.name == "RUN" else ():
        written = _WRITES.search(command)
        if written is not None and _CONFIGURATION.search(command, written.end()):
            return True
    return False
