"""The labels of caddy-docker-proxy: each makes a line of a Caddyfile, `{{upstreams}}` the container's own address.

After caddyfile/fromlabels.go and generator/labels.go of lucaslorentz/caddy-docker-proxy: a label without dots is a
site, numbers before and behind a directive's name only order it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Caller, Dial, Protocol, Tls
from upstreamlint.facets.hop import judge
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Reference
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.numerals import decimal
from upstreamlint.programs.caddy.address import upstreams
from upstreamlint.programs.labels import dialled
from upstreamlint.programs.labels.proxies import Runner
from upstreamlint.programs.labels.table import CADDY
from upstreamlint.readers.compose.tree import is_unknown, part

_REVERSE_PROXY = patterns.compile(
    r"(?P<site>caddy(?:_\d+)?)\.(?:(?P<around>.*)\.)?(?:\d+_)?reverse_proxy(?:_\d+)?\Z"
)
_BLOCK = patterns.compile(r"(?:\d+_)?(?:handle|handle_path|route)(?:_\d+)?\Z")
_UPSTREAMS = patterns.compile(
    r"\{\{-?\s*upstreams(?:\s+\"?(?P<scheme>https?|h2c)\"?)?(?:\s+(?P<port>\d+))?\s*-?\}\}"
)
_WORD = patterns.compile(r"\S+")


def link(
    index: Index, service: ComposeService, project: Project, runner: Runner | None
) -> Iterator[Route | Edge | Reference]:
    """The routes of a service's labels, with what is dialled for each."""
    for name, entry in service.labels.items():
        found = _REVERSE_PROXY.match(name)
        if found is None or not isinstance(entry.value, Scalar) or is_unknown(entry.value):
            continue
        site = service.labels.get(found["site"])
        host = site.value.value if site is not None and isinstance(site.value, Scalar) else "*"
        path = _path(service, name, entry.value.value)
        route = Route("site", service, host, path, entry.key.anchor, name)
        yield route
        own = _UPSTREAMS.search(entry.value.value)
        if own is not None:
            yield Edge(route, service, entry.value.anchor, f"{CADDY} sends it to `{service.name}`")
            yield from _own(index, service, project, runner, entry.value, own, name)
        elif runner is not None and "{{" not in entry.value.value:
            yield from _elsewhere(index, runner, route, entry.value)


def _path(service: ComposeService, name: str, value: str) -> str:
    """The path that a proxy takes: its own matcher, or that of a block around it."""
    parts = name.split(".")
    texts = [value]
    for end in range(len(parts) - 1, 1, -1):
        around = service.labels.get(".".join(parts[:end]))
        if _BLOCK.match(parts[end - 1]) and around is not None and isinstance(around.value, Scalar):
            texts.append(around.value.value)
    return next((text.split()[0] for text in texts if text.startswith("/")), "/")


def _own(
    index: Index,
    service: ComposeService,
    project: Project,
    runner: Runner | None,
    value: Scalar,
    own: re.Match[str],
    name: str,
) -> Iterator[Reference]:
    """The port of `{{upstreams PORT}}`."""
    number = decimal(own["port"] or "")
    if number is None or not project.settles(service):
        return
    port = part(value, *own.span("port"))
    how = dialled.by_scheme(own["scheme"] or "")
    yield from dialled.port(
        index, service, project, CADDY, runner, port.anchor, number, frozenset({name.lower()}), how
    )


def _elsewhere(index: Index, runner: Runner, route: Route, value: Scalar) -> Iterator[Edge | Reference]:
    """Upstreams that are written out: they are looked up from where the proxy runs."""
    words = [part(value, *found.span()) for found in _WORD.finditer(value.value)]
    targets = [w for w in words if not w.value.startswith(("/", "@", "*"))]
    for target in (u for w in targets for u in upstreams(w, lambda _: None)):
        if target.fault or not target.known or target.network or not target.host:
            continue
        alone = not runner.service.build and _answers_none(index, runner, target.port)
        caller = Caller(
            program=CADDY, service=runner.service, project=runner.project, alone=alone, complete=alone
        )
        yield from judge(
            index,
            Dial(
                caller=caller,
                owner=route,
                route=route,
                host=target.host,
                host_anchor=target.host_anchor,
                port=target.port,
                port_anchor=target.port_anchor,
                defaulted=target.defaulted,
                share=1 / len(targets),
                protocol=Protocol.HTTP2 if target.scheme == "h2c" else Protocol.HTTP1,
                tls=Tls(sni=target.host, verifies=True) if target.scheme == "https" else None,
            ),
        )


def _answers_none(index: Index, runner: Runner, port: int | None) -> bool:
    """Whether no site that Caddy is told of may be at a port: its own ones are those of labels without a Caddyfile."""
    if _CADDYFILE in runner.service.environment or port in _OWN:
        return False
    sites = (
        entry.value.value
        for project in index.of(Project)
        for service in project.services.values()
        for name, entry in service.labels.items()
        if "." not in name and isinstance(entry.value, Scalar)
    )
    return not any(f":{port}" in site or "$" in site for site in sites)


_CADDYFILE = "CADDY_DOCKER_CADDYFILE_PATH"
_OWN = frozenset({80, 443, 2019})
