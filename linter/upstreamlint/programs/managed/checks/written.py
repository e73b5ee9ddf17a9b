"""Health checks that stand in objects of managed programs, as the tables of kinds (`policies.json`, `kinds.json`) say where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.facets.dial import Ask
from upstreamlint.numerals import decimal
from upstreamlint.programs.envoy.health import LENIENT
from upstreamlint.programs.managed.fields import at, scalar, text
from upstreamlint.typed import Any
from upstreamlint.values import frozen


@frozen(kw_only=True)
class HealthFields:
    """Where a kind says what its program, `by`, asks backends for their health, and what it asks where nothing is written.

    `at` leads to what holds the fields, from the object or from a rule; where `when` is `field=value`, it only counts with
    that. `path`, `host`, `method` and `port` lead on from there; `backend_port` is a field of a backend. `statuses` leads to numbers or to
    ranges of `start` and `end`, whose end does not belong to them where they end `past` them; `more` are fields by which more counts than the status.
    `host_else` is the Host where none is written, `host_of_route` says that it is the route's. `panic` leads from the object to the percentage of
    healthy endpoints below which health is ignored, which is `panic_else` where none is written.
    """

    by: str
    at: str
    path: str
    when: str = ""
    host: str = ""
    host_else: str = ""
    host_of_route: bool = False
    method: str = ""
    path_else: str = ""
    port: str = ""
    backend_port: str = ""
    statuses: str = ""
    past: bool = False
    accepts: tuple[tuple[int, int], ...] = ((200, 200),)
    more: tuple[str, ...] = ()
    panic: str = ""
    panic_else: int = 0


@frozen(kw_only=True)
class WrittenCheck:
    """What an object says that its program asks; `port` is missing where it is the one that requests come to."""

    by: str
    ask: Ask
    port: Scalar | None
    host_of_route: bool


def health_fields(row: dict[str, Any]) -> HealthFields | None:
    """The fields of a kind, from its row in a table."""
    found = row.get("health")
    if found is None:
        return None
    accepts = tuple((low, high) for low, high in found.get("accepts", ((200, 200),)))
    return HealthFields(**{**found, "accepts": accepts, "more": tuple(found.get("more", ()))})


def written_check(fields: HealthFields | None, root: Mapping, node: Node) -> WrittenCheck | None:
    """The check with HTTP that an object, or one of its rules, asks for."""
    if fields is None:
        return None
    holder = next((n for n in at(node, fields.at) if isinstance(n, Mapping)), None)
    field, _, value = fields.when.partition("=")
    if holder is None or (field and text(holder, field) != value):
        return None
    path = scalar(holder, fields.path)
    if path is None and not fields.path_else:
        return None
    ranges = list(_statuses(fields, holder))
    known = tuple(one for one in ranges if one is not None)
    panic = scalar(root, fields.panic) if fields.panic else None
    percent = decimal(panic.value) if panic is not None else fields.panic_else
    ask = Ask(
        anchor=path.anchor if path is not None else holder.anchor,
        method=text(holder, fields.method).upper() or "GET",
        path=path.value.partition("?")[0] if path is not None else fields.path_else,
        host=text(holder, fields.host) or fields.host_else,
        accepts=known or fields.accepts,
        opaque=len(known) < len(ranges) or any(any(True for _ in at(holder, name)) for name in fields.more),
        written=path is not None,
        lenient="" if percent == 0 else LENIENT,
    )
    return WrittenCheck(
        by=fields.by,
        ask=ask,
        port=scalar(holder, fields.port) if fields.port else None,
        host_of_route=fields.host_of_route,
    )


def _statuses(fields: HealthFields, holder: Mapping) -> Iterator[tuple[int, int] | None]:
    """The ranges of statuses that count as healthy; nothing for one that is none."""
    for one in at(holder, fields.statuses) if fields.statuses else ():
        low = scalar(one, "start") if isinstance(one, Mapping) else one
        high = scalar(one, "end") if isinstance(one, Mapping) else one
        numbers = _numbers((low, high))
        yield None if numbers is None else (numbers[0], numbers[1] - (fields.past and low is not high))


def _numbers(written: Sequence[Node | None]) -> tuple[int, ...] | None:
    found = [decimal(one.value) if isinstance(one, Scalar) else None for one in written]
    known = tuple(number for number in found if number is not None)
    return known if len(known) == len(found) else None
