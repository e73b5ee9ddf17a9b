"""Proxies of a Caddyfile that no request comes to: what stands before them takes or rewrites all that they are for.

Caddy runs the directives of a block in an order of its own (`route` keeps theirs), of the same name those with a longer path first, and without a matcher last. Of the
`handle`s that fit only the first runs. After `sortRoutes` (caddyconfig/httpcaddyfile/directives.go); measured on Caddy 2.11.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cmp_to_key

from upstreamlint.programs.caddy.matchers import Matchers, definitions, split
from upstreamlint.programs.caddy.names import ORDER
from upstreamlint.programs.caddy.tree import Directive
from upstreamlint.programs.caddy.types import ANY, Match, Shadow
from upstreamlint.values import NamedTuple

_RANK = {name: rank for rank, name in enumerate(ORDER)} | {"handle_path": ORDER.index("handle")}
_HANDLES = frozenset({"handle", "handle_path"})
_BLOCKS = _HANDLES | {"route"}
_PROXIES = frozenset({"reverse_proxy", "php_fastcgi"})
_ANSWERS = frozenset({"reverse_proxy", "respond", "redir", "error", "abort", "file_server", "metrics"})
_MAX_DEPTH = 60


class _Step(NamedTuple):
    """A directive, its matcher as it is written and as it is meant."""

    directive: Directive
    written: str
    match: Match

    @property
    def name(self) -> str:
        return self.directive.name.value


def shadowed(directives: Sequence[Directive]) -> tuple[Shadow, ...]:
    """Every proxy of a site that is never asked."""
    return tuple(_walk(directives, {}, ordered=True, depth=0))


def _walk(directives: Sequence[Directive], outer: Matchers, *, ordered: bool, depth: int) -> Iterator[Shadow]:
    known = definitions(directives, outer)
    steps = [_step(d, known) for d in directives if not d.name.value.startswith("@")]
    if ordered:
        steps = sorted(steps, key=cmp_to_key(_compare))
    for at, step in enumerate(steps):
        block = step.directive.block or ()
        if step.name not in _PROXIES and not (step.name in _BLOCKS and _proxies(block)):
            continue
        shadow = next((s for earlier in steps[:at] if (s := _shadow(earlier, step, known)) is not None), None)
        if shadow is not None:
            yield shadow
        elif step.name in _BLOCKS and depth < _MAX_DEPTH:
            yield from _walk(block, known, ordered=step.name != "route", depth=depth + 1)


def _step(directive: Directive, known: Matchers) -> _Step:
    match, _ = split(directive, known)
    first = directive.args[0].value if directive.args else ""
    return _Step(directive, "" if match is ANY else first, match)


def _compare(one: _Step, other: _Step) -> int:
    """The order of two directives: by their names, then by the one path that each asks for."""
    ranks = _RANK.get(one.name, len(ORDER)), _RANK.get(other.name, len(ORDER))
    if ranks[0] != ranks[1]:
        return ranks[0] - ranks[1]
    paths = [m.paths[0] if len(m.paths) == 1 else "" for m in (one.match, other.match)]
    if all(paths):
        if paths[0].rstrip("*") == paths[1].rstrip("*"):
            return len(paths[0]) - len(paths[1])
        lengths = [len(path.removesuffix("*")) for path in paths]
        return lengths[1] - lengths[0]
    return (one.match is ANY) - (other.match is ANY)


def _proxies(directives: Sequence[Directive]) -> bool:
    return any(
        d.name.value in _PROXIES or (d.name.value in _BLOCKS and _proxies(d.block or ())) for d in directives
    )


def _shadow(earlier: _Step, step: _Step, known: Matchers) -> Shadow | None:
    """What keeps every request of a step from it."""
    at, by = step.directive, earlier.directive
    if _takes(earlier, step, known) and _covers(earlier, step):
        return Shadow(at.line, by.line, step.name, earlier.name, "takes these requests")
    if earlier.match is not ANY or not step.match.paths or step.match.other:
        return None
    found = _rewrites(earlier.name, [a.value for a in split(by, known)[1]], step.match.paths)
    return Shadow(at.line, by.line, step.name, earlier.name, found[0], sure=found[1]) if found else None


def _rewrites(name: str, args: Sequence[str], paths: Sequence[str]) -> tuple[str, bool] | None:
    """What a directive makes of all requests for some paths, and whether that does not hang on a file."""
    last = args[-1] if args else ""
    match name:
        case "try_files" if len(args) > 1 and last.startswith("="):
            return f"answers {last[1:]}", True
        case "try_files" | "rewrite" if len(args) > (name == "try_files") and _is_fixed(last):
            if not any(_fits(path, last.partition("?")[0]) for path in paths):
                return f"has rewritten these paths to `{last}`", name == "rewrite"
        case "uri" if args[:1] == ["strip_prefix"] and "{" not in last:
            prefix = "/" + last.strip("/")
            if len(prefix) > 1 and all(path.lower().startswith(prefix.lower()) for path in paths):
                return f"has taken `{prefix}` off these paths", True
        case _:
            pass
    return None


def _takes(earlier: _Step, step: _Step, known: Matchers) -> bool:
    """Whether nothing that a directive is given goes on to another one."""
    return (earlier.name in _HANDLES and step.name in _HANDLES) or _answers(earlier.directive, known)


def _answers(directive: Directive, known: Matchers) -> bool:
    """Whether a directive answers whatever it is given."""
    name, block = directive.name.value, directive.block or ()
    if name in _BLOCKS:
        inner = definitions(block, known)
        return any(_answers(d, inner) for d in block if split(d, inner)[0] is ANY)
    return name in _ANSWERS and not (
        name == "file_server" and any(d.name.value == "pass_thru" for d in block)
    )


def _covers(one: _Step, other: _Step) -> bool:
    """Whether whatever fits one matcher fits the other."""
    if one.match is ANY or (one.written and one.written == other.written):
        return True
    wide, narrow = one.match, other.match
    if wide.other:
        return False
    if (wide.hosts and not (narrow.hosts and set(narrow.hosts) <= set(wide.hosts))) or (
        wide.methods and not (narrow.methods and set(narrow.methods) <= set(wide.methods))
    ):
        return False
    return not wide.paths or (
        bool(narrow.paths) and all(any(_holds(w, n) for w in wide.paths) for n in narrow.paths)
    )


def _holds(wide: str, narrow: str) -> bool:
    """Whether a pattern of paths takes all that another one takes."""
    one, other = wide.lower(), narrow.lower()
    if one in ("*", "/*") or one == other:
        return True
    head = one.removesuffix("*")
    return one.endswith("*") and "*" not in head and "%" not in head and other.startswith(head)


def _fits(pattern: str, path: str) -> bool:
    """Whether a pattern may take a path."""
    whole = path if path.startswith("/") else f"/{path}"
    if "*" in pattern.removesuffix("*") or "%" in pattern:
        return True
    return _holds(pattern, whole)


def _is_fixed(path: str) -> bool:
    return "{" not in path and "*" not in path
