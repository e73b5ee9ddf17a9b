"""What the listeners of a bootstrap come to where it runs."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Evidence, Listen, Listening, bound
from upstreamlint.programs.built_in import ENVOY
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.programs.envoy.types import Bootstrap


def serving(bootstrap: Bootstrap) -> Iterator[tuple[Container, Listening]]:
    """The containers that nothing but this Envoy serves in, where all of its listeners are known."""
    known = all(listener.port is not None and listener.host for listener in bootstrap.listeners)
    if bootstrap.more_listeners or not bootstrap.listeners or not known:
        return
    told = Listening(listens=tuple(_listens(bootstrap)), closed=True)
    for place in bootstrap.places:
        if ENVOY.alone_in(place) and not place.incomplete:
            yield place, told


def _listens(bootstrap: Bootstrap) -> Iterator[Listen]:
    for listener in bootstrap.listeners:
        if listener.protocol == "TCP":
            yield Listen(
                address=bound(listener.host),
                port=listener.port,
                anchor=listener.anchor,
                text=f"listener {listener.name}".rstrip(),
                evidence=Evidence.CONFIGURED,
                protocol="http" if listener.http else "",
                tls=listener.tls if listener.http or listener.tls else None,
                proxy_header=listener.proxy_header,
            )
    if bootstrap.admin_port is not None:
        yield Listen(
            address="",
            port=bootstrap.admin_port,
            anchor=bootstrap.anchor,
            text="admin",
            evidence=Evidence.CONFIGURED,
            protocol="http",
            tls=False,
        )
