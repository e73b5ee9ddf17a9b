"""Objects that hand a part of their requests to other objects, and whether those take them."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.references import Candidate
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.programs.managed.kinds import Includes
from upstreamlint.programs.managed.model import Include, ManagedRoute
from upstreamlint.programs.managed.references import IncludeReference, Unincluded, Untaken


def included(index: Index, owner: ManagedRoute) -> Iterator[IncludeReference]:
    """Every object that requests of another are handed to."""
    includes = owner.kind.includes
    if includes is None:
        return
    for include in owner.includes:
        namespace = _namespace(owner, include)
        others = [o for o in index.of(ManagedRoute) if o.meta.kind == includes.kind and o is not owner]
        named = [o for o in others if o.meta.name.value == include.name.value]
        there = [o for o in named if same_namespace(o.meta.namespace, namespace)]
        if not there:
            yield _missing(index, owner, include, named, others)
            continue
        faults = [_untaken(includes, owner, include, other) for other in there]
        if None not in faults:
            yield next(fault for fault in faults if fault is not None)


def ignored(index: Index) -> Iterator[Unincluded]:
    """Every object that the root of its host does not name; nothing where its root is elsewhere, or may choose by labels."""
    roots = [
        o for o in index.of(ManagedRoute) if o.kind.includes is not None and o.kind.includes.host == "same"
    ]
    named = [(_namespace(root, i), i.name.value) for root in roots for i in root.includes]
    for root in roots:
        kind = root.kind.includes.kind if root.kind.includes is not None else ""
        alone = sum(_same_host(root, r) for r in roots) == 1
        if not alone or root.meta.patched or _BY_LABELS in root.anchor.source.text:
            continue
        for other in index.of(ManagedRoute):
            if other.meta.kind != kind or other.meta.patched or not _same_host(root, other):
                continue
            if not any(_may_mean(space, name, other) for space, name in named):
                yield Unincluded(
                    wanted=other.title, anchor=other.anchor, owner=other, verdict=Verdict.CONFLICT, root=root
                )


_BY_LABELS = "routeSelector"
"""The field with which a root takes what has labels, whatever its name."""


def _same_host(one: ManagedRoute, other: ManagedRoute) -> bool:
    """Whether two objects certainly are for one host."""
    if one.host is None or other.host is None or is_placeholder(one.host.value):
        return False
    return one.host.value.lower() == other.host.value.lower()


def _may_mean(space: str, name: str, other: ManagedRoute) -> bool:
    """Whether what requests are handed to is an object, or was probably meant for it: that is told where the name stands."""
    own = other.meta.name.value
    return name == own or bool(same_namespace(space, other.meta.namespace) and near_names(name, [own]))


def _namespace(owner: ManagedRoute, include: Include) -> str:
    return include.namespace.value if include.namespace is not None else owner.meta.namespace


def _missing(
    index: Index,
    owner: ManagedRoute,
    include: Include,
    named: list[ManagedRoute],
    others: list[ManagedRoute],
) -> IncludeReference:
    namespace = _namespace(owner, include)
    near_by = {o.meta.name.value for o in others if o.meta.namespace == namespace}
    like = near_names(include.name.value, near_by)
    meant = [*named, *(o for o in others if o.meta.name.value in like[:1])]
    certain = not named and len(like) == 1
    near = tuple(
        Candidate(o.anchor, f"{o.meta.kind} `{o.title}`", o.meta.name.value, certain=certain)
        for o in meant[:1]
    )
    verdict = index.ladder.absent(include.name.value, owner.meta.folder, near=bool(near))
    return IncludeReference(
        wanted=f"{namespace}/{include.name}" if namespace else include.name.value,
        anchor=include.name.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if owner.meta.patched else verdict,
        near=near,
        include=include,
        meant=meant[0] if meant else None,
    )


def _untaken(
    includes: Includes, owner: ManagedRoute, include: Include, other: ManagedRoute
) -> IncludeReference | None:
    """Why an object that is there takes nothing from another; nothing where it does."""
    host, own = other.host, owner.host
    why, at, text = None, other.anchor, ""
    if includes.host == "none" and host is not None:
        why, at, text = Untaken.ROOT, host.anchor, "it has a host of its own"
    elif includes.host == "same" and host is not None and own is not None and _differ(host.value, own.value):
        why, at, text = Untaken.HOST, host.anchor, f"it is for `{host}`"
    elif not include.path.startswith(("~", "=")):
        strange = [p for p in other.paths if _differ(p.value[: len(include.path)], include.path)]
        if strange:
            why, at, text = Untaken.PATH, strange[0].anchor, f"it does not begin with `{include.path}`"
    if why is None:
        return None
    patched = owner.meta.patched or other.meta.patched
    return IncludeReference(
        wanted=other.title,
        anchor=include.name.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if patched else Verdict.CONFLICT,
        near=(Candidate(at, text, ""),),
        include=include,
        why=why,
        meant=other,
    )


def _differ(one: str, other: str) -> bool:
    return one.lower() != other.lower() and not is_placeholder(one) and not is_placeholder(other)
