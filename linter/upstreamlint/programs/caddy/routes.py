"""The routes of a site: its handlers with the conditions around them, in the order in which Caddy runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from upstreamlint.documents import Scalar
from upstreamlint.numerals import decimal
from upstreamlint.programs.caddy.matchers import UNDEFINED, Matchers, definitions, split
from upstreamlint.programs.caddy.names import DIRECTIVES, ORDER
from upstreamlint.programs.caddy.proxy import proxy
from upstreamlint.programs.caddy.tree import Directive
from upstreamlint.programs.caddy.types import ANY, Kind, Match, Route
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor
from upstreamlint.values import field, frozen

_PROXIES: Mapping[str, Kind] = {
    "reverse_proxy": "reverse_proxy",
    "php_fastcgi": "php_fastcgi",
    "forward_auth": "forward_auth",
}
_BLOCKS = frozenset({"handle", "handle_path", "route", "handle_errors", "intercept"})
_ANSWERS = frozenset(
    {"respond", "redir", "file_server", "error", "abort", "php_server", "metrics", "acme_server"}
)
_RANK = {name: rank for rank, name in enumerate(ORDER)} | {"handle_path": ORDER.index("handle")}
_MAX_DEPTH = 60
_REDIRECT = 302


@frozen
class Reader:
    """What the routes of all sites share: named routes, variables, and directives that others take apart."""

    named: Mapping[str, Sequence[Directive]]
    environment: Callable[[str], str | None]
    unknown: list[Scalar] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def routes(self, directives: Sequence[Directive]) -> tuple[Route, ...]:
        """The routes of a site."""
        return tuple(self._walk(directives, {}, (), (), ordered=True))

    def _walk(
        self,
        directives: Sequence[Directive],
        matchers: Matchers,
        matches: tuple[Match, ...],
        around: tuple[str, ...],
        *,
        ordered: bool,
    ) -> Iterator[Route]:
        known = definitions(directives, matchers)
        handlers = [d for d in directives if not d.name.value.startswith("@")]
        if ordered:
            handlers = sorted(handlers, key=_rank)
        for directive in handlers:
            match, args = split(directive, known)
            if match is UNDEFINED and directive.name.value in DIRECTIVES:
                name = directive.args[0]
                self.faults.append(Fault(name.anchor, f"unrecognized matcher name: {name.value}"))
            chain = matches if match is ANY else (*matches, match)
            yield from self._handler(directive, args, known, chain, around)

    def _handler(
        self,
        directive: Directive,
        args: tuple[Scalar, ...],
        matchers: Matchers,
        matches: tuple[Match, ...],
        around: tuple[str, ...],
    ) -> Iterator[Route]:
        name = directive.name.value
        inside = (*around, name)
        head = _head(directive)
        if name in _PROXIES:
            found = proxy(directive, args, _PROXIES[name], self.environment)
            yield Route(name, directive.anchor, head, matches, around, proxy=found)
            for response in directive.all("handle_response"):
                yield from self._walk(
                    response.block or (), matchers, matches, (*inside, "handle_response"), ordered=True
                )
        elif name in _BLOCKS and len(around) < _MAX_DEPTH:
            ordered = name != "route"
            yield from self._walk(directive.block or (), matchers, matches, inside, ordered=ordered)
        elif name == "invoke" and args:
            inner = self.named.get(args[0].value)
            if inner is None:
                said = f"cannot invoke named route '{args[0].value}', which was not defined"
                self.faults.append(Fault(args[0].anchor, said))
            elif len(around) < _MAX_DEPTH:
                yield from self._walk(inner, matchers, matches, (*inside, args[0].value), ordered=True)
        elif name in _ANSWERS:
            location = next((a.value for a in args if "://" in a.value), "") if name == "redir" else ""
            status = _status(name, args)
            yield Route(name, directive.anchor, head, matches, around, status=status, location=location)
        elif name not in _RANK and name not in ("bind", "tls", "log", "handle_errors", "invoke"):
            self.unknown.append(directive.name)


def _rank(directive: Directive) -> int:
    return _RANK.get(directive.name.value, len(ORDER))


def _head(directive: Directive) -> Anchor:
    last = directive.args[-1] if directive.args else directive.name
    if last.source is not directive.name.source or last.end < directive.name.start:
        return directive.name.anchor
    return Anchor(directive.name.source, directive.name.start, last.end)


def _status(name: str, args: tuple[Scalar, ...]) -> int | None:
    """The status of an answer that Caddy makes itself."""
    numbers = [n for a in args if (n := decimal(a.value, 999)) is not None and n >= 100]  # noqa: PLR2004 - a status
    if name == "respond":
        return numbers[-1] if numbers else 200
    if name == "redir":
        last = args[-1].value if len(args) > 1 else ""
        return numbers[-1] if numbers else {"permanent": 301, "html": 200}.get(last, _REDIRECT)
    if name == "error":
        return numbers[-1] if numbers else 500
    return None
