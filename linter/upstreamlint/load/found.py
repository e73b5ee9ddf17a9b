"""What Compose files, nginx and Envoy configurations bring. Their readers are imported when a file looks like one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

from upstreamlint.config import Config
from upstreamlint.containers.container import Container
from upstreamlint.documents import Scalar
from upstreamlint.files import Files
from upstreamlint.graph.problems import Problem
from upstreamlint.graph.technology import technology
from upstreamlint.model.kubernetes import ConfigMap, Workload
from upstreamlint.programs.forwarding import Forwarder
from upstreamlint.result import Skipped
from upstreamlint.source import Source
from upstreamlint.values import frozen


@frozen(kw_only=True)
class Composed:
    """The Compose projects of a tree and their services.

    `paths` are the files that belong to them, and to no other technology.
    """

    resources: tuple[object, ...] = ()
    problems: tuple[Problem, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    paths: frozenset[str] = frozenset()


@frozen(kw_only=True)
class Proxies:
    """Every nginx and tunnel connector, what is wrong with the texts, and the files that they were read from."""

    resources: tuple[object, ...] = ()
    problems: tuple[Problem, ...] = ()
    sources: tuple[Source, ...] = ()


def composed_of(sources: Sequence[Source], files: Files) -> Composed:
    """The Compose projects among YAML files."""
    candidates = [s.path for s in sources if "services" in s.text or "compose" in s.path]
    if not candidates:
        return Composed()
    from upstreamlint.load.compose import composed

    return composed(candidates, files)


def proxies_of(resources: Sequence[object], paths: Sequence[str], files: Files, config: Config) -> Proxies:
    """Every proxy: nginx of these files, and what runs in Compose services and in pods with a ConfigMap."""
    found = Proxies()
    if paths or any(map(_may_hold_nginx, resources)):
        from upstreamlint.programs.nginx.load import proxies

        found = proxies(resources, paths, files, config)
    if any(map(_may_be_connector, resources)):
        from upstreamlint.programs.connectors.load import connectors

        read = tuple(connectors(resources))
        found = replace(
            found,
            resources=(*found.resources, *read),
            sources=(*found.sources, *{c.anchor.source.path: c.anchor.source for c in read}.values()),
        )
    forwarders = _forwarders(resources)
    texts = {f.source.path: f.source for one in forwarders for f in one.fragments}
    return replace(
        found,
        resources=(*found.resources, *forwarders),
        sources=(*found.sources, *texts.values()),
    )


_FORWARDERS = (
    ("caddy", re.compile(r"caddy|frankenphp", re.IGNORECASE)),
    ("haproxy", re.compile("haproxy", re.IGNORECASE)),
)
"""Programs, and what is in the image, the command or a path of each container that runs one."""


def _forwarders(resources: Sequence[object]) -> tuple[Forwarder, ...]:
    """What forwards requests in containers, program by program; one that nothing speaks of is not imported."""
    every = [r for r in resources if isinstance(r, Container)]
    found: list[Forwarder] = []
    for program, mark in _FORWARDERS:
        marked = [c for c in every if _is_marked(c, mark)]
        if marked:
            module = import_module(f"upstreamlint.programs.{program}.run")
            found.extend(module.forwarders(marked))
    return tuple(found)


def _is_marked(container: Container, mark: re.Pattern[str]) -> bool:
    image = container.image.value if container.image is not None else ""
    paths = (layer.target for layer in container.files.layers)
    return any(mark.search(text) for text in (image, *(w.value for w in container.words), *paths))


_WORDS = ("_pass", "listen", "upstream")


def _may_hold_nginx(resource: object) -> bool:
    if not isinstance(resource, ConfigMap):
        return technology(type(resource)) == "compose"
    texts = (entry.value.value for entry in resource.data.values() if isinstance(entry.value, Scalar))
    return any(word in text for text in texts for word in _WORDS)


_CONNECTORS = re.compile(r"cloudflared|tailscale|pomerium|traefik|teleport")


def _may_be_connector(resource: object) -> bool:
    if isinstance(resource, Workload):
        images = (c.image.value for c in resource.containers if c.image is not None)
        return any(_CONNECTORS.search(image) for image in images)
    return technology(type(resource)) == "compose"


def bootstraps_of(sources: Sequence[Source], resources: Sequence[object], files: Files) -> tuple[object, ...]:
    """Every Envoy bootstrap among YAML files and in ConfigMaps, with its clusters."""
    candidates = [s for s in sources if "static_resources" in s.text or "staticResources" in s.text]
    if not candidates and not any(map(_holds_envoy, resources)):
        return ()
    from upstreamlint.programs.envoy.load import bootstraps

    return bootstraps(candidates, resources, files)


def _holds_envoy(resource: object) -> bool:
    return isinstance(resource, ConfigMap) and any(
        "static_resources" in entry.value.value
        for entry in resource.data.values()
        if isinstance(entry.value, Scalar)
    )
