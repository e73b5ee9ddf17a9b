"""A look at a tree before it is checked for the first time: what is in it, and what leaves it open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from upstreamlint import load
from upstreamlint.files.discover import discover
from upstreamlint.files.readable import DiskFiles
from upstreamlint.load.scopes import place
from upstreamlint.model.kubernetes import Other
from upstreamlint.model.technology import technology
from upstreamlint.settings.config import Config
from upstreamlint.values import frozen

_LISTED = 8


@frozen
class Survey:
    """What a tree holds: files, technologies, scopes of their own, and kinds whose controllers may make the rest."""

    files: int
    technologies: tuple[str, ...]
    scopes: tuple[str, ...]
    open_kinds: tuple[str, ...]
    namespaces: tuple[str, ...]

    def lines(self) -> list[str]:
        """The survey as sentences."""
        if not self.files:
            return ["Nothing that upstreamlint reads was found here yet."]
        found = ", ".join(self.technologies) or "nothing that carries traffic"
        lines = [f"Found here: {self.files} files with {found}."]
        if self.scopes:
            lines.append(f"Deployed for themselves, each in a scope of its own: {_some(self.scopes)}.")
        if self.open_kinds:
            lines.append(
                f"Controllers may make what these kinds ask for, so nothing of their names is called missing: "
                f"{_some(self.open_kinds)}."
            )
        if self.namespaces:
            lines.append(f"Namespaces: {_some(self.namespaces)}.")
        return lines


def survey(paths: Sequence[str]) -> Survey:
    """Look at the files under some paths; nothing is rendered."""
    config = Config(render=False)
    found = discover(paths)
    loaded = load.load(found, DiskFiles(paths), config)
    resources = [*loaded.resources, *(r for scope in loaded.scopes for r in scope.resources)]
    kinds = {technology(type(r)) for r in resources} - {"", "shape"}
    others = Counter(r.meta.kind for r in resources if isinstance(r, Other) and "." in r.meta.group)
    kustomizations = {place(r).rpartition("/")[0] for r in resources} & set(loaded.closed)
    return Survey(
        files=len(loaded.sources),
        technologies=tuple(sorted(kinds)),
        scopes=tuple(
            sorted({*kustomizations, *found.charts, *(scope.name for scope in loaded.scopes)} - {""})
        ),
        open_kinds=tuple(kind for kind, _ in others.most_common()),
        namespaces=tuple(sorted(_namespaces(resources))),
    )


def _namespaces(resources: Iterable[object]) -> set[str]:
    metas = (getattr(r, "meta", None) for r in resources)
    return {m.namespace for m in metas if m is not None and m.namespace}


def _some(names: Sequence[str]) -> str:
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")
