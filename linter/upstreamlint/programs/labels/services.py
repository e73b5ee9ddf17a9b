"""The services of Traefik that routers name in labels, against those that labels define."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.graph.compose.references import LabelObstacle, LabelRoute
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.programs.labels.ports import reference
from upstreamlint.programs.labels.proxies import Runner, traefik_labels
from upstreamlint.programs.labels.table import TRAEFIK
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.source import Anchor

Defined = Mapping[str, Mapping[str, Anchor]]
"""The names that labels define, by protocol (`http`, `tcp`, `udp`), with where."""

_ROUTER = patterns.compile(r"traefik\.(http|tcp|udp)\.routers\.[^.]+\.service\Z")
_SERVICE = patterns.compile(r"traefik\.(http|tcp|udp)\.services\.([^.]+)\.")


def defined(projects: list[Project]) -> Defined:
    """Every service that a label of any container defines; Traefik joins the labels of all of them."""
    found: dict[str, dict[str, Anchor]] = defaultdict(dict)
    for project in projects:
        for service in project.services.values():
            for protocol, name, anchor in _own(traefik_labels(service)):
                found[protocol].setdefault(name, anchor)
    return found


def traefik(
    service: ComposeService,
    project: Project,
    labels: dict[str, tuple[Anchor, Scalar]],
    runner: Runner | None,
    known: Defined,
) -> Iterator[LabelRoute]:
    """The names of services that mean nothing, where the container defines others, or where one comes near.

    A name with a provider (`@file`, `@internal`) lies outside. A container that defines no service has one that
    is called after it, `<service>-<project>`.
    """
    if not project.settles(service):
        return
    own = {(protocol, name): anchor for protocol, name, anchor in _own(labels)}
    for label, (_, value) in labels.items():
        router = _ROUTER.match(label)
        if router is None or is_unknown(value) or not value.value:
            continue
        name, _, provider = value.value.lower().partition("@")
        names = known.get(router[1], {})
        if provider not in ("", "docker") or name in names or _may_be_default(name, project):
            continue
        mine = [(n, a) for (protocol, n), a in own.items() if protocol == router[1]]
        near = near_names(name, names.keys())
        meant = (
            mine[0] if len(mine) == 1 else (near[0], names[near[0]]) if near else mine[0] if mine else None
        )
        if meant is None:
            continue
        yield reference(
            service,
            TRAEFIK,
            runner,
            value.value,
            value.anchor,
            verdict=Verdict.CONFLICT,
            obstacle=LabelObstacle.SERVICE_UNKNOWN,
            far_end=((meant[1], f"the service that is defined is named `{meant[0]}`"),),
            instead=meant[0],
            certain=len(mine) == 1 or sole(name, near),
        )


def _own(labels: Mapping[str, tuple[Anchor, Scalar]]) -> Iterator[tuple[str, str, Anchor]]:
    for label, (anchor, _) in labels.items():
        found = _SERVICE.match(label)
        if found:
            yield found[1], found[2], anchor


def _may_be_default(name: str, project: Project) -> bool:
    """Whether it may be the name that Traefik gives a container without a service of its own."""
    return any(
        name.startswith(f"{s.lower()}-") and not list(_own(traefik_labels(project.services[s])))
        for s in project.services
    )
