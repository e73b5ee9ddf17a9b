"""What NGINX Plus asks the servers of an upstream for their health (ngx_http_upstream_hc_module): `health_check` and `match`."""

from __future__ import annotations

from collections.abc import Sequence

from upstreamlint.facets.dial import Ask
from upstreamlint.facets.statuses import statuses
from upstreamlint.numerals import port as port_number
from upstreamlint.programs.nginx.config import Config
from upstreamlint.programs.nginx.dials.sent import hosts
from upstreamlint.programs.nginx.instance import Flavour
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.programs.nginx.upstream import named
from upstreamlint.values import frozen

_DEFAULT = ((200, 399),)
_EVERY = 599


@frozen
class Check:
    """A question, nothing for one that is no HTTP, and the port that it is put to where that is not the server's."""

    ask: Ask | None
    port: int | None
    directive: Directive


def check(passes: Sequence[ProxyPass]) -> Check | None:
    """The one health check of the locations that pass to an upstream; nothing where there is none, or several."""
    found = [(p, d) for p in passes for d in p.target.scopes[0].all("health_check")]
    if len(found) != 1 or found[0][0].instance.flavour is Flavour.OPEN_SOURCE:
        return None
    passed, directive = found[0]
    given = {name: value for name, _, value in (a.value.partition("=") for a in directive.args)}
    number = port_number(given.get("port", ""))
    if passed.target.kind != "proxy_pass" or "type" in given or ("port" in given and number is None):
        return Check(None, number, directive)
    accepts, opaque = _expected(passed.instance.config, given.get("match", ""))
    uri = given.get("uri", "/")
    own, _ = hosts([passed])
    ask = Ask(
        anchor=directive.head,
        path=uri.partition("?")[0],
        host=own[0] if len(own) == 1 else "",
        accepts=accepts,
        opaque=opaque or "$" in uri,
    )
    return Check(ask, number, directive)


def _expected(config: Config, name: str) -> tuple[tuple[tuple[int, int], ...], bool]:
    """The statuses that a `match` block takes, and whether it looks at more than them; 2xx and 3xx where none is named."""
    if not name:
        return _DEFAULT, False
    blocks = [
        d
        for context, scope in config.scopes
        if context == "http"
        for d in scope.all("match")
        if d.args and d.args[0].value == name
    ]
    if len(blocks) != 1:
        return _DEFAULT, True
    inner = blocks[0].block or ()
    status = next(named(inner, "status"), None)
    more = any(d.name.value != "status" for d in inner)
    words = [a.value for a in status.args] if status is not None else []
    ranges = tuple(r for word in words if (r := statuses(word)) is not None)
    if words[:1] == ["!"]:
        return _others(ranges), more
    return (ranges or ((100, _EVERY),)), more or len(ranges) < len(words)


def _others(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Every status outside of ranges."""
    found, low = [], 100
    for first, last in sorted(ranges):
        if first > low:
            found.append((low, first - 1))
        low = max(low, last + 1)
    return (*found, (low, _EVERY))
