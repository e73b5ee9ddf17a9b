"""How directives of nginx are written, by crossplane's table: which open a block, how many arguments they take, where one lacks its end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from upstreamlint.programs.nginx.language.words import Word

VALUE_BLOCKS = frozenset({"map", "geo", "split_clients", "types", "charset_map", "match"})
"""Blocks that hold entries, not directives."""
_LISTEN_PARAMETERS = frozenset({"ssl", "http2", "quic", "spdy", "bind", "deferred", "reuseport"})


def is_directive(name: str) -> bool:
    """Whether nginx, or a module that crossplane knows, has a directive of this name."""
    return name in _table() or "_by_lua" in name


@cache
def _table() -> dict[str, list[int]]:
    """Return crossplane's bit masks of every directive that it knows."""
    from crossplane.analyzer import DIRECTIVES

    return dict(DIRECTIVES)


@cache
def takes_block(name: str, parent: str) -> bool | None:
    """Whether a directive must open a block; nothing when both are right, or nobody knows."""
    from crossplane.analyzer import NGX_CONF_BLOCK

    if parent in VALUE_BLOCKS:
        return None
    if name == "server" and parent == "upstream":
        return False
    answers = {bool(mask & NGX_CONF_BLOCK) for mask in _table().get(name, [])}
    if name == "server" and parent in ("http", "stream"):
        return True
    return answers.pop() if len(answers) == 1 else None


def missing_end(text: str, part: list[Word], parent: str, *, opens: bool) -> int | None:
    """The index of the word that starts a new directive although the one before was not ended.

    Only where the directive cannot be right as it stands, and a later line starts with a directive's name.
    """
    name = part[0].value
    if len(part) < 2 or parent in VALUE_BLOCKS or name not in _table():  # noqa: PLR2004 - a name and a word
        return None
    lists = (name == "server" and parent == "upstream") or name == "listen"
    wrong = (opens and takes_block(name, parent) is False) or not _takes(name, len(part) - 1)
    if not (wrong or lists):
        return None
    return next(_restarts(text, part, lists=lists), None)


def _restarts(text: str, part: list[Word], *, lists: bool) -> Iterator[int]:
    for index, word in enumerate(part[1:], 1):
        fresh = "\n" in text[part[index - 1].end : word.start]
        known = word.value in _table() and not (lists and word.value in _LISTEN_PARAMETERS)
        if fresh and known and not word.quoted:
            yield index


@cache
def _takes(name: str, count: int) -> bool:
    """Whether a directive may have this many arguments, by crossplane's table."""
    from crossplane import analyzer as a

    return any(
        (count <= 7 and mask >> count & 1)  # noqa: PLR2004 - the masks count up to seven
        or mask & a.NGX_CONF_ANY
        or (mask & a.NGX_CONF_FLAG and count == 1)
        or (mask & a.NGX_CONF_1MORE and count >= 1)
        or (mask & a.NGX_CONF_2MORE and count >= 2)  # noqa: PLR2004 - the mask's name
        for mask in _table()[name]
    )
