"""Labels and variables to routes: what Traefik, nginx-proxy and their like will dial, and what keeps them from it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.graph.compose.references import LabelRoute
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Reference
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.programs.labels import caddy, networks, origins, ports, services
from upstreamlint.programs.labels.proxies import Runner, by_address, runner_for, runners, traefik_labels
from upstreamlint.programs.labels.table import CADDY, NGINX_PROXY, TRAEFIK, LabelProxy
from upstreamlint.source import Anchor

Link = Route | Edge | Reference

_RULE = patterns.compile(
    r"traefik\.(?:http|tcp)\.routers\.([^.]+)\.rule\Z|traefik\.(?:(\w+)\.)?frontend\.rule\Z"
)


def link(index: Index) -> Iterator[Link]:
    """The routes that labels make, with what they came to."""
    projects = index.of(Project)
    known = runners(projects)
    defined = services.defined(projects)
    for project in projects:
        for service in project.services.values():
            runs = next((r for r in known if r.service is service), None)
            if any(name.startswith("caddy") for name in service.labels):
                yield from caddy.link(
                    index, service, project, runs or runner_for(service, project, CADDY, known)
                )
            if runs is not None:
                continue
            labels = traefik_labels(service)
            if labels:
                yield from _traefik(index, service, project, labels, known)
                runner = runner_for(service, project, TRAEFIK, known)
                yield from services.traefik(service, project, labels, runner, defined)
            asked = by_address(service)
            if asked is not None:
                yield from _by_address(index, service, project, *asked, known)
            yield from origins.link(index, service, project, known)


def _traefik(
    index: Index,
    service: ComposeService,
    project: Project,
    labels: dict[str, tuple[Anchor, Scalar]],
    known: list[Runner],
) -> Iterator[Link]:
    if any(
        value.value.endswith("@internal") for name, (_, value) in labels.items() if name.endswith(".service")
    ):
        return
    rules = [(name, *found) for name, found in labels.items() if _RULE.match(name)]
    for name, anchor, rule in rules:
        hosts = re.findall(r"Host(?:SNI|Regexp)?\s*[(:]\s*[`\"']?([^`\"')]+)", rule.value)
        paths = re.findall(r"Path(?:Prefix)?\s*[(:]\s*[`\"']?([^`\"')]+)", rule.value)
        route = Route("router", service, ", ".join(hosts) or "*", ", ".join(paths) or "/", anchor, name)
        yield route
        yield Edge(route, service, rule.anchor, f"Traefik sends it to `{service.name}`")
    first = next(iter(labels.values()))[0]
    runner = runner_for(service, project, TRAEFIK, known)
    yield from ports.traefik(index, service, project, labels, runner)
    yield from networks.traefik(service, project, labels, runner)
    yield _fine(service, TRAEFIK, runner, first)


def _by_address(
    index: Index,
    service: ComposeService,
    project: Project,
    row: LabelProxy,
    anchor: Anchor,
    known: list[Runner],
) -> Iterator[Link]:
    proxy = row.name
    runner = runner_for(service, project, proxy, known)
    if proxy == NGINX_PROXY:
        host = service.environment["VIRTUAL_HOST"]
        path = service.environment.get("VIRTUAL_PATH")
        route = Route(
            "virtual host", service, host.value, path.value if path else "/", host.anchor, "VIRTUAL_HOST"
        )
        yield route
        yield Edge(route, service, host.anchor, f"nginx-proxy sends it to `{service.name}`")
        yield from ports.nginx_proxy(index, service, project, runner)
    yield _fine(service, proxy, runner, anchor)
    yield from ports.labelled(index, service, project, row, runner)
    if not row.remote:
        yield from networks.by_address(service, project, row, anchor, runner)


def _fine(service: ComposeService, proxy: str, runner: Runner | None, anchor: Anchor) -> LabelRoute:
    return ports.reference(service, proxy, runner, service.name.value, anchor)
