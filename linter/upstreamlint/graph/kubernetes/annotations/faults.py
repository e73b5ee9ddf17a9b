"""What is wrong with an annotation."""

from __future__ import annotations

from upstreamlint.documents import Entry
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress, Service
from upstreamlint.values import StrEnum, entity

ALB = "alb.ingress.kubernetes.io/"


class Unread(StrEnum):
    """Why an annotation does nothing, or not what is meant."""

    MISSPELT = "misspelt"
    WRONG_OBJECT = "wrong object"
    VALUE = "value"
    GROUP = "group"
    NO_MAIN = "no main"


@entity(kw_only=True)
class AnnotationFault(Reference):
    """An annotation that does not do what it says: `text` says why, `remedy` what to write; `meant` is the key that was misspelt."""

    owner: Ingress | Service
    why: Unread
    text: str
    remedy: str
    meant: str = ""


def fault_of(
    owner: Ingress | Service,
    entry: Entry,
    why: Unread,
    text: str,
    remedy: str,
    near: tuple[Candidate, ...] = (),
    meant: str = "",
) -> AnnotationFault:
    """The fault of an entry, at its value where that is what is wrong."""
    value = why in (Unread.VALUE, Unread.GROUP, Unread.NO_MAIN)
    return AnnotationFault(
        wanted=entry.key.value,
        anchor=entry.value.anchor if value else entry.key.anchor,
        owner=owner,
        verdict=Verdict.CONFLICT,
        near=near,
        why=why,
        text=text,
        remedy=remedy,
        meant=meant,
    )
