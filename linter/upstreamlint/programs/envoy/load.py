"""Which Envoy bootstraps exist, and which Compose service or pod reads each of them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.containers.config_maps import ConfigMaps
from upstreamlint.containers.container import Container
from upstreamlint.documents import Scalar
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.model.kubernetes import ConfigMap, Workload
from upstreamlint.programs.built_in import ENVOY, is_bootstrap
from upstreamlint.programs.envoy.model import Bootstrap, Discovery, EnvoyCluster, assignment, build
from upstreamlint.programs.reading import Found, Run
from upstreamlint.readers import yaml
from upstreamlint.source import Source
from upstreamlint.values import replace

_TOP = patterns.compile(
    r"^(?:[\"']?static_?[rR]esources[\"']?[ \t]*:|[ \t]*\{)|^[ \t]*\"static_?[rR]esources\"", re.MULTILINE
)
_DEFAULT = "/etc/envoy/envoy.yaml"


def load(run: Run) -> Found:
    """Every bootstrap with where it runs, and its clusters."""
    services = [c for c in run.containers if c.service is not None]
    found: list[object] = []
    for source in (s for s in run.sources if is_bootstrap(s.text)):
        bootstrap = _read(source)
        if bootstrap is not None:
            readers = [c for c in services if _reads(c, source.path)]
            clusters = tuple(_assigned(c, source.path, readers, run.files) for c in bootstrap.clusters)
            found.append(replace(bootstrap, places=tuple(readers), clusters=clusters))
            found.extend(clusters)
    mounted = _mounted(run.resources)
    for config_map in run.of(ConfigMap):
        for bootstrap in _embedded(config_map):
            given = mounted.get(id(config_map), [])
            places = {id(w): own[0] for w in given if len(own := _envoys(w, run)) == 1}
            pods = tuple(w for w in given if id(w) not in places)
            found.append(replace(bootstrap, places=tuple(places.values()), pods=pods))
            found.extend(bootstrap.clusters)
    return Found(resources=tuple(found))


def _envoys(workload: Workload, run: Run) -> list[Container]:
    """The containers of a workload's pods that Envoy runs in."""
    return [c for c in run.containers if c.workload is workload and ENVOY.runs_in(c)]


def _embedded(config_map: ConfigMap) -> Iterator[Bootstrap]:
    """The bootstraps in the texts of a ConfigMap."""
    for key, entry in config_map.data.items():
        text = entry.value
        if isinstance(text, Scalar) and "static_resources" in text.value:
            documents = yaml.read_block(text).documents
            found = build(documents[0]) if documents else None
            if found is not None:
                yield replace(found, key=f"{config_map.meta.name}/{key}")


def _mounted(resources: Sequence[object]) -> dict[int, list[Workload]]:
    """The workloads that mount a ConfigMap, by its identity: the one of that name that is nearest to each."""
    maps = ConfigMaps(resources)
    mounted: dict[int, list[Workload]] = {}
    for workload in (r for r in resources if isinstance(r, Workload)):
        used = {
            mount.volume
            for container in (*workload.template.containers, *workload.template.first)
            for mount in container.mounts
        }
        for name in {v.config_map.value for v in workload.template.volumes if v.name in used}:
            meant = maps(name, workload.meta.namespace, workload.meta.folder)
            if meant is not None:
                mounted.setdefault(id(meant), []).append(workload)
    return mounted


def _read(source: Source) -> Bootstrap | None:
    """The bootstrap of a file: Envoy reads its first document only."""
    documents = yaml.read(source, lambda text: _TOP.search(text) is not None).documents
    return build(documents[0]) if documents else None


def _assigned(cluster: EnvoyCluster, path: str, readers: Sequence[Container], files: Files) -> EnvoyCluster:
    """A cluster with what the file says that its endpoints are listed in."""
    wanted = cluster.eds_path
    if wanted is None or cluster.discovery is not Discovery.EDS:
        return cluster
    texts = [text for container in readers if (text := container.files.read(wanted.value)) is not None]
    beside = files.source(join(parent(path), posixpath.basename(wanted.value))) if not readers else None
    source = texts[0].source if texts else beside
    documents = yaml.read(source).documents if source is not None else []
    if not documents:
        return cluster
    given = assignment(documents[0], cluster.eds_name, guessed=not texts)
    if given is None:
        return cluster
    return replace(cluster, assignment=given, endpoints=given.endpoints or ())


def _reads(container: Container, path: str) -> bool:
    """Whether a container is started with a file: by its command, or because it is mounted there alone."""
    chosen = ENVOY.told(container)
    text = container.files.read(chosen[0] if chosen else _DEFAULT)
    if text is not None:
        return text.source.path == path
    return not chosen and any(layer.hides and layer.source == path for layer in container.files.layers)
