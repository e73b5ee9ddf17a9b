"""Middlewares and services that Traefik reads and cannot make: the routers that use them are left out.

After pkg/middlewares and pkg/server/middleware; measured on 3.7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from upstreamlint import patterns
from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.programs.traefik.dotted import entries, field, items, listed, text
from upstreamlint.programs.traefik.model import Kind, Named, Router, Traefik
from upstreamlint.programs.traefik.references import Unbuilt
from upstreamlint.programs.traefik.routes import hit_of, users, uses
from upstreamlint.programs.traefik.taken import Labelled
from upstreamlint.programs.traefik.unasked import Reason, unasked
from upstreamlint.readers.compose.tree import is_unknown

_TYPES = "multi-types middleware not supported"
_ADDRESS = patterns.compile(
    r"(?:[0-9.]{7,15}(?:/(?:[12]?\d|3[0-2]))?|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(?:/(?:\d|[1-9]\d|1[01]\d|12[0-8]))?)\Z"
)
_USERS = {"basicauth": ("name:hash", "BasicUser"), "digestauth": ("name:realm:hash", "DigestUser")}
"""How users are written, and what the log calls one that is not."""
_NUMBER = patterns.compile(r"\d{1,5}(?:/.*)?\Z")
"""A port, and a path behind it."""
_NEEDED = {
    "redirectscheme": ("scheme", "you must provide a target scheme"),
    "addprefix": ("prefix", "prefix cannot be empty"),
    "retry": ("attempts", "incorrect (or empty) value for attempt (0)"),
    "errors": ("service", 'the service "@…" does not exist'),
}
"""The fields without which a middleware is not made, and what the log says then."""
_NOBODY = 'error calling : unsupported protocol scheme ""'


def unbuilt(traefik: Traefik, own: Iterable[Labelled]) -> Iterator[Unbuilt]:
    """What the containers and the files of a Traefik define, and it cannot make."""
    for one in own:
        if one.passed is None and one.sure and not one.faults:
            yield from _of_root(traefik, one.root, one.routers, one.named, label=True)
    if not traefik.told.faults:
        for root in traefik.told.roots:
            yield from _of_root(traefik, root, traefik.told.routers, traefik.told.named, label=False)


def _of_root(
    traefik: Traefik, root: Mapping | None, routers: Iterable[Router], named: Iterable[Named], *, label: bool
) -> Iterator[Unbuilt]:
    every, whole = list(routers), list(named)
    services = {e.key.value: e.value for e in entries(root, "http", "services")}
    kinds: tuple[tuple[Kind, str, Callable[[Entry], Iterator[Reason]]], ...] = (
        ("middleware", "middlewares", _middleware),
        ("service", "services", lambda entry: chain(_service(entry), unasked(entry, services))),
    )
    for kind, plural, reasons in kinds:
        for entry in entries(root, "http", plural):
            reason = next(iter(reasons(entry)), None)
            if reason is None:
                continue
            name = entry.key.value
            alone = kind == "service" and label and len(list(entries(root, "http", plural))) == 1
            lost = users(whole, kind, name)
            hit = tuple(
                hit_of(r, label=label)
                for r in every
                if r.protocol == "http"
                and (any(uses(r, *one) for one in lost) or (alone and r.service is None))
            )
            yield Unbuilt(
                wanted=name,
                anchor=reason.anchor,
                owner=traefik,
                verdict=Verdict.CONFLICT,
                name=f"{kind} `{name}`",
                why=reason.why,
                log=reason.log,
                status=reason.status,
                traefik=traefik,
                hit=hit,
            )


def _middleware(entry: Entry) -> Iterator[Reason]:
    held = entry.value
    if not isinstance(held, Mapping):
        return
    kinds = [e for e in held if not (isinstance(e.value, Scalar) and e.value.is_null)]
    if len(kinds) > 1:
        names = " and ".join(f"`{e.key.value}`" for e in kinds[:2])
        yield Reason(kinds[1].key.anchor, f"it is both {names}", _TYPES)
    for kind in kinds:
        yield from _kind(kind.key, kind.value)


def _kind(key: Scalar, held: Node) -> Iterator[Reason]:
    name = key.value.lower()
    if name in _NEEDED and _lacks(held, _NEEDED[name][0]):
        field_name, log = _NEEDED[name]
        yield Reason(key.anchor, f"it has no `{field_name}`", log)
    if name == "forwardauth" and _lacks(held, "address"):
        yield Reason(key.anchor, "it has no `address`", _NOBODY, status=500)
    if name in _USERS and text(held, "usersFile") is None:
        form, log = _USERS[name]
        for user in _texts(held, "users"):
            if user.value.count(":") != form.count(":") and "$" not in user.value:
                yield Reason(user.anchor, f"a user is not written as `{form}`", f"error parsing {log}")
    if name in ("ipallowlist", "ipwhitelist"):
        ranges = _texts(held, "sourceRange")
        for one in ranges:
            if not _ADDRESS.match(one.value) and "$" not in one.value:
                yield Reason(one.anchor, f"`{one.value}` is no address and no range", "cannot parse CIDRs")


def _service(entry: Entry) -> Iterator[Reason]:
    """Labels may name a port that is none."""
    port = text(entry.value, "loadBalancer", "server", "port")
    if port is None or is_unknown(port) or is_placeholder(port.value) or _NUMBER.match(port.value):
        return
    yield Reason(port.anchor, f"`{port.value}` is no port", "error parsing server URL")


def _lacks(held: Node, name: str) -> bool:
    written = text(held, name)
    return isinstance(held, Mapping) and (written is None or (not written.value and not is_unknown(written)))


def _texts(held: Node, name: str) -> list[Scalar]:
    """The texts of a list that are known."""
    written = field(held, name)
    found = (
        listed(held, name)
        if not isinstance(written, Sequence)
        else [i for i in items(held, name) if isinstance(i, Scalar)]
    )
    return [one for one in found if not is_unknown(one) and not is_placeholder(one.value)]
