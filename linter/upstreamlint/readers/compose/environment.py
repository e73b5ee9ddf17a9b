"""A service's environment: `environment` over the `env_file`s, with the names that are passed through."""

from __future__ import annotations

from collections.abc import Mapping as Environment

from upstreamlint.budget import VARIABLES
from upstreamlint.documents import INTERPOLATED, UNKNOWN, Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.files.readable import Files, join
from upstreamlint.readers.compose import dotenv
from upstreamlint.readers.compose.faults import LoadFault
from upstreamlint.readers.compose.single import Notes
from upstreamlint.readers.compose.tree import is_unknown, mapping_like
from upstreamlint.typed import Protocol


class Context(Protocol):
    """What reading env files needs of the load that goes on."""

    files: Files
    notes: Notes
    folders: dict[str, str]
    unread: set[str]
    env_files: dict[tuple[str, bool], dict[str, Entry]]


def with_env_files(root: Mapping, known: Environment[str, str], context: Context) -> Mapping:
    """A tree whose services hold all variables that the container will see, each at its own place."""
    services = root.mapping("services")
    if services is None:
        return root
    entries = [Entry(e.key, _service(e, known, context)) for e in services]
    top = {**root.entries, "services": Entry(root.entries["services"].key, mapping_like(services, entries))}
    return mapping_like(root, top.values())


def _service(entry: Entry, known: Environment[str, str], context: Context) -> Node:
    service = entry.value
    if not isinstance(service, Mapping):
        return service
    files, written = service.get("env_file"), service.get("environment")
    if not isinstance(files, Sequence) and not isinstance(written, Mapping):
        return service
    values: dict[str, Entry] = {}
    for item in files if isinstance(files, Sequence) else ():
        if isinstance(item, Mapping):
            values.update(_from_file(item, entry.key.value, known, context))
    for variable in written if isinstance(written, Mapping) else ():
        values[variable.key.value] = Entry(variable.key, _passed_through(variable, known))
    key = service.entries["environment" if isinstance(written, Mapping) else "env_file"].key
    place = written if isinstance(written, Mapping) else service
    environment = Entry(key._replace(value="environment"), mapping_like(place, values.values()))
    return mapping_like(service, {**service.entries, "environment": environment}.values(), service.tag)


def _passed_through(variable: Entry, known: Environment[str, str]) -> Node:
    """A name without a value takes the variable of that name from where Compose is run."""
    key, value = variable
    if not isinstance(value, Scalar) or not value.is_null:
        return value
    found = known.get(key.value)
    if found is not None:
        return value._replace(value=found, plain=False, tag=INTERPOLATED)
    return value._replace(value="${" + key.value + "}", plain=False, tag=UNKNOWN)


def _from_file(item: Mapping, name: str, known: Environment[str, str], context: Context) -> dict[str, Entry]:
    path, required, form = item.scalar("path"), item.scalar("required"), item.scalar("format")
    if path is None:
        return {}
    if is_unknown(path):
        context.unread.add(name)
        return {}
    where = join(context.folders.get(path.source.path, "."), path.value)
    source = context.files.source(where)
    if source is None:
        context.unread.add(name)
        if context.files.knows(where) and (required is None or required.value != "false"):
            message = f"env file {where} not found: stat {where}: no such file or directory"
            context.notes.faults.append(LoadFault("missing-file", path.anchor, message))
        return {}
    raw = form is not None and form.value == "raw"
    read = context.env_files.get((where, raw))
    if read is None:
        values = dotenv.read(source, known, context.notes.budget, raw=raw)
        read = {n: Entry(Scalar(n, True, source, v.start, v.end), v) for n, v in values.items()}
        context.env_files[where, raw] = read
    if not context.notes.budget.spend(VARIABLES, len(read), path.anchor):
        context.unread.add(name)
        return {}
    return read
