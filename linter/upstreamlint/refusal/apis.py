"""Which APIs a Kubernetes serves which kinds in."""

from __future__ import annotations

from functools import cache

from upstreamlint.numerals import decimal
from upstreamlint.refusal import schema
from upstreamlint.typed import Any
from upstreamlint.values import NamedTuple


class Unserved(NamedTuple):
    """What `kubectl` says of an object whose kind is not served in its API, and where it is."""

    said: str
    wants: str


_GROUPS = frozenset(
    {"", "apps", "autoscaling", "batch", "discovery.k8s.io", "extensions", "networking.k8s.io", "policy"}
)


@cache
def unserved(api: str, kind: str, version: str) -> Unserved | None:
    """Why a Kubernetes of a version (the newest that is known when it is empty) serves no such kind; nothing if it does."""
    known: dict[str, Any] = schema.load("kubernetes-apis")
    now = known["served"].get(kind)
    group = api.rpartition("/")[0]
    if not api or now is None or group not in _GROUPS:
        return _custom(api, kind)
    removed = known["removed"].get(kind, {}).get(api)
    introduced = known["since"].get(kind, {}).get(api)
    instead = f"write `apiVersion: {now[-1]}`"
    if removed is not None:
        if version and number(version) < number(removed):
            return None
        return Unserved(_no_match(kind, api), f"{instead}: `{api}` is not served since Kubernetes {removed}")
    if api in now:
        if version and introduced is not None and number(version) < number(introduced):
            return Unserved(_no_match(kind, api), f"`{api}` is served since Kubernetes {introduced}")
        return None
    return Unserved(_no_match(kind, api), instead)


def _custom(api: str, kind: str) -> Unserved | None:
    """Why a definition has no such version any more, whichever Kubernetes it is."""
    gone = schema.removed(api, kind)
    if gone is None:
        return None
    since, now = gone
    return Unserved(_no_match(kind, api), f"write `apiVersion: {now}`: `{api}` is not served since {since}")


def _no_match(kind: str, api: str) -> str:
    return f'no matches for kind "{kind}" in version "{api}"'


def number(version: str) -> tuple[int, ...]:
    """A version to compare: `1.27` is (1, 27)."""
    return tuple(n for n in map(decimal, version.split(".")[:2]) if n is not None)
