"""A Service that an object of the cluster names as a backend: for its controller, or the program that it configures."""

from __future__ import annotations

from upstreamlint.facets.dial import Dial
from upstreamlint.facets.judgement import Candidate, Facet, Judgement, Obstacle
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.kubernetes.services.names import Absence, other_ports
from upstreamlint.graph.likeness import is_slip
from upstreamlint.graph.nodes import Node
from upstreamlint.graph.references import UNREAD
from upstreamlint.model.kubernetes import Service, ServicePort
from upstreamlint.values import frozen, replace


@frozen(kw_only=True)
class Names:
    """A backend as it is written: who holds it, and the dial that follows. `vague` says that a part of it is not known."""

    owner: Node
    dial: Dial
    vague: bool = False


def found(names: Names, services: tuple[Service, ...]) -> Judgement:
    """The name of a backend that leads to Services."""
    return _judgement(names, Verdict.FOUND, services)


def missing(names: Names, absence: Absence, remedy: str = "") -> Judgement:
    """The name of a backend that leads to none."""
    verdict, rests_on = absence.verdict, absence.assumption
    if names.vague:
        slip = verdict is Verdict.NEAR_MISS and is_slip(names.dial.host, absence.near[0].instead)
        verdict, rests_on = (verdict, rests_on or UNREAD) if slip else (Verdict.UNKNOWN, rests_on)
    # A backend is in the namespace of what names it: the name of a Service is all that can be written there.
    near = tuple(c._replace(certain=c.certain and "." not in c.instead) for c in absence.near)
    lost = replace(_judgement(names, verdict, ()), near=near, obstacle=Obstacle.UNKNOWN_NAME)
    return replace(lost, assumption=rests_on or names.dial.unless, remedy=remedy)


def no_port(
    names: Names,
    service: Service,
    written: str,
    meant: ServicePort | None,
    *,
    assumption: str = "",
    remedy: str = "",
    aliases: bool = False,
) -> Judgement:
    """A port that the Service of a backend does not have; `meant` is the one whose target it is.

    `aliases` says that whoever dials wants it of ExternalName Services, too.
    """
    alias = service.type == "ExternalName"
    vague = names.vague or service.meta.patched or (not aliases if alias else not service.ports)
    near: tuple[Candidate, ...] = other_ports(service, meant)
    return Judgement(
        wanted=written,
        anchor=names.dial.port_anchor,
        owner=names.owner,
        verdict=Verdict.UNKNOWN if vague else Verdict.CONFLICT,
        near=near or (Candidate(service.anchor, "this Service", ""),),
        dial=names.dial,
        facet=Facet.PORT,
        obstacle=Obstacle.NOT_ON_SERVICE,
        targets=(service,),
        number=names.dial.port,
        assumption=assumption or names.dial.unless,
        remedy=remedy,
    )


def _judgement(names: Names, verdict: Verdict, services: tuple[Service, ...]) -> Judgement:
    return Judgement(
        wanted=names.dial.host,
        anchor=names.dial.host_anchor,
        owner=names.owner,
        verdict=verdict,
        dial=names.dial,
        facet=Facet.NAME,
        targets=services,
    )
