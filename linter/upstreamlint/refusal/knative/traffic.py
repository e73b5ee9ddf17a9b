"""The parts of the traffic of Services and Routes (`pkg/apis/serving/v1/route_validation.go`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.refused import Refusal

_WHOLE = 100
_TARGET = ("percent", "tag", "revisionName", "configurationName", "latestRevision")


def traffic(parts: At, *, of_service: bool) -> Iterator[Refusal]:
    """What is refused of the parts of the traffic; a Service without any sends all to its latest revision."""
    targets = parts.parts()
    if any(at.unsure for target in targets for at in (target, *map(target.get, _TARGET))):
        return
    tags: dict[str, At] = {}
    for number, target in enumerate(targets):
        yield from _target(target, of_service=of_service)
        tag = target.get("tag")
        if not tag.text:
            continue
        wrong = problem("dns-1035-label", tag.text)
        if wrong is not None:
            said = f"invalid value: not a DNS 1035 label: [{wrong}]"
            yield Refusal(f"{parts.path}.tag[{number}]", said, tag.anchor)
        first = tags.setdefault(tag.text, tag)
        if first is not tag:
            said = f'Multiple definitions for "{tag.text}"'
            yield Refusal(tag.path, said, tag.anchor, "", ((first.anchor, "the first one"),))
    total = sum(target.get("percent").number or 0 for target in targets)
    if total != _WHOLE and (targets or not of_service):
        said = f"Traffic targets sum to {total}, want {_WHOLE}"
        yield Refusal(parts.path, said, parts.key, lack=not targets)


def _target(target: At, *, of_service: bool) -> Iterator[Refusal]:
    pinned, configured, latest = (target.get(field) for field in _TARGET[2:])
    share, url = target.get("percent"), target.get("url")
    if latest.given and (latest.value is True) == bool(pinned.text):
        said = f'may not set revisionName "{pinned.text}" when latestRevision is {str(latest.value).lower()}'
        yield Refusal(latest.path, said, latest.anchor)
    if of_service and configured.text:
        yield Refusal(configured.path, "must not set the field(s)", configured.key)
    elif pinned.text and configured.text:
        yield Refusal(configured.path, "expected exactly one, got both", configured.key)
    elif pinned.text or configured.text:
        named = pinned if pinned.text else configured
        wrong = problem("label-key", named.text)
        if wrong is not None:
            yield Refusal(named.path, f'invalid key name "{named.text}": {wrong}', named.anchor)
    elif not of_service:
        yield Refusal(target.path, "expected exactly one, got neither", target.anchor, lack=True)
    if share.number is not None and not 0 <= share.number <= _WHOLE:
        yield Refusal(share.path, f"expected 0 <= {share.number} <= {_WHOLE}", share.anchor)
    if url.text:
        yield Refusal(url.path, "must not set the field(s)", url.key)
