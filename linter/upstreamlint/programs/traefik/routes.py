"""The routes that routers make, as the graph has them: what is lost with a router."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from upstreamlint import patterns
from upstreamlint.finding import Affected
from upstreamlint.programs.traefik.model import Kind, Named, Router

_HOSTS = patterns.compile(r"Host(?:SNI|Regexp)?\s*\(\s*[`\"']?([^`\"')]+)")
_PATHS = patterns.compile(r"Path(?:Prefix|Regexp)?\s*\(\s*[`\"']?([^`\"')]+)")


def hit_of(router: Router, *, label: bool) -> Affected:
    """The route that a router of labels, or of a file, makes."""
    rule = router.rule.value if router.rule is not None else ""
    hosts, paths = _HOSTS.findall(rule), _PATHS.findall(rule)
    if label:
        return Affected(", ".join(hosts) or "*", ", ".join(paths) or "/", 1.0, router.anchor)
    anchor = router.service.anchor if router.service is not None else router.anchor
    return Affected(hosts[0] if hosts else "*", paths[0] if paths else "/", 1.0, anchor)


def users(named: Iterable[Named], kind: Kind, name: str) -> set[tuple[Kind, str]]:
    """What cannot be made without something: itself, and all that is made of it."""
    by: dict[tuple[Kind, str], list[Named]] = defaultdict(list)
    for one in named:
        for used, written in one.uses:
            by[used, written.value.partition("@")[0]].append(one)
    found: set[tuple[Kind, str]] = set()
    todo = [(kind, name)]
    while todo:
        key = todo.pop()
        if key not in found:
            found.add(key)
            todo += [(one.kind, one.name) for one in by[key]]
    return found


def uses(router: Router, kind: str, name: str) -> bool:
    """Whether a router uses a middleware, a service or TLS options of a name, with or without their provider."""
    named = {
        "middleware": router.middlewares,
        "service": (router.service,),
        "options": (router.options,),
    }.get(kind, ())
    return any(n is not None and n.value.partition("@")[0] == name for n in named)
