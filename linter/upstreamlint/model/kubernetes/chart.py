"""Charts of public repositories that objects put onto the cluster: which one, under which name, with which values.

What such a chart makes is not among the files; `charted.json` says it of some. Where an object takes values from
elsewhere, nobody knows them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta
from upstreamlint.values import entity

_FLUX, _ARGO, _K3S = "helm.toolkit.fluxcd.io", "argoproj.io", "helm.cattle.io"
_OPEN = ("{{", "$(", "${")
"""What something fills in."""


@entity
class ChartRelease(KubernetesObject):
    """A release of a chart; `origin` is what names its repository, `values` are laid over each other in their order."""

    chart: Scalar
    origin: str
    version: str
    release: str
    namespace: str
    values: tuple[Mapping, ...]

    def value(self, path: str) -> Node | None:
        """What is given for a path of keys, joined with dots; nothing where that is the chart's own affair."""
        found = (values.at(*path.split(".")) for values in reversed(self.values))
        return next((node for node in found if node is not None), None)

    def text(self, path: str) -> str:
        """The same where it is a scalar, empty where none is."""
        node = self.value(path)
        return node.value if isinstance(node, Scalar) else ""


def releases(meta: Meta, root: Mapping) -> Iterator[ChartRelease]:
    """The charts of repositories that an object installs, those whose values it tells itself."""
    spec = root.mapping("spec")
    if spec is None:
        return
    if (meta.group, meta.kind) == (_FLUX, "HelmRelease"):
        found = _flux(meta, spec)
    elif (meta.group, meta.kind) == (_ARGO, "Application"):
        found = _argo(meta, spec)
    elif (meta.group, meta.kind) == (_K3S, "HelmChart"):
        found = _k3s(meta, spec)
    else:
        return
    for one in found:
        texts = (one.chart.value, one.release, one.namespace)
        if not any(word in text for text in texts for word in _OPEN):
            yield one


def _flux(meta: Meta, spec: Mapping) -> Iterator[ChartRelease]:
    chart = spec.at("chart", "spec")
    if not isinstance(chart, Mapping) or "valuesFrom" in spec or "postRenderers" in spec:
        return
    name, source = chart.scalar("chart"), chart.mapping("sourceRef")
    if name is None or source is None or _text(source, "kind") != "HelmRepository" or "valuesFiles" in chart:
        return
    target = _text(spec, "targetNamespace")
    values = spec.mapping("values")
    yield ChartRelease(
        meta,
        name,
        _text(source, "name"),
        _text(chart, "version"),
        _text(spec, "releaseName") or (f"{target}-{meta.name}" if target else meta.name.value),
        target or meta.namespace,
        (values,) if values is not None else (),
    )


def _argo(meta: Meta, spec: Mapping) -> Iterator[ChartRelease]:
    one = spec.mapping("source")
    for source in [one] if one is not None else spec.mappings("sources"):
        name, helm = source.scalar("chart"), source.mapping("helm")
        if name is None or (helm is not None and ("valueFiles" in helm or "parameters" in helm)):
            continue
        written = helm.scalar("values") if helm is not None else None
        stated = helm.mapping("valuesObject") if helm is not None else None
        destination = spec.mapping("destination")
        yield ChartRelease(
            meta,
            name,
            _text(source, "repoURL"),
            _text(source, "targetRevision"),
            (_text(helm, "releaseName") if helm is not None else "") or meta.name.value,
            _text(destination, "namespace") if destination is not None else "",
            (*_inside(written), *([stated] if stated is not None else ())),
        )


def _k3s(meta: Meta, spec: Mapping) -> Iterator[ChartRelease]:
    name = spec.scalar("chart")
    if name is None or "set" in spec:
        return
    repository, _, chart = name.value.rpartition("/")
    yield ChartRelease(
        meta,
        name._replace(value=chart),
        _text(spec, "repo") or repository,
        _text(spec, "version"),
        meta.name.value,
        _text(spec, "targetNamespace") or meta.namespace,
        (*_inside(spec.scalar("valuesContent")),),
    )


def _inside(written: Scalar | None) -> Sequence[Mapping]:
    from upstreamlint.render.within import within

    return [node for node in within(written) if isinstance(node, Mapping)] if written is not None else []


def _text(node: Mapping, key: str) -> str:
    found = node.scalar(key)
    return found.value if found is not None else ""
