"""A refusal of istiod's webhook, in its words."""

from __future__ import annotations

from upstreamlint.refusal.at import At
from upstreamlint.refusal.refused import Refusal

JUDGE = "istiod"


def said(at: At, text: str, wants: str = "", *, first: At | None = None, lack: bool = False) -> Refusal:
    """What istiod says of a field."""
    related = ((first.anchor, "the first one"),) if first is not None else ()
    return Refusal(at.path, text, at.anchor, wants, related, lack=lack, judge=JUDGE)
