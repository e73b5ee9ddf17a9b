"""Paths to resources: what is read, as what, and what is passed over. One module a technology."""

from __future__ import annotations

from dataclasses import replace

from upstreamlint.config import Config
from upstreamlint.discover import Discovery, why_unread
from upstreamlint.documents import Document
from upstreamlint.files import Files
from upstreamlint.graph.problems import Problem
from upstreamlint.kinds import Kind
from upstreamlint.load import charts, manifests, nginx, rendered
from upstreamlint.load.compose import compose
from upstreamlint.load.rendered import Scope
from upstreamlint.load.scopes import Part, parts
from upstreamlint.model import manifest
from upstreamlint.readers import kustomize
from upstreamlint.result import Skipped
from upstreamlint.source import Source
from upstreamlint.values import frozen


@frozen(kw_only=True)
class Loaded:
    """Everything that was read.

    `closed` are folders whose set of files is known to be whole; `sources` the files that were read, for
    the comments in them. `scopes` are what was rendered; nothing of it is in `resources`.
    """

    resources: tuple[object, ...]
    problems: tuple[Problem, ...]
    skipped: tuple[Skipped, ...]
    closed: tuple[str, ...]
    sources: tuple[Source, ...]
    scopes: tuple[Scope, ...] = ()


def load(found: Discovery, files: Files, config: Config, stdin: str | None = None) -> Loaded:
    """Read and model every file that was discovered, and a YAML stream beside them."""
    unread: list[Skipped] = []
    sources: list[Source] = []
    for path, kind in found.files:
        if kind is not Kind.YAML:
            continue
        source = files.source(path)
        if source is None:
            unread.append(Skipped(path, why_unread(path)))
        else:
            sources.append(source)
    roots = [s for s in sources if kustomize.is_kustomization(s.path)]
    built = rendered.kustomizations([s.path for s in roots], files, config)
    released = charts.charts(found.charts, files, config)
    skipped = [*charts.still_skipped(found.skipped, released.taken), *unread, *built.skipped, *released.skipped]
    layout = kustomize.layout(
        [k for s in roots if s.path not in built.taken and (k := kustomize.kustomization(s))],
        files,
        [s.path for s in sources],
    )
    streamed = list(charts.stream(stdin, found.charts, files, config)) if stdin is not None else []
    sources.extend(part for part in streamed if isinstance(part, Source))
    composed = compose([path for path, _ in found.files], files)
    skipped.extend(composed.skipped)
    resources: list[object] = [*composed.resources]
    problems: list[Problem] = [*composed.problems]
    elsewhere = layout.fragments | composed.paths | built.taken
    for source in sources:
        if source.path in elsewhere or kustomize.is_kustomization(source.path):
            continue
        namespace = layout.namespaces.get(source.path, config.namespace)
        for item in manifests.resources(source, namespace):
            if isinstance(item, Problem):
                problems.append(item)
            else:
                resources.append(_patched(item, layout))
    documents = [part for part in streamed if isinstance(part, Document)]
    resources.extend(r for d in documents for r in manifest.build(d, ".", config.namespace))
    configured = [p for p, k in found.files if k is Kind.NGINX and p not in built.taken]
    proxies = list(nginx.instances(resources, configured, files, config))
    resources.extend(proxies)
    resources.extend(upstream for proxy in proxies for upstream in proxy.config.upstreams)
    problems.extend(nginx.problems(proxies))
    sources.extend(nginx.sources(proxies))
    named = {scope.name for scope in built.scopes}
    of_charts = (replace(s, name=f"{s.name} (chart)") if s.name in named else s for s in released.scopes)
    scopes = (*built.scopes, *of_charts)
    made_from = [*(d.source for d in documents), *(s for scope in scopes for s in scope.sources)]
    known = {source.path for source in sources}
    sources.extend({s.path: s for s in made_from if s.path not in known}.values())
    *apart, rest = parts(resources, problems, config, found.projects)
    scopes = (*scopes, *(_plain(part) for part in apart))
    return Loaded(
        resources=rest.resources,
        problems=rest.problems,
        skipped=tuple(skipped),
        closed=layout.closed,
        sources=tuple(sources),
        scopes=scopes,
    )


def _plain(part: Part) -> Scope:
    """A part of the plain files as a scope; only a declared one is deployed as a whole."""
    return Scope(
        name=part.name,
        folder=part.name,
        resources=part.resources,
        files=part.files,
        closed=False,
        whole=part.declared,
        problems=part.problems,
    )


def _patched(resource: manifest.Resource, layout: kustomize.Layout) -> manifest.Resource:
    meta = resource.meta
    if layout.patched and layout.touches(meta.anchor.source.path, meta.kind, meta.name.value):
        return replace(resource, meta=replace(meta, patched=True))
    return resource
