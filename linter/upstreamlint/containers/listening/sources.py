"""Where a script listens that a command starts, as far as one plain call of its own text says so.

What is worked out is unknown, and so is a text with several such calls that differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from upstreamlint import patterns
from upstreamlint.containers.commands import Command
from upstreamlint.containers.listening import calls, javascript
from upstreamlint.containers.listening.listen import Listen
from upstreamlint.readers.fragment import Fragment

_PYTHON = patterns.compile(r"python[0-9.]*\Z")
_NODE = frozenset({"node", "nodemon", "bun", "tsx", "ts-node", "ts-node-dev"})
_OWN_WORDS = frozenset({"watch", "run"})


def listens(
    command: Command, read: Callable[[str], Fragment | None], *, complete: bool = True
) -> Iterator[Listen]:
    """The one address that the script of a command listens on. `complete` says that no variables are elsewhere."""
    name = script(command)
    text = read(name) if name else None
    if text is None:
        return
    complete = complete and not any(word.value.startswith("--env-file") for word in command.words)
    found = list(calls.listens(text, command, complete=complete))
    if not name.endswith(".py"):
        found += javascript.listens(text, command, complete=complete)
    known = [one for one in found if one is not None]
    if len(known) == len(found) and len({(one.address, one.port) for one in known}) == 1:
        yield known[0]


def script(command: Command) -> str:
    """The script of Python or Node that a command starts; empty where it starts none."""
    words = [word.value for word in command.words[1:]]
    name = next((w for w in words if not w.startswith("-") and w not in _OWN_WORDS), "")
    python = _PYTHON.match(command.program) is not None and name.endswith(".py")
    return name if python or command.program in _NODE else ""
