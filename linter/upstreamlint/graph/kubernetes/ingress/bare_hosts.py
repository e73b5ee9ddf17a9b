"""Hosts of an Ingress that have no paths, where a rule of the same Ingress has paths and no host.

ingress-nginx and the controller of F5 make a server of such a host, and send what it is asked to their default backend; others take the paths of
the other rule for every host. kubernetes/ingress-nginx: internal/ingress/controller/controller.go (`createServers`).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Reference
from upstreamlint.model.kubernetes import Ingress
from upstreamlint.programs.managed.controllers import Classes, Controller, annotated_for
from upstreamlint.source import Anchor
from upstreamlint.values import entity

_OWN_SERVER = (Controller.INGRESS_NGINX, Controller.F5_NGINX)


@entity(kw_only=True)
class BareHost(Reference):
    """A host that has no paths; `paths` is where those stand that were meant."""

    owner: Ingress
    paths: Anchor


def link(index: Index) -> Iterator[BareHost]:
    """The hosts that a dash took the paths from."""
    classes = Classes(index)
    for ingress in index.of(Ingress):
        lone = [b for b in ingress.backends if b.host == "*"]
        if not ingress.bare or not lone or any(not b.host for b in ingress.backends):
            continue
        by = classes.controller(ingress) or annotated_for(ingress)
        if by is not None and by not in _OWN_SERVER:
            continue
        for host in ingress.bare:
            yield BareHost(
                wanted=host.value,
                anchor=host.anchor,
                owner=ingress,
                verdict=Verdict.CONFLICT,
                paths=lone[0].anchor,
            )
