"""What the API server, or a controller's webhook, says of an object that it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterable

from upstreamlint.model.kubernetes.meta import Meta
from upstreamlint.refusal.at import At
from upstreamlint.source import Anchor
from upstreamlint.values import entity, replace


@entity
class Refusal:
    """A field that a server refuses, in its words.

    `ignored` says that it is not refused but dropped, unless the client asks for strict checks, as `kubectl`
    does. `lack` says that something is missing, which a patch or a tool may yet bring. `judge` is who refuses,
    `wants` what to write instead; `respelt` is a word at the place, and the one that it was meant to be, `place` the
    object that a field belongs in, where it stands beside or around that. `since` is the minor version of Kubernetes
    that first says so, if older ones that are known do not. `admitted` says that the API server takes the object, and
    its controller says no in its status. `unless` is what a setting of the server that the files do not show may say
    otherwise.
    """

    path: str
    said: str
    anchor: Anchor
    wants: str = ""
    related: tuple[tuple[Anchor, str], ...] = ()
    ignored: bool = False
    lack: bool = False
    judge: str = "the API server"
    respelt: tuple[str, str] | None = None
    since: str = ""
    place: str = ""
    admitted: bool = False
    unless: str = ""


@entity
class Refused:
    """An object that a server refuses, or of which it drops fields, and why."""

    meta: Meta
    resource: object
    refusals: tuple[Refusal, ...]

    @property
    def id(self) -> str:
        """See `Meta.id`."""
        return self.meta.id

    @property
    def dead(self) -> bool:
        """Whether the object does not exist; one of which fields are dropped does, and one that a setting may save is not sure."""
        return any(not r.ignored and not r.unless for r in self.refusals)

    @property
    def outdated(self) -> bool:
        """Whether it is refused for its API alone."""
        return self.refusals[0].path == "apiVersion"

    @property
    def completed(self) -> Refused:
        """The same, if a tool brings what the object lacks."""
        return replace(self, refusals=tuple(r for r in self.refusals if not r.lack))


def required(at: At, detail: str = "", wants: str = "") -> Refusal:
    """A field that may not be missing or empty."""
    said = f"Required value: {detail}" if detail else "Required value"
    return Refusal(at.path, said, at.anchor, wants, lack=True)


def invalid(at: At, detail: str, wants: str = "") -> Refusal:
    """A field whose value is wrong."""
    shown = quoted(at)
    return Refusal(at.path, f"Invalid value: {shown}: {detail}", at.anchor, wants)


def forbidden(at: At, detail: str, wants: str = "") -> Refusal:
    """A field that may not be there."""
    return Refusal(at.path, f"Forbidden: {detail}", at.key, wants)


def duplicate(at: At, shown: str = "", first: At | None = None) -> Refusal:
    """A value that may be there once."""
    related = ((first.anchor, "the first one"),) if first is not None else ()
    return Refusal(at.path, f"Duplicate value: {shown or quoted(at)}", at.anchor, "", related)


def unsupported(at: At, values: Iterable[str]) -> Refusal:
    """A value that is none of those that there are."""
    known = ", ".join(f'"{v}"' for v in values)
    return Refusal(at.path, f"Unsupported value: {quoted(at)}: supported values: {known}", at.anchor)


def quoted_value(value: object) -> str:
    """A plain value as JSON prints it."""
    return json.dumps(value, ensure_ascii=False)


_LONG = 60


def quoted(at: At) -> str:
    """A value as the server prints it."""
    value = at.value
    if value is None:
        return '""' if at.node is None else '"object"'
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONG else f'{text[:_LONG]}…"'
