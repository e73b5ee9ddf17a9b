"""Where a program of which nothing is known is told to listen by its settings, as far as that is loopback with a port.

Keys such as `ListenAddress` and `bind_addr` mean the same to whoever reads them. An address that others reach proves nothing: the
program may have more of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Evidence, Listen, address, bound
from upstreamlint.containers.settings import Setting

_LISTENS = patterns.compile(
    r"(?:\A|_)(?:LISTEN|BIND)(?:_?(?:ADDR|ADDRESS|ON|TO|HOST|INTERFACE))?\Z|(?:\A|_)(?:HTTP|WEB|SERVER)_(?:LISTEN_)?(?:ADDR|ADDRESS)\Z"
)
_HOST = patterns.compile(r"(?:\A|_)(?:SERVER|HTTP|WEB|LISTEN|LISTENER)_(?:HOST|BIND|LISTEN|ADDR|ADDRESS)\Z")
_BESIDE = patterns.compile(
    r"ADMIN|METRICS|PROMETHEUS|DEBUG|PPROF|RPC|CONTROL|CLUSTER|PEER|DNS|PROXY|DATABASE|REDIS|SMTP"
)
"""What is not the port that the program is there for."""


def listens_in_files(container: Container) -> Iterator[Listen]:
    """The loopback addresses of settings."""
    for file in container.settings:
        by_name = {one.variable: one for one in file.settings}
        for one in file.settings:
            # What stands in `.env` is of the machine of a developer, and seldom gets into an image.
            if not (_BESIDE.search(one.variable) or one.value.source.path.endswith(".env")):
                listen = _told(one) or _in_two(one, by_name)
                if listen is not None and listen.loopback:
                    yield listen


def _told(one: Setting) -> Listen | None:
    parsed = address(one.value.value) if _LISTENS.search(one.variable) else None
    if parsed is None or not parsed.host or parsed.port is None:
        return None
    return _listen(one, parsed.host, parsed.port)


def _in_two(one: Setting, by_name: dict[str, Setting]) -> Listen | None:
    """A host with a port of its own beside it."""
    if not _HOST.search(one.variable):
        return None
    port = by_name.get(one.variable.rpartition("_")[0] + "_PORT")
    parsed = address(port.value.value) if port is not None else None
    if parsed is None or parsed.port is None:
        return None
    return _listen(one, one.value.value, parsed.port)


def _listen(one: Setting, host: str, port: int) -> Listen:
    return Listen(
        address=bound(host.strip("[]")),
        port=port,
        anchor=one.value.anchor,
        text=f"{one.key}: {one.value}",
        evidence=Evidence.SERVER,
    )
