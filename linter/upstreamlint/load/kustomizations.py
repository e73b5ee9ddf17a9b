"""Kustomizations to scopes of resources, where a renderer is at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from upstreamlint import patterns
from upstreamlint.documents import Mapping
from upstreamlint.files.readable import DiskFiles, Files
from upstreamlint.load import manifests
from upstreamlint.load.rendered import Rendered, Scope, objects, scope
from upstreamlint.releases.release import Over, Release
from upstreamlint.releases.stated import speaks
from upstreamlint.run.result import Skipped
from upstreamlint.settings.config import Config
from upstreamlint.values import replace

if TYPE_CHECKING:
    from upstreamlint.render import kustomize
    from upstreamlint.render.kustomize import Built
    from upstreamlint.render.objects import Originals
    from upstreamlint.render.reach import Reach

NO_RENDERER = "kustomization not built, since neither `kubectl` nor `kustomize` is at hand: `pip install 'upstreamlint[render]'`"

_VARIABLE = patterns.compile(r"\$\{([A-Za-z_]\w*)(?::?[-=][^{}]*)?\}")


def roots(paths: list[str], files: Files) -> list[Release]:
    """The outermost of these kustomizations, each as it is built by itself."""
    from upstreamlint.render.reach import outermost

    return [Release(folder=reach.folder, title=reach.folder) for reach in outermost(paths, files)]


def build(releases: Sequence[Release], files: DiskFiles, config: Config) -> Rendered:
    """Build the kustomizations in the folders of releases."""
    if not releases:
        return Rendered()
    from upstreamlint.render import kustomize
    from upstreamlint.render.objects import Originals
    from upstreamlint.render.reach import kustomization_in, reach

    reached = [(one, reach(path, files)) for one in releases if (path := kustomization_in(one.folder, files))]
    skipped = [
        Skipped(r.path, f"kustomization not built: {r.refusal}", needed=True) for _, r in reached if r.refusal
    ]
    wanted = [(one, r) for one, r in reached if not r.refusal]
    program = kustomize.command() if wanted else None
    if program is None:
        return Rendered(skipped=(*skipped, *(Skipped(r.path, NO_RENDERER, needed=True) for _, r in wanted)))
    originals = Originals(files, _wanted)
    scopes = []
    taken: set[str] = set()
    for (one, reach_of), built in zip(wanted, _built(program, wanted, files, config), strict=True):
        if built.error:
            skipped.append(
                Skipped(reach_of.path, f"kustomization does not build: {built.error}", needed=True)
            )
            continue
        scopes.append(_scope(one, reach_of, built, originals, config))
        taken |= reach_of.files
    return Rendered(scopes=tuple(scopes), taken=frozenset(taken), skipped=tuple(dict.fromkeys(skipped)))


def _wanted(text: str) -> bool:
    return manifests.wanted_of_render(text) or speaks(text)


def _scope(one: Release, reach: Reach, built: Built, originals: Originals, config: Config) -> Scope:
    from upstreamlint.render.objects import objects as placed

    resources: list[object] = []
    states: list[Mapping] = []
    text = _substituted(built.text, dict(one.over.variables))
    for document in placed(built._replace(text=text), reach, originals):
        resources.extend(objects(document, one, config))
        if isinstance(document.root, Mapping):
            states.append(document.root)
    made = scope(reach.folder, resources, reach.files, originals.files, config, closed=True)
    return replace(made, name=one.title, states=tuple(states), release=one)


def _substituted(text: str, variables: dict[str, str]) -> str:
    """What was built with the variables that are known; others are for somebody else to fill in."""
    if not variables:
        return text
    return _VARIABLE.sub(lambda found: variables.get(found[1], found[0]), text)


def _built(
    program: list[str], wanted: Sequence[tuple[Release, Reach]], files: DiskFiles, config: Config
) -> list[Built]:
    """Build roots, but for those that an earlier run has built from the same files."""
    from upstreamlint.render import kustomize, store

    asked = [kustomize.Root(reach.folder, tuple(_fields(one.over))) for one, reach in wanted]
    keys = [store.key(reach, program, files, a.over) for a, (_, reach) in zip(asked, wanted, strict=True)]
    kept = {key: found for key in keys if config.cache and (found := store.load(key)) is not None}
    missing = {key: (a, r) for key, a, (_, r) in zip(keys, asked, wanted, strict=True) if key not in kept}
    edited = {key: item for key, item in missing.items() if not item[1].files.isdisjoint(files.edited)}
    if edited:
        kept |= zip(edited, _of_copies(program, list(edited.values()), files, config), strict=True)
    own = {key: root for key, (root, _) in missing.items() if key not in kept}
    for key, built in zip(own, kustomize.build(program, list(own.values()), config.jobs), strict=True):
        kept[key] = built
        if config.cache and not built.error:
            store.save(key, built, _wanted)
    return [kept[key] for key in keys]


def _of_copies(
    program: list[str], roots: Sequence[tuple[kustomize.Root, Reach]], files: DiskFiles, config: Config
) -> list[Built]:
    """Build roots of which some file has another text than on disk."""
    from upstreamlint.render import kustomize
    from upstreamlint.render.mirror import mirrored, under

    with mirrored(frozenset().union(*(reach.files for _, reach in roots)), files) as mirror:
        there = [root._replace(folder=under(mirror, root.folder)) for root, _ in roots]
        return [b._replace(mirror=mirror) for b in kustomize.build(program, there, config.jobs)]


def _fields(over: Over) -> Iterator[tuple[str, str]]:
    """What is laid over a kustomization, as fields of one that includes it."""
    named = (("namespace", over.namespace), ("namePrefix", over.prefix), ("nameSuffix", over.suffix))
    yield from ((key, json.dumps(value)) for key, value in named if value)
    if over.patches:
        yield "patches", f"[{', '.join(over.patches)}]"
