"""What objects of managed programs name besides Services."""

from __future__ import annotations

from upstreamlint.graph.references import Reference
from upstreamlint.programs.managed.model import Include, ManagedRoute, Named
from upstreamlint.values import entity


@entity(kw_only=True)
class IncludeReference(Reference):
    """An object of the same kind that requests are handed to; `meant` is the one that was probably meant."""

    owner: ManagedRoute
    include: Include
    meant: ManagedRoute | None = None


@entity(kw_only=True)
class NamedPart(Reference):
    """A part of the same object, or another object, that a managed program takes by name."""

    owner: ManagedRoute
    named: Named
