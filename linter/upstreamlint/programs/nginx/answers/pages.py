"""`error_page`: what a location gives its clients when what it passes requests to fails.

After ngx_http_core_error_page and ngx_http_special_response.c: a status that is written (`=200`) counts whatever the
page answers, `=` alone lets the page's own count, and without either the status stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.pages import ErrorPage
from upstreamlint.numerals import decimal
from upstreamlint.programs.nginx.answers.content import returned
from upstreamlint.programs.nginx.answers.locations import find
from upstreamlint.programs.nginx.config import Location, Server
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.programs.nginx.references import ProxyPass

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def pages(passes: Iterable[ProxyPass]) -> Iterator[ErrorPage]:
    """The pages of every pass for HTTP that give their clients another status."""
    found = list(passes)
    into: dict[int, list[ProxyPass]] = {}
    for passed in found:
        into.setdefault(id(passed.location), []).append(passed)
    for passed in found:
        if passed.target.context != "http":
            continue
        intercepts = passed.target.setting(f"{passed.target.kind.removesuffix('_pass')}_intercept_errors")
        own = intercepts is None or [a.value for a in intercepts.args] != ["on"]
        block = next((b for s in passed.target.scopes if (b := s.all("error_page"))), [])
        for directive in block:
            page = _page(passed, directive, into, own=own)
            if page is not None:
                yield page


def _page(
    passed: ProxyPass, directive: Directive, into: dict[int, list[ProxyPass]], *, own: bool
) -> ErrorPage | None:
    *words, target = directive.args or (None,)
    codes = [w.value for w in words if w is not None]
    written = codes.pop() if codes and codes[-1].startswith("=") else ""
    if target is None or not codes:
        return None
    status, page, reply = decimal(written[1:]), None, None
    if target.value.startswith(("/", "@")):
        if not written:
            return None
        location = _location(passed.server, target.value)
        led = into.get(id(location), []) if location is not None else []
        answer = returned(location.directives) if location is not None else None
        page = led[0].route if len(led) == 1 and answer is None and not led[0].target.conditional else None
        reply = answer.status if answer is not None else None
    else:
        status = status if status in _REDIRECTS else 302
        reply = status
    return ErrorPage(
        wanted=target.value,
        anchor=directive.head,
        owner=passed.server,
        verdict=Verdict.FOUND,
        route=passed.route,
        statuses=frozenset(code for word in codes if (code := decimal(word)) is not None),
        status=status,
        page=page,
        reply=reply,
        own=own,
    )


def _location(server: Server, target: str) -> Location | None:
    if target.startswith("@"):
        return next((x for x in server.all_locations() if x.named and x.title == target), None)
    found = find(server.locations, target.partition("?")[0]) if "$" not in target else None
    return found if isinstance(found, Location) else None
