"""`extends`: a service that starts from another one, of the same file or of another."""

from __future__ import annotations

from collections.abc import Mapping as Environment

from upstreamlint.budget import CHAIN
from upstreamlint.documents import Entry, Mapping, Node, Scalar
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.readers.compose.faults import LoadFault
from upstreamlint.readers.compose.merge import merge, reset
from upstreamlint.readers.compose.single import Notes
from upstreamlint.readers.compose.tree import is_unknown, mapping_like
from upstreamlint.typed import Protocol
from upstreamlint.values import NamedTuple


class Context(Protocol):
    """What resolving needs of the load that goes on."""

    files: Files
    notes: Notes
    incomplete: set[str]
    folders: dict[str, str]
    services: dict[str, Mapping | None]
    passed_over: dict[str, list[LoadFault]]

    def read(self, path: str, folder: str, environment: Environment[str, str]) -> list[Mapping] | None:
        """The documents of a file."""


class _Place(NamedTuple):
    """The file that a service is read in, the services of any file that are whole already, those that have no end."""

    services: Mapping
    path: str
    known: Environment[str, str]
    whole: dict[tuple[int, str], Node]
    endless: set[tuple[str, str]]


def extended(document: Mapping, path: str, known: Environment[str, str], context: Context) -> Mapping:
    """A document whose services hold what they extend."""
    services = document.mapping("services")
    if services is None or not any("extends" in e.value for e in services if isinstance(e.value, Mapping)):
        return document
    place = _Place(services, path, known, {}, set())
    whole = (Entry(e.key, _service(e, place, context)) for e in services)
    entries = {
        **document.entries,
        "services": Entry(document.entries["services"].key, mapping_like(services, whole, services.tag)),
    }
    return mapping_like(document, entries.values(), document.tag)


def _service(entry: Entry, here: _Place, context: Context, chain: tuple[tuple[str, str], ...] = ()) -> Node:
    """A service merged over its base; one that others extend as well is made once, unless it extends itself."""
    key = (id(here.services), entry.key.value)
    if key not in here.whole:
        made = _made(entry, here, context, chain)
        if (here.path, entry.key.value) in here.endless:
            return made
        here.whole[key] = made
    return here.whole[key]


def _made(entry: Entry, here: _Place, context: Context, chain: tuple[tuple[str, str], ...]) -> Node:
    """A service merged over its base; on a fault the service as it is, and named as incomplete."""
    service, name = entry.value, entry.key.value
    services, path, known, whole, endless = here
    extends = service.get("extends") if isinstance(service, Mapping) else None
    if not isinstance(service, Mapping) or not isinstance(extends, Mapping):
        return service
    wanted, file = extends.scalar("service"), extends.scalar("file")
    if wanted is None:
        fault = LoadFault("schema", extends.anchor, f"extends.{name}.service is required")
        context.notes.faults.append(fault)
        return _alone(service, name, context)
    if is_unknown(wanted) or is_unknown(file):
        return _alone(service, name, context)
    base_path, base_services = path, services
    if file is not None:
        base_path = join(context.folders.get(path, parent(path)), file.value)
        found = _services_of(base_path, known, context)
        if found is None:
            if context.files.knows(base_path):
                message = f"open {base_path}: no such file or directory"
                context.notes.faults.append(LoadFault("missing-file", file.anchor, message))
            return _alone(service, name, context)
        base_services = found
    link = (base_path, wanted.value)
    if link in chain or link == (path, name):
        endless.update((*chain, (path, name)))
        steps = " extends ".join(f"{n} in {p}" for p, n in (*chain, (path, name), link))
        context.notes.faults.append(LoadFault("cycle", extends.anchor, f"circular reference: {steps}"))
        return _alone(service, name, context)
    base = base_services.entries.get(wanted.value)
    if base is None:
        context.notes.faults.append(_not_found(name, path, wanted, file, base_path, base_services))
        return _alone(service, name, context)
    own_faults = (f for f in context.passed_over.get(base_path, ()) if _is_in(f, base))
    context.notes.faults.extend(f for f in own_faults if f not in context.notes.faults)
    if not context.notes.budget.within(CHAIN, len(chain), extends.anchor):
        context.incomplete.update(n for _, n in chain)
        return _alone(service, name, context)
    below = _service(
        base, _Place(base_services, base_path, known, whole, endless), context, (*chain, (path, name))
    )
    own = mapping_like(service, (e for e in service if e.key.value != "extends"), service.tag)
    return merge(reset(below) or below, own)


def _not_found(
    name: str, path: str, wanted: Scalar, file: Scalar | None, base_path: str, services: Mapping
) -> LoadFault:
    """A base that is not there, in the words of compose-go (`loader/extends.go`)."""
    message = f'cannot extend service "{name}" in {path}: service "{wanted.value}" not found'
    if file is None:
        return LoadFault("undefined-service", wanted.anchor, message)
    known = tuple(services.entries)
    return LoadFault(
        "undefined-service", wanted.anchor, f"{message} in {file.value}", known=known, file=base_path
    )


def _is_in(fault: LoadFault, entry: Entry) -> bool:
    """Whether a fault stands in an entry."""
    end = max(entry.value.end, entry.key.end)
    return fault.anchor.source is entry.key.source and entry.key.start <= fault.anchor.start <= end


def _alone(service: Mapping, name: str, context: Context) -> Mapping:
    context.incomplete.add(name)
    return service


def _services_of(path: str, known: Environment[str, str], context: Context) -> Mapping | None:
    """The services of a file, its documents merged."""
    if path not in context.services:
        context.services[path] = _merged(path, known, context)
    return context.services[path]


def _merged(path: str, known: Environment[str, str], context: Context) -> Mapping | None:
    before = len(context.notes.faults)
    documents = context.read(path, parent(path), known)
    # Compose holds the service that is extended against its schema, and not the others of its file.
    read = context.notes.faults[before:]
    context.notes.faults[before:] = [f for f in read if f.kind != "schema"]
    context.passed_over[path] = [f for f in read if f.kind == "schema"]
    if not documents:
        return None
    whole: Node = documents[0]
    for document in documents[1:]:
        whole = merge(whole, document)
    services = whole.mapping("services") if isinstance(whole, Mapping) else None
    return services if services is not None else Mapping(documents[0].source, 0, 0, {})
