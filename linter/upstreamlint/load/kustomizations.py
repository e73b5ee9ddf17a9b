"""Kustomizations to scopes of resources, where a renderer is at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.documents import Mapping
from upstreamlint.files.readable import DiskFiles, Files
from upstreamlint.load import manifests
from upstreamlint.load.rendered import Rendered, Scope, objects, scope
from upstreamlint.model.kubernetes.meta import KubernetesObject
from upstreamlint.readers.patches import Target
from upstreamlint.refusal.refused import Refused
from upstreamlint.releases.release import Over, Release
from upstreamlint.releases.stated import speaks
from upstreamlint.run.result import Skipped
from upstreamlint.settings.config import Config
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import replace

if TYPE_CHECKING:
    from upstreamlint.render import kustomize
    from upstreamlint.render.kustomize import Built
    from upstreamlint.render.objects import Originals
    from upstreamlint.render.reach import Reach, Reaches

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
    from upstreamlint.render.missing import idle, missing
    from upstreamlint.render.objects import Originals
    from upstreamlint.render.reach import Reaches, kustomization_in
    from upstreamlint.render.refused import without

    reaches = Reaches(files, _wanted)
    reached = [(one, reaches.of(path)) for one in releases if (path := kustomization_in(one.folder, files))]
    skipped = [skip for _, r in reached for skip in _left_out(r)]
    every = [reach_of for _, reach_of in reached]
    problems = (*missing(every, files), *idle(every, reaches))
    wanted = [(one, r) for one, r in reached if not r.refusal]
    program = kustomize.command() if wanted else None
    if program is None:
        unbuilt = (Skipped(r.path, NO_RENDERER, needed=True) for _, r in wanted)
        return Rendered(skipped=(*skipped, *unbuilt), problems=problems)
    originals = Originals(files, _wanted)
    scopes: list[Scope] = []
    taken: set[str] = set()
    failed: dict[tuple[str, str], Skipped] = {}
    for _ in range(_TRIES):
        again: list[tuple[Release, Reach]] = []
        for (one, reach_of), built in zip(wanted, _built(program, wanted, files, config), strict=True):
            if not built.error:
                scopes.append(_scope(one, reach_of, built, originals, config))
                taken |= reach_of.files
                continue
            why = Skipped(reach_of.path, f"kustomization does not build: {built.error}", needed=True)
            failed.setdefault((one.title, reach_of.path), why)
            less = without(reach_of, built.error, reaches, files)
            again += [(one, less)] if less is not None else _inside(reach_of, reaches, files)
        # Of several that include one it is built once, and not where another is built with it.
        left = ((one, r) for one, r in again if r.path not in taken and not r.refusal)
        wanted = list({(one.title, r.path): (one, r) for one, r in left}.values())
        if not wanted:
            break
    told = tuple(dict.fromkeys((*skipped, *failed.values())))
    return Rendered(scopes=tuple(scopes), taken=frozenset(taken), skipped=told, problems=problems)


_TRIES = 8
"""So many times what a renderer refuses is left out, or what a kustomization includes is built in its place."""


def _inside(reach: Reach, reaches: Reaches, files: Files) -> Iterator[tuple[Release, Reach]]:
    """What is built in the place of a kustomization that does not build."""
    from upstreamlint.render.refused import included

    for inner in included(reach, reaches, files):
        yield Release(folder=inner.folder, title=inner.folder), inner


def _left_out(reach: Reach) -> Iterator[Skipped]:
    """What is said of a kustomization of which something is not built."""
    if reach.refusal:
        yield Skipped(reach.path, f"kustomization not built: {reach.refusal}", needed=True)
        return
    reasons: dict[str, list[str]] = {}
    for cut in reach.cuts:
        if cut.why:
            reasons.setdefault(cut.path, []).append(cut.why)
    for path, (first, *others) in reasons.items():
        more = f", and {len(others)} more" if others else ""
        yield Skipped(path, f"kustomization not built in full: {first}{more}", needed=True)


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
    changes = tuple(dict.fromkeys(target for cut in reach.cuts for target in cut.changes))
    if changes:
        resources = [_unsure(resource, changes) for resource in resources]
    closed = not (reach.cuts or one.open)
    made = scope(reach.folder, resources, reach.files, originals.files, config, closed=closed)
    return replace(made, name=one.title, states=tuple(states), release=one)


def _unsure(resource: object, changes: Sequence[Target]) -> object:
    """A resource, marked as patched where a part that was left out might have changed it."""
    if not isinstance(resource, KubernetesObject | Refused):
        return resource
    meta = resource.meta
    # How many pods there are matters for the names of pods alone.
    counts = meta.kind == "StatefulSet" or getattr(resource, "scaled_to_zero", False)
    touching = (t for t in changes if counts or not t.scales)
    if not any(t.is_of(meta.kind, t.name) and t.name in meta.name.value for t in touching):
        return resource
    whole = resource.completed if isinstance(resource, Refused) else resource
    return replace(whole, meta=replace(meta, patched=True))


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
    changed = {
        key: item
        for key, item in missing.items()
        if item[1].cuts or not item[1].files.isdisjoint(files.edited)
    }
    for key, made in zip(changed, _of_copies(program, list(changed.values()), files, config), strict=True):
        kept[key] = built = kustomize.veil(made)
        if config.cache and not built.error and changed[key][1].files.isdisjoint(files.edited):
            store.save(key, built, _wanted)
    own = {key: root for key, (root, _) in missing.items() if key not in kept}
    for key, made in zip(own, kustomize.build(program, list(own.values()), config.jobs), strict=True):
        kept[key] = built = kustomize.veil(made)
        if config.cache and not built.error:
            store.save(key, built, _wanted)
    return [kept[key] for key in keys]


def _of_copies(
    program: list[str], roots: Sequence[tuple[kustomize.Root, Reach]], files: DiskFiles, config: Config
) -> list[Built]:
    """Build roots of which some file has another text than on disk: an edited one, or one that a part was cut out of."""
    from upstreamlint.render import kustomize
    from upstreamlint.render.mirror import mirrored, under, unnamed

    found: dict[int, Built] = {}
    for numbers, starts in _together([reach for _, reach in roots]):
        texts = {path: text for path, at in starts.items() if (text := _without(path, at, files)) is not None}
        read = frozenset().union(*(roots[n][1].files for n in numbers))
        with mirrored(read, files, texts) as mirror:
            there = [roots[n][0]._replace(folder=under(mirror, roots[n][0].folder)) for n in numbers]
            built = kustomize.build(program, there, config.jobs)
        copies = (b._replace(error=unnamed(mirror, b.error), mirror=mirror) for b in built)
        found |= dict(zip(numbers, copies, strict=True))
    return [found[n] for n in range(len(roots))]


def _without(path: str, starts: frozenset[int], files: DiskFiles) -> str | None:
    from upstreamlint.render.cut import without

    source = files.source(path)
    return without(source, starts) if source is not None else None


def _together(reached: Sequence[Reach]) -> list[tuple[list[int], dict[str, frozenset[int]]]]:
    """The numbers of roots that one copy does for, with the places of what is cut out of its files.

    What is cut out of a base that two roots share may differ, since a patch may find its object in one of them alone.
    """
    groups: list[tuple[list[int], dict[str, frozenset[int]]]] = []
    for number, reach in enumerate(reached):
        starts = {p: frozenset(c.start for c in reach.cuts if c.path == p) for p in reach.kustomizations}
        for numbers, known in groups:
            if all(known.get(path, at) == at for path, at in starts.items()):
                numbers.append(number)
                known.update(starts)
                break
        else:
            groups.append(([number], dict(starts)))
    return [(numbers, {p: at for p, at in known.items() if at}) for numbers, known in groups]


def _fields(over: Over) -> Iterator[tuple[str, str]]:
    """What is laid over a kustomization, as fields of one that includes it."""
    named = (("namespace", over.namespace), ("namePrefix", over.prefix), ("nameSuffix", over.suffix))
    yield from ((key, json.dumps(value)) for key, value in named if value)
    if over.patches:
        yield "patches", f"[{', '.join(over.patches)}]"
