"""Projects of Argo CD that Applications name and that nobody defines: such an Application is refused, and never synchronised.

Projects are of the platform. One that is not here may be elsewhere, but for a slip of the hand in the name of one that is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.graph.likeness import is_slip
from upstreamlint.graph.problems import MissingPartProblem
from upstreamlint.releases.fields import text

_ALWAYS = "default"
_SEVERAL = 3


def missing(roots: Sequence[Mapping]) -> Iterator[MissingPartProblem]:
    """The projects that objects name and lack."""
    defined = {text(r, "metadata", "name"): r for r in roots if text(r, "kind") == "AppProject"}
    named = list(_named(roots))
    asked = Counter(scalar.value for scalar in named if scalar.value in defined)
    lost = {s.value: s for s in named if s.value not in (*defined, _ALWAYS) and s.value.isprintable()}
    for name, scalar in lost.items():
        like = [n for n in defined if is_slip(name, n)]
        among = [n for n, count in asked.items() if count >= _SEVERAL]
        meant = like if len(like) == 1 else among if len(lost) == len(among) == 1 else []
        if meant and not any(c in name for c in "{}$<>"):
            head = defined[meant[0]].at("metadata", "name")
            yield MissingPartProblem(
                scalar.anchor,
                f"no AppProject is called `{name}`: there is `{meant[0]}`",
                ((head.anchor, "this one is there"),) if head is not None else (),
                help=f"write `{meant[0]}`, or define `{name}`",
                assumption="" if like else "nobody else defines the project",
            )


def _named(roots: Sequence[Mapping]) -> Iterator[Scalar]:
    for root in roots:
        path = {"Application": ("spec",), "ApplicationSet": ("spec", "template", "spec")}.get(
            text(root, "kind")
        )
        scalar = root.at(*path, "project") if path else None
        if isinstance(scalar, Scalar) and scalar.value:
            yield scalar
