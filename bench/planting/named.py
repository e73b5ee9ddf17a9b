"""Places where a tool looks a name up itself, and says no when nothing has it: Compose, YAML, Kustomize, Argo CD."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from planting.kubernetes import Cluster, name_of
from planting.sites import Project, Site, at, each, text_of
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.source import Source

_ALIAS = re.compile(r"(?<=[:\-,\[{] )\*(?P<old>[A-Za-z][\w-]*)(?=\s|$|,|\])")
_KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml"})


def sites(project: Project) -> Iterator[Site]:
    cluster = Cluster(project)
    for source in project.files.values():
        yield from _aliases(source)
    for path, root in project.documents:
        if "kind" not in root and isinstance(root.get("services"), Mapping):
            yield from _compose(root)
        if posixpath.basename(path) in _KUSTOMIZATIONS:
            yield from _kustomization(path, root, project, cluster)
    for kind in ("Application", "ApplicationSet"):
        for application in cluster.by_kind[kind]:
            yield from _application(application, project, cluster)


def _aliases(source: Source) -> Iterator[Site]:
    hidden = posixpath.basename(source.path).startswith(".")
    if hidden or not source.path.endswith((".yaml", ".yml")) or "{{" in source.text:
        return
    known = frozenset(re.findall(r"(?<=[:\-] )&([A-Za-z][\w-]*)", source.text))
    for match in _ALIAS.finditer(source.text):
        if match["old"] in known:
            yield Site("yaml", "alias", source.path, match.start("old"), match["old"], known)


def _compose(root: Mapping) -> Iterator[Site]:
    services, networks = root.get("services"), root.get("networks")
    known = set(services.names()) if isinstance(services, Mapping) else set()
    joined = set(networks.names()) if isinstance(networks, Mapping) else set()
    for service in each(services) if not isinstance(services, Mapping) else (e.value for e in services):
        if not isinstance(service, Mapping):
            continue
        for kind, names in (("depends_on", known), ("networks", joined)):
            written = service.get(kind)
            scalars = [e.key for e in written] if isinstance(written, Mapping) else list(each(written))
            for scalar in scalars:
                if text_of(scalar) in names:
                    yield from at("compose", f"{kind} name", scalar, text_of(scalar), names)


def _kustomization(path: str, root: Mapping, project: Project, cluster: Cluster) -> Iterator[Site]:
    folder = posixpath.dirname(path)
    folders = {posixpath.dirname(p) for p in project.files}
    for key in ("resources", "bases", "components", "patchesStrategicMerge"):
        for entry in each(root, key):
            meant = posixpath.normpath(posixpath.join(folder, text_of(entry)))
            last = posixpath.basename(text_of(entry).rstrip("/")).partition(".")[0]
            if (meant in project.files or meant in folders) and last:
                yield from at("kustomize", "resource", entry, last)
    yield from _patches(root, folder, project, cluster)
    for made, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
        for name in each(root, made, "name"):
            if _is_asked(text_of(name), kind, cluster):
                yield from at("kustomize", f"generated {kind}", name, text_of(name), cluster.names(kind))


def _patches(root: Mapping, folder: str, project: Project, cluster: Cluster) -> Iterator[Site]:
    for patch in each(root, "patches"):
        if not isinstance(patch, Mapping):
            continue
        name, kind = patch.at("target", "name"), text_of(patch.at("target", "kind"))
        if text_of(name) in cluster.names(kind):
            yield from at("kustomize", "patch target", name, text_of(name), cluster.names(kind))
        file = posixpath.normpath(posixpath.join(folder, text_of(patch.get("path"))))
        if "target" not in patch:
            yield from _patched(file, project, cluster)
    for entry in each(root, "patchesStrategicMerge"):
        yield from _patched(posixpath.normpath(posixpath.join(folder, text_of(entry))), project, cluster)


def _patched(file: str, project: Project, cluster: Cluster) -> Iterator[Site]:
    """The name of what a patch changes, where another object of the project has it."""
    for path, root in project.objects:
        kind = text_of(root.get("kind"))
        if path == file and sum(name_of(o) == name_of(root) for o in cluster.by_kind[kind]) > 1:
            name = root.at("metadata", "name")
            yield from at("kustomize", "patched name", name, text_of(name), cluster.names(kind))


def _is_asked(name: str, kind: str, cluster: Cluster) -> bool:
    """Whether a pod of the project needs a ConfigMap or Secret of a name."""
    key = "name|secretName" if kind == "Secret" else "name"
    asked = re.compile(rf"(?:{kind[0].lower()}{kind[1:]}\w*|secret):\s+(?:{key}): *{re.escape(name)}\s")
    return any(asked.search(w.source.text[w.start : w.end + 1]) for w in cluster.workloads)


def _application(application: Mapping, project: Project, cluster: Cluster) -> Iterator[Site]:
    """What an Application of Argo CD takes out of the tree: a folder, files of values; and the project that it is in."""
    folders = {posixpath.dirname(p) for p in project.files}
    taken_names = {posixpath.basename(f) for f in folders}
    for specification in (application.get("spec"), application.at("spec", "template", "spec")):
        if not isinstance(specification, Mapping):
            continue
        of = specification.get("project")
        if text_of(of) in cluster.names("AppProject"):
            yield from at("argo cd", "project", of, text_of(of), cluster.names("AppProject"))
        for source in (specification.get("source"), *each(specification, "sources")):
            path = source.get("path") if isinstance(source, Mapping) else None
            taken = text_of(path).strip("/")
            if taken in folders and isinstance(path, Scalar) and isinstance(source, Mapping):
                yield from at("argo cd", "path", path, posixpath.basename(taken), taken_names)
                for file in each(source, "helm", "valueFiles"):
                    if posixpath.normpath(posixpath.join(taken, text_of(file))) in project.files:
                        stem = posixpath.basename(text_of(file)).partition(".")[0]
                        yield from at("argo cd", "values file", file, stem)
