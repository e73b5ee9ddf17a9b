"""What the sites of a Caddy come to as listeners, with its own API."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.listening.listen import ANY6, Evidence, Listen, bound
from upstreamlint.programs.caddy.types import Config


def listens(config: Config) -> Iterator[Listen]:
    """Every port that Caddy opens."""
    for one in config.listens:
        yield Listen(
            address=bound(one.address) if one.address else ANY6,
            port=one.port,
            anchor=one.anchor,
            text=one.anchor.source.text[one.anchor.start : one.anchor.end],
            evidence=Evidence.CONFIGURED,
            protocol="http",
            tls=one.tls,
            # The wrapper for PROXY headers takes connections without one, unless it is told otherwise.
            proxy_header=None if config.wrapped else False,
        )
    if config.admin is not None:
        yield config.admin
