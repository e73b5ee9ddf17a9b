"""Skaffold: `deploy.helm.releases` and `manifests.helm.releases`, of the configuration and of each profile."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping
from upstreamlint.releases.argo_sets import flat
from upstreamlint.releases.fields import place, text
from upstreamlint.releases.release import Stated, Values, ValuesFile, of_node
from upstreamlint.releases.templates import filled

API = "skaffold/"


def releases(root: Mapping) -> Iterator[Stated]:
    """The releases of charts that lie beside a configuration of Skaffold."""
    for part in (root, *root.mappings("profiles")):
        for section in ("deploy", "manifests"):
            helm = part.at(section, "helm")
            for item in helm.mappings("releases") if isinstance(helm, Mapping) else ():
                if text(item, "chartPath"):
                    yield _release(item)


def _release(item: Mapping) -> Stated:
    name = filled(text(item, "name"), {})
    inline = item.mapping("overrides")
    values: list[Values | ValuesFile] = [
        ValuesFile(filled(s.value, {}), from_root=True) for s in item.scalars("valuesFiles")
    ]
    own = item.mapping("setValues")
    return Stated(
        title=f"Skaffold release {name}",
        said=place(item, "name"),
        path=text(item, "chartPath"),
        name=name,
        namespace=filled(text(item, "namespace"), {}),
        values=(*values, *([of_node(inline)] if inline is not None else ())),
        set=tuple(f"{key}={value}" for key, value in flat(own)) if own is not None else (),
    )
