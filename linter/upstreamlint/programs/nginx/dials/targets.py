"""The target of a `*_pass`: its scheme, its address, and what hides in its variables."""

from __future__ import annotations

import re
from collections.abc import Mapping

from upstreamlint import patterns
from upstreamlint.programs.nginx.address import Address, parse_address

VARIABLE = patterns.compile(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)
PATH_VARIABLES = frozenset({"request_uri", "uri", "document_uri"})
"""Variables that always start with a slash, so that an address ends where they stand."""

_SCHEMES: Mapping[str, Mapping[str, int | None]] = {
    "proxy_pass": {"http://": 80, "https://": 443},
    "grpc_pass": {"grpc://": 80, "grpcs://": 443, "": 80},
    "uwsgi_pass": {"uwsgi://": None, "suwsgi://": None, "": None},
}
"""The schemes that each pass knows, with the port that each stands for."""


def schemes_of(kind: str, context: str) -> Mapping[str, int | None]:
    """The schemes that a pass knows, with the port that each stands for."""
    return {"": None} if context == "stream" else _SCHEMES.get(kind, {"": None})


def split_target(text: str, schemes: Mapping[str, int | None]) -> tuple[str, Address | None, str | None]:
    """The scheme, the address and the fault of a target; no address where a variable hides it."""
    lower = text.lower()
    scheme = next((s for s in schemes if s and lower.startswith(s)), "")
    if scheme not in schemes:
        return ("", None, None) if "$" in text.partition("/")[0] else ("", None, "invalid URL prefix")
    rest = text[len(scheme) :]
    variable = VARIABLE.search(rest)
    uri = "http://" in schemes
    if variable is None:
        address = parse_address(rest, uri=uri)
        return scheme, address, address.fault
    literal = rest[: variable.start()]
    if (variable[1] or variable[2]) in PATH_VARIABLES and "/" not in literal:
        address = parse_address(literal, uri=uri)
    else:
        address = parse_address(rest, uri=True)
    if address.kind == "variable":
        return scheme, None, None
    return scheme, address, address.fault
