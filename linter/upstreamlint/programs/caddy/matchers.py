"""The matchers of a Caddyfile: the path or the name behind a directive, and the definitions of names.

After `matcherSetFromMatcherToken` and `parseMatcherDefinitions` (caddyconfig/httpcaddyfile/httptype.go). Only
paths, hosts and methods are read; with anything else it is not known whether a request fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from upstreamlint.documents import Scalar
from upstreamlint.programs.caddy.tree import Directive
from upstreamlint.programs.caddy.types import ANY, Match

Matchers = Mapping[str, Match]
UNDEFINED = Match(other=True)
"""What a name means that nobody defines: Caddy does not start."""
_READ = ("path", "host", "method")


def definitions(directives: Iterable[Directive], outer: Matchers) -> Matchers:
    """The named matchers of a block, with those of the blocks around it."""
    found = dict(outer)
    for directive in directives:
        if directive.name.value.startswith("@"):
            found[directive.name.value] = _defined(directive)
    return found


def split(directive: Directive, matchers: Matchers) -> tuple[Match, tuple[Scalar, ...]]:
    """The matcher of a directive, and its other words."""
    if not directive.args:
        return ANY, ()
    first, *rest = directive.args
    if first.value == "*":
        return ANY, tuple(rest)
    if first.value.startswith("/"):
        return Match(paths=(first.value,)), tuple(rest)
    if first.value.startswith("@"):
        return matchers.get(first.value, UNDEFINED), tuple(rest)
    return ANY, directive.args


def _defined(directive: Directive) -> Match:
    lines = list(_lines(directive))
    found: dict[str, tuple[str, ...]] = {}
    other = False
    for name, args in lines:
        if name in _READ and args and not any("{" in a for a in args):
            found[name] = (*found.get(name, ()), *args)
        else:
            other = True
    # Of `@name not { … }` the block is that of `not`.
    other = other or bool(directive.args and directive.block)
    return Match(
        paths=found.get("path", ()),
        hosts=tuple(h.lower() for h in found.get("host", ())),
        methods=found.get("method", ()),
        other=other,
    )


def _lines(directive: Directive) -> Iterator[tuple[str, tuple[str, ...]]]:
    if directive.args:
        first, *rest = directive.args
        yield first.value, tuple(a.value for a in rest)
        return
    for inner in directive.block or ():
        yield inner.name.value, tuple(a.value for a in inner.args)
