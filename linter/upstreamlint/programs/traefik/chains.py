"""What the middlewares of a router do to its requests: how often they are tried, and who is asked before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from upstreamlint.documents import Entry, Scalar
from upstreamlint.numerals import decimal
from upstreamlint.programs.traefik.dotted import field, listed, text
from upstreamlint.values import frozen

_MAX_DEPTH = 8


@frozen
class Chain:
    """To how many servers a request may be sent, and the addresses that are asked whether it may go on."""

    attempts: int
    asks: tuple[Scalar, ...]


def chain(names: Iterable[Scalar], middlewares: Mapping[str, Entry]) -> Chain:
    """The middlewares of a router, those of chains among them."""
    attempts, asks = 1, []
    for entry in _flat(names, middlewares, 0):
        tried, asked = text(entry.value, "retry", "attempts"), text(entry.value, "forwardAuth", "address")
        off = text(entry.value, "retry", "disableRetryOnNetworkError")
        if tried is not None and (off is None or off.value != "true"):
            attempts = max(attempts, decimal(tried.value) or 1)
        asks += [asked] if asked is not None else []
    return Chain(attempts, tuple(asks))


def _flat(names: Iterable[Scalar], middlewares: Mapping[str, Entry], depth: int) -> Iterator[Entry]:
    for name in names:
        entry = middlewares.get(name.value.removesuffix("@file"))
        if entry is None or depth > _MAX_DEPTH:
            continue
        if field(entry.value, "chain") is not None:
            yield from _flat(listed(entry.value, "chain", "middlewares"), middlewares, depth + 1)
        else:
            yield entry
