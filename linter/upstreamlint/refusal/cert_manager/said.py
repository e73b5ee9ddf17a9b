"""Who says that an object of cert-manager is refused."""

from __future__ import annotations

from upstreamlint.refusal.refused import Refusal
from upstreamlint.values import replace


def by_webhook(refusal: Refusal) -> Refusal:
    """A refusal of the webhook's."""
    return replace(refusal, judge="the webhook of cert-manager")
