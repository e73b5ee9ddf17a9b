"""What objects of managed programs name besides Services."""

from __future__ import annotations

from upstreamlint.graph.references import Reference
from upstreamlint.model.kubernetes import Service
from upstreamlint.programs.managed.model import Include, ManagedRoute, Named
from upstreamlint.values import StrEnum, entity


class Untaken(StrEnum):
    """Why an object does not take what another hands to it."""

    MISSING = "missing"
    ROOT = "root"
    """It has a host of its own."""
    HOST = "host"
    """It is for another host."""
    PATH = "path"
    """It has paths that do not begin with the one that it gets."""


@entity(kw_only=True)
class IncludeReference(Reference):
    """An object that requests are handed to; `meant` is the one that was probably meant, or that does not take them."""

    owner: ManagedRoute
    include: Include
    why: Untaken = Untaken.MISSING
    meant: ManagedRoute | None = None


@entity(kw_only=True)
class Unincluded(Reference):
    """An object that takes requests from another one alone, which is there and hands it none; `root` is that."""

    owner: ManagedRoute
    root: ManagedRoute


@entity(kw_only=True)
class NamedPart(Reference):
    """A part of the same object, or another object, that a managed program takes by name; `remedy` is what to do where that is more than to name another."""

    owner: ManagedRoute
    named: Named
    remedy: str = ""


@entity(kw_only=True)
class ForeignPart(Reference):
    """An object of another namespace, of which the program takes none; `near` is where it runs."""

    owner: ManagedRoute
    named: Named


@entity(kw_only=True)
class PortOfRoute(Reference):
    """A Service of several ports that a route names without one, where its program then takes the endpoints of all."""

    owner: ManagedRoute
    service: Service
