"""What Traefik asks for health (`healthCheck` of a service), however it is told.

After pkg/healthcheck/healthcheck.go: GET where no method is written, 2xx and 3xx count where no status is, and redirects are followed
unless that is switched off.
"""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Ask
from upstreamlint.numerals import decimal, port
from upstreamlint.values import frozen


@frozen
class Check:
    """A question, and the port and scheme that it is asked on where those are not the server's."""

    ask: Ask | None
    port: int | None
    port_at: Scalar | None
    scheme: str


def check(written: Mapping[str, Scalar]) -> Check | None:
    """The settings of a `healthCheck` by their names in lower case; nothing where none is made."""
    path = written.get("path")
    grpc = _text(written, "mode") == "grpc"
    if path is None and not grpc:
        return None
    other = written.get("port")
    number = port(other.value) if other is not None else None
    return Check(
        None if grpc or path is None else _ask(path, written), number, other, _text(written, "scheme")
    )


def _ask(path: Scalar, written: Mapping[str, Scalar]) -> Ask:
    status = decimal(_text(written, "status"))
    return Ask(
        anchor=path.anchor,
        method=_text(written, "method").upper() or "GET",
        path="/" + path.value.partition("?")[0].lstrip("/"),
        host=_text(written, "hostname"),
        accepts=((status, status),) if status else ((200, 399),),
        opaque=any(name.startswith("headers") for name in written) or "$" in path.value,
        follows=_text(written, "followredirects") != "false",
    )


def _text(written: Mapping[str, Scalar], name: str) -> str:
    found = written.get(name)
    return found.value if found is not None else ""
