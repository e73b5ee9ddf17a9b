"""Every release that the files state, whoever states it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.documents import Mapping
from upstreamlint.files.readable import Files
from upstreamlint.readers import yaml
from upstreamlint.releases.fields import text
from upstreamlint.source import Source
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.releases.release import Stated

_STATES = patterns.compile(
    r"^apiVersion:[ \t]*[\"']?(?:argoproj\.io/|helm\.toolkit\.fluxcd\.io/|kustomize\.toolkit\.fluxcd\.io/"
    r"|source\.toolkit\.fluxcd\.io/|skaffold/)|\"apiVersion\"[ \t]*:[ \t]*\"(?:argoproj\.io|[a-z]+\.toolkit)",
    re.MULTILINE,
)
_WORDS = ("argoproj.io", ".toolkit", "skaffold/")
"""One of which is in every text that the expression finds."""
_MAY_HOLD_VALUES = patterns.compile(r"^kind:[ \t]*[\"']?ConfigMap", re.MULTILINE)


def speaks(chunk: str) -> bool:
    """Whether a document may state a release, or hold what one names."""
    return any(word in chunk for word in _WORDS) and _STATES.search(chunk) is not None


def objects(sources: Iterable[Source]) -> Iterator[Mapping]:
    """The objects of files that state releases, or that those take their values from."""
    found = list(sources)
    speaking = [source for source in found if speaks(source.text)]
    flux_is_here = any("toolkit.fluxcd.io" in source.text for source in speaking)
    for source in found if flux_is_here else speaking:
        if flux_is_here or speaks(source.text):
            for document in yaml.read(source, _wanted if flux_is_here else speaks).documents:
                if isinstance(document.root, Mapping):
                    yield document.root


def _wanted(chunk: str) -> bool:
    return speaks(chunk) or _MAY_HOLD_VALUES.search(chunk) is not None


def of_objects(roots: Sequence[Mapping], files: Files) -> Iterator[Stated]:
    """The releases that objects state; they are deployed together and may name each other."""
    if not roots:
        return
    from upstreamlint.releases import argo, argo_sets, flux, skaffold

    for root in roots:
        group = text(root, "apiVersion").rpartition("/")[0]
        match group, text(root, "kind"):
            case "argoproj.io", "Application":
                yield from argo.application(root)
            case "argoproj.io", "ApplicationSet":
                yield from argo_sets.application_set(root, files)
            case flux.HELM, "HelmRelease":
                yield from flux.helm_release(root, roots)
            case flux.KUSTOMIZE, "Kustomization":
                yield from flux.kustomization(root, roots)
            case "skaffold", "Config":
                yield from skaffold.releases(root)


def of_helmfiles(sources: Iterable[Source], files: Files) -> Iterator[Stated]:
    """The releases in the helmfiles among some files."""
    for source in sources:
        if _is_helmfile(source.path) and "releases" in source.text:
            from upstreamlint.releases import helmfile

            yield from helmfile.releases(source, files)


def _is_helmfile(path: str) -> bool:
    """Whether a file is called as Helmfile looks for it."""
    folder, _, name = path.rpartition("/")
    return name.startswith("helmfile") or folder.rpartition("/")[2] == "helmfile.d"
