"""Paths of health checks that a cloud refuses: those that do not begin with a slash.

AWS (`Health check path must begin with a '/' character`), Azure (`ApplicationGatewayProbePathIsInvalid`: the controller then sends no change of any Ingress) and Google take
none of them. GKE Ingress puts the slash before the path of a probe itself (ingress-gce, pkg/translator/healthchecks.go), and before no other.
"""

from __future__ import annotations

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Reference
from upstreamlint.programs.managed.checks import amazon, azure, google
from upstreamlint.programs.managed.checks.front import Front, Question
from upstreamlint.programs.managed.checks.policies import HealthCheck
from upstreamlint.values import entity

_ALL = "the controller changes nothing of its gateway any more, for whatever Ingress"
_ONE = "the controller reports an error, and the load balancer stays as it was, or is not made"
_ASKERS = {
    azure.GATEWAY: _ALL,
    amazon.ALB: _ONE,
    amazon.NLB: _ONE,
    google.INGRESS: _ONE,
    google.GATEWAY: _ONE,
}


@entity(kw_only=True)
class CheckPath(Reference):
    """A path that a cloud refuses; `by` is who would ask, `effect` what its controller does."""

    front: Front
    by: str
    effect: str


def refused(index: Index, front: Front, question: Question) -> CheckPath | None:
    """The path of a health check, where its cloud does not take it."""
    ask, by = question.ask, question.by
    if not ask.method or ask.path.startswith("/") or is_placeholder(ask.path) or by not in _ASKERS:
        return None
    own = {c.path.anchor for c in index.of(HealthCheck) if c.path is not None}
    if by == google.INGRESS and ask.anchor not in own:
        return None
    return CheckPath(
        wanted=ask.path,
        anchor=ask.anchor,
        owner=front.owner,
        verdict=Verdict.CONFLICT,
        front=front,
        by=by,
        effect=_ASKERS[by],
    )
