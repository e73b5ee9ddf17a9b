"""What the `Listen` lines of an httpd come to as listeners."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.listening.listen import ANY6, Evidence, bound
from upstreamlint.containers.listening.listen import Listen as Listener
from upstreamlint.programs.apache.types import Config


def listens(config: Config) -> Iterator[Listener]:
    """Every port; TLS is the virtual hosts' to say, so that it is known where none of them has it."""
    secured = any(host.tls for host in config.hosts)
    for one in config.listens:
        yield Listener(
            address=bound(one.host) if one.host else ANY6,
            port=one.port,
            anchor=one.anchor,
            text=f"Listen {one.anchor.source.text[one.anchor.start : one.anchor.end]}",
            evidence=Evidence.CONFIGURED,
            protocol="http",
            tls=None if secured else False,
        )
