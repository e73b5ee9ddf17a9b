"""Where Caddy's own API listens (admin.go)."""

from __future__ import annotations

from upstreamlint import numerals
from upstreamlint.containers.listening.listen import LOCALHOST, Evidence, Listen, bound
from upstreamlint.documents import Scalar
from upstreamlint.programs.variables import Variables
from upstreamlint.source import Anchor

_DEFAULT = f"{LOCALHOST}:2019"


def admin(written: Scalar | None, start: Anchor, variables: Variables) -> Listen | None:
    """The API's listener; nothing when it is off or a socket. `start` is where that is said which is written nowhere."""
    text = written.value if written is not None else variables.get("CADDY_ADMIN") or _DEFAULT
    if text == "off" or text.startswith("unix"):
        return None
    host, _, number = text.rpartition("/")[2].rpartition(":")
    return Listen(
        address=bound(host.strip("[]")),
        port=numerals.port(number),
        anchor=written.anchor if written is not None else start,
        text=f"admin {text}",
        evidence=Evidence.CONFIGURED,
        protocol="http",
        tls=False,
        implied=written is None,
    )
