"""RequestAuthentications: which hold for a workload, and whose tokens its proxy takes from the requests that it lets in.

A token that was let in is taken away unless `forwardOriginalToken` is set (Istio reference, JWTRule): whoever is asked next sees none.
"""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.istio import RequestAuthentication, TokenRule
from upstreamlint.model.kubernetes import Workload
from upstreamlint.source import Anchor


class Authentications:
    """The RequestAuthentications of a run, by namespace."""

    def __init__(self, mesh: Mesh) -> None:
        self._by_namespace = grouped(mesh.index.of(RequestAuthentication), lambda r: r.meta.namespace)
        self._root = mesh.settings.root_namespace

    def taker(self, gateway: Iterable[Workload], workload: Workload) -> Anchor | None:
        """What has a gateway take away every token that a workload behind it lets in."""
        asked = self._rules(workload)
        if not asked or any(rule.elsewhere for rule in asked):
            return None
        takers = [self._taker(proxy, {rule.issuer for rule in asked}) for proxy in gateway]
        return takers[0] if takers and None not in takers else None

    def _taker(self, proxy: Workload, issuers: set[str]) -> Anchor | None:
        own = [rule for rule in self._rules(proxy) if rule.issuer in issuers]
        if {rule.issuer for rule in own} != issuers or any(rule.forwards or rule.elsewhere for rule in own):
            return None
        return own[0].anchor

    def _rules(self, workload: Workload) -> list[TokenRule]:
        """The rules for the pods of a workload: those of its namespace, and of the root namespace."""
        spaces = {workload.meta.namespace, self._root}
        found = (r for space in spaces for r in self._by_namespace.get(space, ()))
        return [rule for r in found if _selects(r, workload) for rule in r.rules]


def _selects(found: RequestAuthentication, workload: Workload) -> bool:
    if found.targeted or found.meta.patched:
        return False
    values = workload.template.values
    return found.selector is None or all(values.get(k) == v for k, v in found.selector.values.items())
