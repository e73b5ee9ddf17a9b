"""What variables are named after, and which of them switch others off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
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


def in_use(variables: Iterable[tuple[str, Scalar]]) -> Iterator[tuple[str, Scalar]]:
    """The variables of a program without those of what another one switches off.

    `OTEL_ENDPOINT` beside `ENABLE_OTEL=false`; `DB_HOST` beside `DB_CONNECTION=sqlite`, which needs no server.
    """
    every = list(variables)
    off = tuple(
        f"{feature}_" for name, value in every if (feature := _switched_off(name.upper(), value.value))
    )
    yield from ((name, value) for name, value in every if not (off and name.upper().startswith(off)))


def _switched_off(name: str, value: str) -> str:
    """The feature that a variable switches off; empty if it does not."""
    word = value.strip().lower()
    if _SERVERLESS.fullmatch(word):
        found = _CHOICE.fullmatch(name)
        return found[1] if found is not None else ""
    if word in _NO:
        found = _SWITCH.fullmatch(name)
    elif word in _YES:
        found = _BRAKE.fullmatch(name)
    else:
        return ""
    return found[1] or found[2] if found is not None else ""


_SWITCH = patterns.compile(r"(?:ENABLE|USE)_([A-Z0-9_]+)|([A-Z0-9_]+)_ENABLED?")
_BRAKE = patterns.compile(r"DISABLE_([A-Z0-9_]+)|([A-Z0-9_]+?)(?:_SDK)?_DISABLED?")
_NO = frozenset({"0", "false", "no", "off"})
_YES = frozenset({"1", "true", "yes", "on"})
_CHOICE = patterns.compile(
    r"([A-Z0-9_]+)_(?:TYPE|KIND|DRIVER|DIALECT|CONNECTION|ENGINE|ADAPTER|CLIENT|PROVIDER|BACKEND|MAILER|STORE)"
)
_SERVERLESS = patterns.compile(
    r"(?:[\w.]{0,40}[.-])?sqlite3?|memory|in-?memory|array|file|filesystem|log|none|null|sync"
)
"""What is chosen where no server is meant, by Laravel, Django, Grafana and others that name it so."""
