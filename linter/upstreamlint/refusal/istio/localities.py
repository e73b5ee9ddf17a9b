"""Where traffic goes by locality (`ValidateLocalityLbSetting`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_WHOLE = 100
_TOPOLOGY = frozenset(
    {"topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"}
)


def locality(setting: At) -> Iterator[Refusal]:
    """What is refused of the setting of a load balancer."""
    if not setting.get("distribute").empty and not setting.get("failover").empty:
        yield said(setting.get("failover"), "can not simultaneously specify 'distribute' and 'failover'")
        return
    for name in setting.items("failoverPriority"):
        if name.text in _TOPOLOGY and not setting.get("failover").empty:
            text = f"can not simultaneously set 'failover' and topology label '{name.text}' in 'failover_priority'"
            yield said(name, text)
    shares = setting.items("distribute")
    for share in shares:
        yield from _weights(share)
    if not any(share.get("from").unsure for share in shares):
        yield from _apart([share.get("from") for share in shares])
    yield from _failover(setting)


def _weights(share: At) -> Iterator[Refusal]:
    ends = [(At(key, value.up, value.step), value) for key, value in share.get("to").entries()]
    weights = [value for _, value in ends]
    if any(w.unsure or (w.given and w.number is None) for w in weights):
        return
    wrong = next((w for w in weights if w.given and not 0 < (w.number or 0) <= _WHOLE), None)
    total = sum(w.number or 0 for w in weights)
    if wrong is not None:
        yield said(wrong, "locality weight must be in range [1, 100]")
    elif total != _WHOLE:
        yield said(share.get("to"), f"total locality weight {total} != 100")
    else:
        yield from _apart([key for key, _ in ends])


def _apart(places: list[At]) -> Iterator[Refusal]:
    """What is refused of localities, which may not overlap; a missing one is an empty one."""
    seen: list[tuple[str, ...]] = []
    for place in places:
        text, parts = place.text, tuple(place.text.split("/", 2))
        if text.count("*") > 1 or ("*" in text and not text.endswith("*")):
            wrong = "wildcard '*' number can not exceed 1 and must be in the end"
        elif "" in parts:
            wrong = "must not contain empty region/zone/subzone info"
        elif any(_overlap(parts, other) for other in seen):
            wrong = "overlap with previous specified ones"
        else:
            seen.append(parts)
            continue
        yield said(place, f"locality {text} {wrong}", lack=not place.given)
        return


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two localities have a place in common; what is not said is everything."""
    for mine, theirs in zip(one, other, strict=False):
        if "*" in (mine, theirs):
            return True
        if mine != theirs:
            return False
    return True


def _failover(setting: At) -> Iterator[Refusal]:
    for failover in setting.items("failover"):
        start, end = failover.get("from"), failover.get("to")
        if start.text == end.text and not start.unsure and not end.unsure:
            yield said(end, "locality lb failover settings must specify different regions", lack=end.empty)
        for region in (start, end):
            if "/" in region.text:
                yield said(region, "locality lb failover only specify region")
            if "*" in region.text:
                yield said(region, "locality lb failover region should not contain '*' wildcard")
