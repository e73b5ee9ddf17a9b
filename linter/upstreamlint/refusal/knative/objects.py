"""The objects of Knative Serving, as its webhook sees them (`pkg/apis/serving/v1/*_validation.go`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.knative.annotations import autoscaling, misplaced, of_revision, rollout, unread
from upstreamlint.refusal.knative.pods import revision_spec
from upstreamlint.refusal.knative.traffic import traffic
from upstreamlint.refusal.refused import Refusal
from upstreamlint.values import replace


def service(root: At) -> Iterator[Refusal]:
    """What is refused of a Service."""
    yield from map(_by_knative, _service(root))


def configuration(root: At) -> Iterator[Refusal]:
    """What is refused of a Configuration."""
    yield from map(_by_knative, _configured(root, "spec.template"))


def revision(root: At) -> Iterator[Refusal]:
    """What is refused of a Revision."""
    yield from map(_by_knative, _revision(root))


def route(root: At) -> Iterator[Refusal]:
    """What is refused of a Route."""
    yield from map(_by_knative, _route(root))


def _by_knative(refusal: Refusal) -> Refusal:
    return replace(refusal, judge="the webhook of Knative")


def _service(root: At) -> Iterator[Refusal]:
    yield from rollout(root.get("metadata").get("annotations"))
    yield from _configured(root, "spec.ConfigurationSpec.template")
    yield from traffic(root.get("spec").get("traffic"), of_service=True)


def _configured(root: At, holder: str) -> Iterator[Refusal]:
    """What is refused of what holds a template; `holder` is where, as Go's decoder names it."""
    yield from _named(root.get("metadata").get("name"), "")
    yield from misplaced(root.get("metadata").get("annotations"))
    template = root.get("spec").get("template")
    noted = template.get("metadata").get("annotations")
    unread_there = list(unread(noted, holder))
    yield from unread_there or of_revision(noted)
    yield from _of_parent(template.get("metadata").get("name"), root.get("metadata").get("name"))
    yield from revision_spec(template.get("spec"))


def _revision(root: At) -> Iterator[Refusal]:
    yield from _named(root.get("metadata").get("name"), "")
    yield from autoscaling(root.get("metadata").get("annotations"))
    yield from revision_spec(root.get("spec"))


def _route(root: At) -> Iterator[Refusal]:
    noted = root.get("metadata").get("annotations")
    yield from _named(root.get("metadata").get("name"), "")
    yield from misplaced(noted)
    yield from rollout(noted)
    yield from traffic(root.get("spec").get("traffic"), of_service=False)


def _named(name: At, before: str) -> Iterator[Refusal]:
    """What is refused of a name that is the first part of a host."""
    text = _filled(name)
    wrong = problem("dns-1035-label", text) if text else None
    if wrong is not None:
        yield Refusal(name.path, f"{before}not a DNS 1035 label: [{wrong}]", name.anchor)


def _of_parent(name: At, parent: At) -> Iterator[Refusal]:
    """What is refused of the name of a template's revision, which begins with that of its parent."""
    wrong = list(_named(name, "invalid value: "))
    yield from wrong
    text, prefix = _filled(name), f"{_filled(parent)}-"
    if not wrong and text and _filled(parent) and not text.startswith(prefix):
        said = f'invalid value: "{text}" must have prefix "{prefix}"'
        yield Refusal(name.path, said, name.anchor, f"write `{prefix}{text}`")


def _filled(name: At) -> str:
    """A name, if nothing of it is still to be filled in."""
    return "" if name.nameless else name.text
