"""Argo CD: an Application says where its manifests, kustomization or chart is, and in which namespace it goes.

Values are laid over each other as Argo CD does: parameters over `valuesObject` over `values` over `valueFiles`. The
namespace is for objects that name none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.releases.fields import place, repository, text
from upstreamlint.releases.release import NOTHING_OVER, Over, Stated, Values, ValuesFile
from upstreamlint.releases.written import written
from upstreamlint.render.within import within
from upstreamlint.source import Anchor
from upstreamlint.typed import TypeAlias

Fill: TypeAlias = Callable[[str], str]


def application(root: Mapping) -> Iterator[Stated]:
    """The releases of an Application: one for each of its sources that has a path."""
    spec, name = root.mapping("spec"), text(root, "metadata", "name")
    if spec is not None:
        yield from of_spec(spec, name, f"Application {name}", place(root, "metadata", "name"), _as_it_is)


def of_spec(spec: Mapping, name: str, title: str, said: Anchor, fill: Fill) -> Iterator[Stated]:
    """The releases that the specification of an Application states; `fill` replaces what a template leaves open."""
    one = spec.mapping("source")
    sources = spec.mappings("sources") or ([one] if one is not None else [])
    named = {text(s, "ref"): repository(fill(text(s, "repoURL"))) for s in sources if text(s, "ref")}
    namespace = fill(text(spec, "destination", "namespace"))
    own_paths = [s for s in sources if fill(text(s, "path")) and "plugin" not in s and not text(s, "chart")]
    foreign = any(s not in own_paths and not text(s, "ref") for s in sources)
    for source in own_paths:
        path = fill(text(source, "path"))
        own = repository(fill(text(source, "repoURL")))
        helm = source.mapping("helm")
        yield Stated(
            title=title,
            said=said,
            path=path,
            repository=own,
            name=fill(text(helm, "releaseName")) or name,
            namespace=fill(text(helm, "namespace")) or namespace,
            values=tuple(_values(helm, own, named, fill)) if helm is not None else (),
            set=tuple(_parameters(helm, fill)) if helm is not None else (),
            over=_over(source.mapping("kustomize"), fill),
            open=foreign,
            written=_plain(source.scalar("path"), path),
        )


def _plain(scalar: Scalar | None, filled: str) -> Scalar | None:
    """Where a text stands, if nothing is filled in there."""
    return scalar if scalar is not None and scalar.value == filled else None


def _as_it_is(written_text: str) -> str:
    return written_text


def _values(helm: Mapping, own: str, named: dict[str, str], fill: Fill) -> Iterator[Values | ValuesFile]:
    optional = text(helm, "ignoreMissingValueFiles") == "true"
    for scalar in helm.scalars("valueFiles"):
        path = fill(scalar.value)
        if not path.startswith("$"):
            yield ValuesFile(path, optional=optional, written=_plain(scalar, path))
            continue
        ref, _, below = path[1:].partition("/")
        # A file of another repository is none of ours, whatever is called the same here.
        elsewhere = named.get(ref, own) != own
        yield ValuesFile(f"{named[ref]}://{below}" if elsewhere else below, from_root=True, optional=optional)
    inline = helm.get("values")
    if isinstance(inline, Scalar):
        yield Values(fill(inline.value), roots=tuple(within(inline)))
    whole = helm.get("valuesObject")
    if whole is not None:
        yield Values(fill(written(whole)), roots=(whole,))


def _parameters(helm: Mapping, fill: Fill) -> Iterator[str]:
    for item in helm.mappings("parameters"):
        name, value = text(item, "name"), fill(text(item, "value"))
        if name:
            yield f"{name}={value.replace(',', chr(92) + ',')}"


def _over(kustomize: Mapping | None, fill: Fill) -> Over:
    if kustomize is None:
        return NOTHING_OVER
    return Over(
        namespace=fill(text(kustomize, "namespace")),
        prefix=fill(text(kustomize, "namePrefix")),
        suffix=fill(text(kustomize, "nameSuffix")),
        patches=tuple(patches(kustomize)),
    )


def patches(root: Mapping) -> Iterator[str]:
    """The inline patches of a list, as items of a kustomization's `patches`."""
    for item in root.mappings("patches"):
        patch, target = item.scalar("patch"), item.mapping("target")
        chosen = {e.key.value: e.value.value for e in target or () if isinstance(e.value, Scalar)}
        if patch is not None:
            yield json.dumps({"patch": patch.value, **({"target": chosen} if chosen else {})})
