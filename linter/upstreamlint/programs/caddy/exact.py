"""Proxies of a Caddyfile whose path is meant for all below it, and takes itself alone.

A path without `*` at its end is one path: `/` is the start page, `/app/` nothing below it (modules/caddyhttp/matchers.go, `MatchPath`).
Caddy 1 took prefixes. Measured on Caddy 2.11.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.caddy.matchers import Matchers, definitions, split
from upstreamlint.programs.caddy.tree import Directive
from upstreamlint.programs.caddy.types import ANY, Exact, Match
from upstreamlint.values import NamedTuple

_PROXIES = frozenset({"reverse_proxy", "php_fastcgi"})
_BLOCKS = frozenset({"handle", "handle_path", "route"})
_ANSWERS = (
    _PROXIES | _BLOCKS | {"respond", "redir", "file_server", "php_server", "root", "import", "error", "abort"}
)
_BELOW = patterns.compile(r"(?:/[\w.-]+)*/(?:api|v\d{1,2}|rest|socket\.io)\Z")
"""Paths that stand for what is below them."""
_MAX_DEPTH = 60


def exact(directives: Sequence[Directive]) -> tuple[Exact, ...]:
    """Every proxy of a site with such a path, where nothing takes what is below it."""
    return tuple(_walk(directives, {}, 0))


def _walk(directives: Sequence[Directive], outer: Matchers, depth: int) -> Iterator[Exact]:
    known = definitions(directives, outer)
    steps = [_Step(d, *split(d, known)) for d in directives if not d.name.value.startswith("@")]
    for step in steps:
        block = step.directive.block or ()
        if step.name in _BLOCKS and depth < _MAX_DEPTH:
            yield from _walk(block, known, depth + 1)
        first = step.directive.args[0] if step.directive.args else None
        if first is None or step.match.other or step.match.paths != (first.value,) or not step.upstreams:
            continue
        others = [one for one in steps if one is not step]
        if _is_meant_for_more(first.value, step, others):
            yield Exact(first.anchor, first.value, step.name)


class _Step(NamedTuple):
    """A directive, its matcher and its other words."""

    directive: Directive
    match: Match
    args: tuple[Scalar, ...]

    @property
    def name(self) -> str:
        return self.directive.name.value

    @property
    def upstreams(self) -> frozenset[str]:
        """The words of the proxies in it."""
        return frozenset(_upstreams(self.directive, self.args))


def _upstreams(directive: Directive, args: Sequence[Scalar]) -> Iterator[str]:
    if directive.name.value in _PROXIES:
        yield from (a.value for a in args) if args else (directive.name.value,)
    elif directive.name.value in _BLOCKS:
        for inner in directive.block or ():
            yield from _upstreams(inner, inner.args)


def _is_meant_for_more(path: str, step: _Step, others: Sequence[_Step]) -> bool:
    """Whether nothing takes what lies below a path that must be meant with it."""
    if path == "/":
        # Where something answers the rest, only the start page may be meant; so it may in a list of what is let through.
        answers = [one for one in others if one.name in _ANSWERS]
        return all(_is_apart(one, step) for one in answers)
    if not path.endswith("/") and _BELOW.match(path) is None:
        return False
    below = path.rstrip("/").lower() + "/"
    return not any(
        (one.match is ANY and bool(one.upstreams & step.upstreams))
        or any(
            p.endswith("*") and len(p) > len("/*") and below.startswith(p[:-1].lower())
            for p in one.match.paths
        )
        for one in others
    )


def _is_apart(other: _Step, step: _Step) -> bool:
    """Whether a directive takes nothing but paths of its own, for another upstream."""
    paths = other.match.paths
    known = bool(paths) and not other.match.other and not any(p.strip("/") in ("", "*") for p in paths)
    return known and bool(other.upstreams) and not other.upstreams & step.upstreams
