"""To whom an object is visible (`validateExportTo`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio import hosts
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_EVERYONE, _OWN, _NOBODY = "*", ".", "~"


def exported(spec: At, *, entry: bool = False, selected: bool = False) -> Iterator[Refusal]:
    """What is refused of the namespaces that an object is exported to.

    Only a ServiceEntry (`entry`) may go to nobody; what is for `selected` workloads stays in its namespace.
    """
    parts = spec.items("exportTo")
    if any(part.unsure or not isinstance(part.value, str) for part in parts):
        return
    texts = [part.text for part in parts]
    if selected and any(text != _OWN for text in texts) and _named(spec, texts):
        text = "destination rule with workload selector cannot have exportTo beyond current namespace"
        yield said(spec.get("exportTo"), text)
    seen: dict[str, At] = {}
    for part, text in zip(parts, texts, strict=True):
        first = seen.setdefault(text, part)
        if first is not part:
            yield said(part, f"duplicate entries in exportTo for entry {text}", first=first)
        elif text == _NOBODY and not entry:
            yield said(part, "exportTo ~ (none) is not allowed for Istio configuration objects")
        elif text not in (_EVERYONE, _OWN, _NOBODY) and not hosts.is_label(text):
            yield said(part, "only .,*, or a valid DNS 1123 label is allowed as exportTo entry")
    if len(texts) > 1 and _EVERYONE in seen:
        text = "cannot have both public (*) and non-public exportTo values for a resource"
        yield said(seen[_EVERYONE], text)
    if len(texts) > 1 and entry and _NOBODY in seen:
        yield said(seen[_NOBODY], "cannot export service entry to no one (~) and someone")


def _named(spec: At, texts: list[str]) -> bool:
    """Whether namespaces are certainly others than the object's own, which the file may not name."""
    own = spec.up.get("metadata").get("namespace") if spec.up is not None else spec
    return _EVERYONE in texts or (own.text != "" and own.text not in texts and _OWN not in texts)
