"""The programs that the words of a container run: behind wrappers, and in the scripts of a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from upstreamlint.values import frozen

_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")

_WRAPPERS: dict[str, int] = {
    "catatonit": 0, "chrt": 1, "command": 0, "ddtrace-run": 0, "dumb-init": 0, "env": 0, "exec": 0, "gosu": 1, "nice": 0,
    "nohup": 0, "npx": 0, "opentelemetry-instrument": 0, "setpriv": 0, "stdbuf": 0, "su-exec": 1, "sudo": 0, "time": 0,
    "timeout": 1, "tini": 0, "bunx": 0, "pnpx": 0, "yarn": 0, "pnpm": 0, "docker-php-entrypoint": 0,
}  # fmt: skip
"""Programs that run the words behind them, by the number of words that they keep for themselves."""

_RUNNERS = frozenset(
    {
        ("bun", "x"), ("bundle", "exec"), ("conda", "run"), ("dotenv", "run"), ("hatch", "run"), ("newrelic-admin", "run-program"),
        ("npm", "exec"), ("pdm", "run"), ("pipenv", "run"), ("pnpm", "dlx"), ("pnpm", "exec"), ("poetry", "run"), ("rye", "run"),
        ("uv", "run"), ("yarn", "dlx"), ("yarn", "exec"),
    }
)  # fmt: skip
"""The same in two words."""

_WAITING = re.compile(r"wait[-_]?for|wait\Z|dockerize\Z|watchmedo\Z|retry\Z")
"""Programs that run what stands behind their `--`."""

_ENTRYPOINT = re.compile(r"(?:.*[-_.])?entry[-_]?point(?:\.\w+)?\Z")
"""Scripts that do their work and then run what they are given, by custom."""


@frozen
class Launched:
    """A program with its words; there is at least one."""

    words: tuple[str, ...]


def launched(words: Sequence[str]) -> Iterator[Launched]:
    """Every program that words run, in order; a script that no shell could cut runs none that is known."""
    pending = [tuple(words)]
    while pending:
        inner = _unwrapped(pending.pop(0))
        if not inner:
            continue
        script = _script(inner)
        if script is None:
            yield Launched(inner)
        else:
            pending[:0] = _commands(script)


def _unwrapped(words: tuple[str, ...]) -> tuple[str, ...]:
    while words:
        program = words[0].rpartition("/")[2]
        if _ASSIGNMENT.match(words[0]):
            words = words[1:]
        elif words[:2] in _RUNNERS:
            words = _behind_options(words[2:])
        elif program in _WRAPPERS:
            words = _behind_options(words[1:])[_WRAPPERS[program] :]
        elif _WAITING.match(program):
            words = words[words.index("--") + 1 :] if "--" in words else ()
        elif _ENTRYPOINT.match(program) and len(words) > 1:
            words = words[1:]
        else:
            return words
    return ()


def _behind_options(words: tuple[str, ...]) -> tuple[str, ...]:
    for at, word in enumerate(words):
        if word == "--":
            return words[at + 1 :]
        if not word.startswith("-"):
            return words[at:]
    return ()


def _script(words: tuple[str, ...]) -> str | None:
    """What a shell is given to run, if words start a shell."""
    if words[0].rpartition("/")[2] not in _SHELLS:
        return None
    for at, word in enumerate(words[1:], 1):
        if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
            return words[at + 1] if at + 1 < len(words) else None
        if not word.startswith("-") and word not in ("pipefail", "errexit"):
            return None
    return None


def _commands(script: str) -> list[tuple[str, ...]]:
    """The simple commands of a script, roughly: what a shell's words of control lead to counts as run."""
    plain = _REDIRECTION.sub(" ", _SUBSTITUTION.sub("$_", script.replace("\\\n", " "))).replace("\n", " ; ")
    lexer = shlex.shlex(plain, posix=True, punctuation_chars=_PUNCTUATION)
    lexer.commenters = ""
    lexer.whitespace_split = True
    found: list[tuple[str, ...]] = []
    words: list[str] = []
    try:
        for word in lexer:
            if set(word) <= set(_PUNCTUATION) or (not words and word in _CONTROL):
                found.append(tuple(words))
                words = []
            else:
                words.append(word)
    except ValueError:
        return []
    return [*found, tuple(words)]


_PUNCTUATION = ";&|()"
_SUBSTITUTION = re.compile(r"\$\([^()]*\)")
_REDIRECTION = re.compile(r"\d?>&\d?|&>")
_CONTROL = frozenset({"{", "}", "do", "done", "else", "fi", "if", "then", "until", "while", "!"})
