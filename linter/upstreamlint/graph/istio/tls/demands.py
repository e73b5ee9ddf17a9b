"""Which TLS mode workloads demand: PeerAuthentications, the most specific first."""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.istio import PeerAuthentication
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.nearest import nearest
from upstreamlint.typed import TypeAlias

Demanded: TypeAlias = tuple[Scalar, PeerAuthentication]


class Demands:
    """Which TLS mode a workload demands: its own policy, its namespace's, the mesh's.

    The same policy in several folders is several environments: the nearest counts, and none when the
    nearest ones disagree.
    """

    def __init__(self, mesh: Mesh) -> None:
        self._root = mesh.settings.root_namespace
        self._by_namespace = grouped(mesh.index.of(PeerAuthentication), lambda p: p.meta.namespace)

    def __bool__(self) -> bool:
        return bool(self._by_namespace)

    def mode(self, workload: Workload, port: int | None) -> Demanded | None:
        """The mode that holds for a port of a workload's pods, and who says so; nothing is permissive."""
        own = self._by_namespace.get(workload.meta.namespace, [])
        values = workload.template.values
        selecting = [
            p
            for p in own
            if p.selector is not None and all(values.get(k) == v for k, v in p.selector.values.items())
        ]
        folder = workload.meta.folder
        found, clear = _agreed(selecting, port, folder)
        return found if found or not clear else self.of_namespace(workload.meta.namespace, folder)

    def of_namespace(self, namespace: str, folder: str) -> Demanded | None:
        """The mode that holds for a namespace as a whole; for the mesh when none is given."""
        own = self._by_namespace.get(namespace, []) if namespace else []
        for layer in (own, self._by_namespace.get(self._root, [])):
            found, clear = _agreed([p for p in layer if p.selector is None], None, folder)
            if found is not None or not clear:
                return found
        return None


def _agreed(
    policies: list[PeerAuthentication], port: int | None, folder: str
) -> tuple[Demanded | None, bool]:
    """What the nearest policies say, and whether they agree."""
    modes = [(m, p) for p in nearest(policies, folder) if (m := p.mode_at(port)) is not None]
    if len({m.value for m, _ in modes}) > 1:
        return None, False
    return (modes[0] if modes else None), True
