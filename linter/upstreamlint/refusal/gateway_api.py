"""Gateways of the Gateway API: what their definition says with a choice that no compact schema holds."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.addresses import address
from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio.hosts import readable
from upstreamlint.refusal.refused import Refusal, invalid


def gateway(root: At) -> Iterator[Refusal]:
    """What is refused of a Gateway: an address that is none, unless it is said to be something else."""
    for part in root.get("spec").items("addresses"):
        kind, value = part.get("type"), part.get("value")
        text = readable(value)
        if text is None or kind.unsure or kind.text not in ("", "IPAddress"):
            continue
        if not text or address(text) is None:
            yield invalid(value, f'{value.path} in body must be of type ipv4: "{text}"')
