"""What an Authelia is told: `server.address`, and the addresses of its stores.

Files of `--config` or `X_AUTHELIA_CONFIG`, else `/config/configuration.yml`; before 4.38 a host and a port each. A variable of the
environment wins, and makes what the file says of it unknown here. After internal/configuration/schema of Authelia.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers import structured
from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Evidence, Listen, bound
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.numerals import port as number_of
from upstreamlint.programs.authelia.types import Authelia, Needed
from upstreamlint.programs.built_in import AUTHELIA
from upstreamlint.programs.reading import Found, Run
from upstreamlint.readers.compose.tree import is_unknown, part
from upstreamlint.source import Anchor

_DEFAULT = "/config/configuration.yml"
_PORT = 9091
_ADDRESS = patterns.compile(
    r"(?:(?P<scheme>[a-z]+[46]?)://)?(?P<host>[^:/?\[\]]*|\[[^\]]*\])(?::(?P<port>\d+))?(?:[/?].*)?\Z"
)
_STORES = (
    (("session", "redis"), "sessions", 6379),
    (("storage", "postgres"), "storage", 5432),
    (("storage", "mysql"), "storage", 3306),
    (("authentication_backend", "ldap"), "users", 389),
)
_PORTS = {"ldaps": 636, "ldap": 389}
_SOCKETS = frozenset({"unix", "fd"})


def load(run: Run) -> Found:
    """Every Authelia of the run whose configuration is at hand."""
    found = tuple(one for place in AUTHELIA.places(run) if (one := _authelia(place)) is not None)
    return Found(resources=found, sources=tuple(one.anchor.source for one in found))


def _authelia(place: Container) -> Authelia | None:
    paths = AUTHELIA.told(place) or [_DEFAULT]
    roots = [
        root
        for path in paths
        for one in path.split(",")
        if (text := place.files.read(one)) is not None
        and "{{" not in text.text
        and (root := structured.root(text, one)) is not None
    ]
    if len(roots) != 1:
        return None
    root = roots[0]
    return Authelia(
        place=place,
        listen=_listen(place, root),
        needs=tuple(_needs(place, root)),
        anchor=Anchor(root.source, root.start, root.start),
        complete=not place.incomplete,
        alone=AUTHELIA.alone_in(place),
    )


def _listen(place: Container, root: Mapping) -> Listen | None:
    server = root.mapping("server")
    if server is None or any(name.startswith("AUTHELIA_SERVER_") for name in place.environment):
        return None
    address = server.scalar("address")
    if address is not None:
        found = _ADDRESS.match(address.value)
        if found is None or is_unknown(address) or found["scheme"] in _SOCKETS:
            return None
        return _told(address, found["host"], number_of(found["port"] or "") or _PORT)
    host, number = server.scalar("host"), server.scalar("port")
    if number is None:
        return None
    known = number_of(number.value)
    return _told(number, host.value if host is not None else "0.0.0.0", known) if known is not None else None  # noqa: S104


def _told(at: Scalar, host: str, number: int) -> Listen:
    return Listen(
        address=bound(host),
        port=number,
        anchor=at.anchor,
        text=at.value,
        evidence=Evidence.CONFIGURED,
        protocol="http",
    )


def _needs(place: Container, root: Mapping) -> Iterator[Needed]:
    for path, what, default in _STORES:
        holder: Mapping | None = root
        for key in path:
            holder = holder.mapping(key) if holder is not None else None
        prefix = "_".join(("AUTHELIA", *path)).upper()
        if holder is None or any(
            re.match(f"{prefix}_(?:ADDRESS|HOST|PORT|URL)", name) for name in place.environment
        ):
            continue
        written = holder.scalar("address") or holder.scalar("url") or holder.scalar("host")
        if written is None or is_unknown(written) or holder.get("high_availability") is not None:
            continue
        found = _ADDRESS.match(written.value)
        if found is None or not found["host"] or found["scheme"] in _SOCKETS or written.value.startswith("/"):
            continue
        beside = holder.scalar("port")
        port = number_of(found["port"] or (beside.value if beside is not None else ""))
        at = written if found["port"] or beside is None else beside
        start, end = found.span("host")
        yield Needed(
            what=what,
            host=part(written, start, end),
            port=port if port is not None else _PORTS.get(found["scheme"] or "", default),
            port_anchor=part(written, *found.span("port")).anchor if found["port"] else at.anchor,
            defaulted=port is None,
        )
