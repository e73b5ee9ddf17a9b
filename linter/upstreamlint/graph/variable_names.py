"""What variables are named after."""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.graph.likeness import bare

_SUFFIX = patterns.compile(
    r"[-_](?:URL|URI|HOST|HOSTNAME|ADDR|ADDRESS|ENDPOINT|SERVER|UPSTREAM|BACKEND|BASE|API|INTERNAL)\Z"
)


def stripped(variable: str) -> str:
    """What a variable is named after: `catalog` for `CATALOG_SERVICE_URL` and `--catalog-url`."""
    name = variable.upper().lstrip("-")
    for _ in range(_SUFFIXES):
        name = _SUFFIX.sub("", name)
    return called(name.replace("_", "-"))


def called(service: str) -> str:
    """What variables call a Service: `email` for `emailservice` and `email-svc`."""
    return _SERVICE.sub("", bare(service))


_SERVICE = patterns.compile(r"(?<=.)(?:service|svc)\Z")
_SUFFIXES = 3
