"""Flux: a HelmRelease puts a chart of a source onto the cluster, a Kustomization a folder of one.

What is not told here is who the source is: a GitRepository that another repository defines is known by its name alone.
The order in which values are laid over each other is Flux's: the chart's files, `valuesFrom`, `values`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.releases.argo import patches
from upstreamlint.releases.argo_sets import flat
from upstreamlint.releases.fields import place, repository, text
from upstreamlint.releases.release import Over, Stated, Values, ValuesFile, of_node
from upstreamlint.render.within import within

HELM = "helm.toolkit.fluxcd.io"
KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
SOURCE = "source.toolkit.fluxcd.io"

_HOLDS_FILES = frozenset({"GitRepository", "OCIRepository", "Bucket"})


def helm_release(root: Mapping, beside: Iterable[Mapping]) -> Iterator[Stated]:
    """The release of a HelmRelease whose chart is in a repository; `beside` are the objects that it may name."""
    known = list(beside)
    spec, name, own = (
        root.mapping("spec"),
        text(root, "metadata", "name"),
        text(root, "metadata", "namespace"),
    )
    chart = spec.at("chart", "spec") if spec is not None else None
    if spec is None or not isinstance(chart, Mapping):
        return
    source = _source(chart, own, known)
    if source is None:
        return
    target = text(spec, "targetNamespace")
    paths = [s.value for s in chart.scalars("valuesFiles")] or list(filter(None, [text(chart, "valuesFile")]))
    values: list[Values | ValuesFile] = [ValuesFile(path, from_root=True) for path in paths]
    named, doubt = _values_from(spec, own, known)
    inline = spec.get("values")
    if "postRenderers" in spec:
        doubt = "its post-renderers change what the chart prints"
    elif paths and not any(path.endswith("values.yaml") for path in paths):
        doubt = "its values files replace those of the chart"
    yield Stated(
        title=f"HelmRelease {own}/{name}" if own else f"HelmRelease {name}",
        said=place(root, "metadata", "name"),
        path=text(chart, "chart"),
        written=chart.scalar("chart"),
        repository=source,
        name=text(spec, "releaseName") or (f"{target}-{name}" if target else name),
        namespace=target or own,
        values=(*values, *named, *([of_node(inline)] if inline is not None else ())),
        doubt=doubt,
    )


def kustomization(root: Mapping, beside: Iterable[Mapping]) -> Iterator[Stated]:
    """The release of a Kustomization of Flux."""
    known = list(beside)
    spec, name, own = (
        root.mapping("spec"),
        text(root, "metadata", "name"),
        text(root, "metadata", "namespace"),
    )
    source = _source(spec, own, known) if spec is not None else None
    if spec is None or source is None:
        return
    replaced = spec.at("postBuild", "substitute")
    variables = dict(flat(replaced)) if isinstance(replaced, Mapping) else {}
    for item in _items(spec, "postBuild", "substituteFrom"):
        found = _config_map(item, own, known)
        data = found.mapping("data") if found is not None else None
        variables = (dict(flat(data)) if data is not None else {}) | variables
    yield Stated(
        title=f"Kustomization {own}/{name}" if own else f"Kustomization {name}",
        said=place(root, "metadata", "name"),
        path=text(spec, "path") or ".",
        written=spec.scalar("path"),
        repository=source,
        over=Over(
            namespace=text(spec, "targetNamespace"),
            prefix=text(spec, "namePrefix"),
            suffix=text(spec, "nameSuffix"),
            patches=tuple(patches(spec)),
            variables=tuple(sorted(variables.items())),
        ),
        doubt="it adds components" if "components" in spec else "",
    )


def _source(spec: Mapping, namespace: str, known: Iterable[Mapping]) -> str | None:
    """What tells the repository apart that a source holds; nothing for one that holds packed charts."""
    kind, name = text(spec, "sourceRef", "kind"), text(spec, "sourceRef", "name")
    if kind not in _HOLDS_FILES:
        return None
    space = text(spec, "sourceRef", "namespace") or namespace
    for root in known:
        if (text(root, "kind"), text(root, "metadata", "name")) == (kind, name):
            url = text(root, "spec", "url")
            if url and text(root, "metadata", "namespace") in (space, ""):
                return repository(url)
    return f"{kind} {name}"


def _values_from(spec: Mapping, namespace: str, known: Iterable[Mapping]) -> tuple[list[Values], str]:
    """The values in ConfigMaps, or why not all are known. Those in Secrets are passwords, which wire nothing."""
    found: list[Values] = []
    for item in spec.mappings("valuesFrom"):
        if text(item, "kind") == "Secret":
            continue
        holder = _config_map(item, namespace, known)
        data = holder.mapping("data") if holder is not None else None
        value = data.get(text(item, "valuesKey") or "values.yaml") if data is not None else None
        if not isinstance(value, Scalar) or text(item, "targetPath"):
            if text(item, "optional") != "true":
                return [], f"its values in ConfigMap `{text(item, 'name')}` are not known"
            continue
        found.append(Values(value.value, roots=tuple(within(value))))
    return found, ""


def _items(spec: Mapping, *path: str) -> list[Mapping]:
    *above, last = path
    holder = spec.at(*above)
    return holder.mappings(last) if isinstance(holder, Mapping) else []


def _config_map(item: Mapping, namespace: str, known: Iterable[Mapping]) -> Mapping | None:
    named = ("ConfigMap", text(item, "name"))
    spaces = ("", namespace)
    for root in known:
        space = text(root, "metadata", "namespace")
        if (text(root, "kind"), text(root, "metadata", "name")) == named and (
            not namespace or space in spaces
        ):
            return root
    return None
