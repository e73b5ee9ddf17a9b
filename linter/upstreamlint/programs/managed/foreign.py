"""What a managed program takes of other namespaces: nothing, where it is not told to.

Traefik has no way to see which namespace a name with the provider of objects is of, and so takes none of those either
(traefik: pkg/provider/kubernetes/crd/kubernetes_http.go, `makeMiddlewareKeys`, `makeServersTransportKey`; kubernetes.go, `TLSOption`).
"""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint.containers.container import Container
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.programs.managed.installed import started
from upstreamlint.programs.managed.kinds import Kind
from upstreamlint.programs.managed.model import ManagedRoute, Named
from upstreamlint.programs.managed.references import ForeignPart

_PROVIDER = "@kubernetescrd"


def foreign(index: Index, owner: ManagedRoute, named: Named) -> ForeignPart | None:
    """A name in another namespace than its owner's, where the program takes none of those."""
    if named.names.defined or is_placeholder(named.name.value.removesuffix(_PROVIDER)):
        return None
    space, name = named.namespace, named.name.value
    by_provider = name.endswith(_PROVIDER)
    if not by_provider:
        if space is None or not space.value or "@" in name or is_placeholder(space.value):
            return None
        if same_namespace(space.value, owner.meta.namespace):
            return None
    near = forbidding(index, owner.kind)
    if not near:
        return None
    return ForeignPart(
        wanted=name if by_provider or space is None else f"{space.value}/{name}",
        anchor=named.name.anchor if by_provider or space is None else space.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if owner.meta.patched else Verdict.CONFLICT,
        near=near,
        named=named,
    )


def forbidding(index: Index, kind: Kind) -> tuple[Candidate, ...]:
    """The program in these files that is not told to take what is in other namespaces; nothing where none is here."""
    flag = kind.crosses
    provider = flag.rpartition(".")[0]
    every = started(index) if flag else ()
    running = [c for c in every if c.image_name == kind.by.lower() and may_be_told(c, provider)]
    if not running or any(may_be_told(c, flag) for c in running):
        return ()
    return (Candidate(running[0].anchor, f"{kind.by} runs here without `{flag}`", ""),)


def may_be_told(container: Container, flag: str) -> bool:
    """Whether an argument, a variable or a file may allow it."""
    variable = flag.lstrip("-").replace(".", "_").upper()
    names: Iterable[str] = container.environment
    told = any(flag in word.value.lower() for word in container.words)
    mounts = container.part.mounts if container.part is not None else ()
    by_file = any("/etc/traefik" in str(mount.path) for mount in mounts)
    return container.incomplete or told or by_file or any(variable in name for name in names)
