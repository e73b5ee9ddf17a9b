"""Solvers of cert-manager whose Ingresses no controller in the files takes: the challenge is answered by whoever serves the host, with `404`.

cert-manager, pkg/issuer/acme/http/ingress.go: each challenge gets an Ingress of the class that its solver names, or of none.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress, IngressClass
from upstreamlint.model.kubernetes.issuer import Issuer, Solver
from upstreamlint.programs.managed.running import Running, running
from upstreamlint.programs.managed.watched import leaves_classless
from upstreamlint.values import entity


@entity(kw_only=True)
class SolverClass(Reference):
    """The class of the Ingresses that a solver makes; `by` are the controllers in the files, `taken` the classes that they take.

    `where` says how they are known to be there.
    """

    owner: Issuer
    by: str
    taken: tuple[str, ...]
    where: str = ", which runs here,"


def link(index: Index) -> Iterator[SolverClass]:
    """Every solver whose class is taken by none of the controllers in the files."""
    issuers = [i for i in index.of(Issuer) if not i.meta.patched]
    if not issuers:
        return
    here = list(running(index))
    names = frozenset(name for one in here for name in one.classes or ())
    # A controller may take whatever class: then nothing is proved.
    known = bool(here) and all(one.classes for one in here)
    made = {c.meta.name.value for c in index.of(IngressClass)}
    used = {i.class_name.value for i in index.of(Ingress) if i.class_name is not None}
    for issuer in issuers:
        for solver in issuer.solvers:
            name = solver.class_name
            if name is None or not name.value:
                if leaves_classless(index):
                    yield _left(issuer, solver, "", here, made)
            elif not here and not is_placeholder(name.value) and name.value not in made | used:
                yield from _beside(index, issuer, name)
            elif known and not is_placeholder(name.value) and name.value not in names | made | used:
                yield _left(issuer, solver, name.value, here, names | made)


def _beside(index: Index, issuer: Issuer, wanted: Scalar) -> Iterator[SolverClass]:
    """A class that nothing here has, of an issuer whose certificates are for Ingresses of another class, which is here."""
    classes = {c.meta.name.value: c for c in index.of(IngressClass)}
    for ingress in index.of(Ingress):
        asked = {ingress.meta.annotation(f"cert-manager.io/{kind}") for kind in ("issuer", "cluster-issuer")}
        own = classes.get(ingress.class_name.value) if ingress.class_name is not None else None
        if own is None or issuer.meta.name.value not in asked or ingress.meta.patched:
            continue
        text = f"Ingress `{ingress.title}`, for which it gets a certificate, is of class `{own.meta.name}`"
        yield SolverClass(
            wanted=wanted.value,
            anchor=wanted.anchor,
            owner=issuer,
            verdict=Verdict.CONFLICT,
            near=(Candidate((ingress.class_name or own.meta.name).anchor, text, own.meta.name.value),),
            by="the controller of its host",
            taken=(own.meta.name.value,),
            where="",
        )
        return


def _left(
    issuer: Issuer, solver: Solver, wanted: str, here: list[Running], taken: set[str] | frozenset[str]
) -> SolverClass:
    first = here[0]
    return SolverClass(
        wanted=wanted,
        anchor=solver.class_name.anchor if solver.class_name is not None else solver.anchor,
        owner=issuer,
        verdict=Verdict.CONFLICT,
        near=(Candidate(first.container.anchor, f"{first.controller} runs here", ""),),
        by=str(first.controller),
        taken=tuple(sorted(taken)),
    )
