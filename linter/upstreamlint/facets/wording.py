"""How messages speak of a hop, so that every rule says the same things the same way."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.facets.dial import Dial, Purpose
from upstreamlint.facets.judgement import Judgement
from upstreamlint.finding import Label
from upstreamlint.graph.nodes import Node
from upstreamlint.model.kubernetes.service import Service, ServicePort
from upstreamlint.model.kubernetes.workload import Workload

DIALS_IT = "the program dials what is written here"
"""The assumption of a finding about an address that a variable or an argument holds."""


def caller(dial: Dial) -> str:
    """Who dials: "nginx in `Deployment/edge`", "`API_URL` of service `web`"."""
    if dial.on_behalf:
        return dial.on_behalf
    if dial.purpose is Purpose.WAIT:
        return f"`{dial.by}` in {dial.caller.title}"
    if dial.purpose is Purpose.WRITTEN:
        what = f"`{dial.variable}` of " if dial.variable else ""
        return f"{what}{dial.caller.title}"
    if not dial.by:
        return dial.caller.title
    return f"{dial.by} in {dial.caller.title}" if dial.caller.node is not None else dial.by


def own_check(found: Judgement) -> str:
    """The check by which a container asks itself: "the health check of `web`", "the readinessProbe of `Deployment/web`"."""
    asker = found.dial.on_behalf.partition(" of ")[0] or "the health check"
    return f"{asker} of `{name_of(found.target)}`"


def assumption(found: Judgement) -> str:
    """What a finding about a judgement rests on."""
    written = found.dial.purpose is Purpose.WRITTEN and not found.certain
    return found.assumption or (DIALS_IT if written else "")


def ends(found: Judgement, *, most: int = 3) -> tuple[Label, ...]:
    """The other ends of the broken wire: what was meant, then what stands against it, each place once."""
    return tuple({label.anchor: label for label in reversed([*_ends(found, most)])}.values())[::-1]


def _ends(found: Judgement, most: int) -> Iterator[Label]:
    for near in found.near[:most]:
        yield Label(near.anchor, near.text)
    for anchor, text in found.far_end:
        yield Label(anchor, text)


def name_of(node: Node) -> str:
    """How messages name what a hop leads to."""
    if isinstance(node, Service | Workload):
        return node.title
    if isinstance(node, ServicePort):
        return node.service_title
    name = getattr(node, "name", None)
    return str(name) if name is not None else node.id
