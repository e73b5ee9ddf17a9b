"""One Quadlet unit as the tree of a Compose service, after podman-systemd.unit(5)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table

from upstreamlint import patterns
from upstreamlint.budget import Budget
from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.readers.compose import dotenv
from upstreamlint.readers.compose.tree import part
from upstreamlint.readers.quadlet import Section, words
from upstreamlint.source import Source
from upstreamlint.values import frozen

_OWN_NETWORKS = patterns.compile(
    r"(?:host|none|bridge|private|pasta|slirp4netns|podman|ns|container)(?:[:=]|\Z)"
)
_MODES = {"host": "host", "none": "none"}
_TIMES = {
    "HealthInterval": "interval",
    "HealthTimeout": "timeout",
    "HealthRetries": "retries",
    "HealthStartPeriod": "start_period",
}


@frozen
class Unit:
    """One unit file; `name` is that of the file without its suffix, `section` the one that Quadlet reads."""

    name: str
    kind: str
    source: Source
    section: Section
    after: tuple[Scalar, ...]

    @property
    def file(self) -> str:
        """The name of its file, by which other units name it."""
        return f"{self.name}.{self.kind}"

    @property
    def written(self) -> Scalar:
        """Its name as Podman has it, where it is written; the start of the file where it is the unit's."""
        keys = {"container": "ContainerName", "pod": "PodName", "network": "NetworkName"}
        given = self.section.get(keys.get(self.kind, ""), ())
        if given and "%" not in given[-1].value:
            return given[-1]
        start = self.source.text.find("[")
        end = self.source.text.find("]", start) + 1
        return Scalar(f"systemd-{self.name}", True, self.source, max(start, 0), max(end, 1))

    def last(self, key: str) -> Scalar | None:
        """The value of a key that counts once."""
        found = self.section.get(key, ())
        return found[-1] if found else None


def service_of(
    one: Unit, units: dict[str, Unit], networks: dict[str, Entry], shared: dict[str, Unit], files: Files
) -> Mapping:
    """A container, or the pod that others share the network of, as the tree of a service."""
    held: dict[str, Node] = {"container_name": one.written}
    image = one.last("Image")
    named = units.get(image.value) if image is not None and image.value.endswith(".image") else None
    image = named.last("Image") if named is not None else image
    if image is not None and not image.value.endswith(".build"):
        held["image"] = image
    elif image is not None and image.value in units:
        held |= _made(units[image.value], files)
    if (command := one.last("Exec")) is not None:
        held["command"] = _sequence(words(command), command)
    if (entry := one.last("Entrypoint")) is not None and not entry.value.startswith("["):
        held["entrypoint"] = _sequence(words(entry), entry)
    if (working := one.last("WorkingDir")) is not None:
        held["working_dir"] = working
    if (host := one.last("HostName")) is not None:
        held["hostname"] = host
    held["environment"] = _environment(one, files)
    held["labels"] = _pairs(one, "Label")
    held["extra_hosts"] = _hosts(one)
    held["ports"] = _sequence(one.section.get("PublishPort", ()), one.written)
    held["volumes"] = _sequence(_volumes(one), one.written)
    held["depends_on"] = _depends(one, units)
    check = _check(one)
    if check is not None:
        held["healthcheck"] = check
    held |= place_of(one, units, networks, shared)
    return tree_of(one.source, held)


def place_of(
    one: Unit, units: dict[str, Unit], networks: dict[str, Entry], shared: dict[str, Unit], default: str = ""
) -> dict[str, Node]:
    """Its pod, its networks, or the mode that stands for them; `default` is the network where none is named."""
    pod = one.last("Pod")
    if pod is not None and pod.value in units:
        return {"network_mode": pod._replace(value=f"service:{units[pod.value].written.value}")}
    found: dict[str, Entry] = {}
    aliases = [w for v in one.section.get("NetworkAlias", ()) for w in words(v)]
    for written in one.section.get("Network", ()):
        name, _, options = written.value.partition(":")
        if name.endswith(".container") and name in units:
            return {"network_mode": written._replace(value=f"service:{units[name].written.value}")}
        if _OWN_NETWORKS.match(written.value):
            return {"network_mode": written._replace(value=_MODES.get(name, "bridge"))}
        key = part(written, 0, len(name))
        real = units.get(name) or shared.get(name)
        external = name not in units
        shown = (
            real.written
            if real is not None
            else key._replace(value=name if "." not in name else f"systemd-{name.rpartition('.')[0]}")
        )
        given = [o.partition("=")[2] for o in options.split(",") if o.startswith("alias=")]
        listed = _sequence([*aliases, *(key._replace(value=a) for a in given), *_members(one, units)], key)
        found[name] = Entry(key, tree_of(one.source, {"aliases": listed}))
        defined: dict[str, Node] = {"name": shown}
        if external:
            defined["external"] = key._replace(value="true")
        networks.setdefault(name, Entry(key, tree_of(one.source, defined)))
    if not found and default:
        key = one.written._replace(value=default)
        found[default] = Entry(key, tree_of(one.source, {"aliases": _sequence((), key)}))
        networks.setdefault(default, Entry(key, tree_of(one.source, {"name": key})))
    if found:
        return {"networks": tree_of(one.source, found)}
    return {"network_mode": one.written._replace(value="bridge")}


def _members(one: Unit, units: dict[str, Unit]) -> Iterator[Scalar]:
    """The containers of a pod, whose names lead to it."""
    for other in units.values():
        pod = other.last("Pod")
        if one.kind == "pod" and pod is not None and pod.value == f"{one.name}.pod":
            yield other.written


def _made(build: Unit, files: Files) -> dict[str, Node]:
    """The image of a `.build` unit: its `File`, beside the unit, in the folder that `SetWorkingDirectory` names."""
    tag, file, folder = build.last("ImageTag"), build.last("File"), build.last("SetWorkingDirectory")
    held: dict[str, Node] = {} if tag is None else {"image": tag}
    if any(
        w is not None and ("%" in w.value or w.value.startswith("/") or "://" in w.value)
        for w in (file, folder)
    ):
        return held
    at = file if file is not None else build.written
    home = parent(build.source.path)
    own = (
        next((n for n in _FILES if files.is_file(join(home, n))), _FILES[-1]) if file is None else file.value
    )
    where = "." if folder is None or folder.value == "unit" else folder.value
    where = posixpath.dirname(own) or "." if where == "file" else where
    made: dict[str, Node] = {
        "context": at._replace(value=where),
        "dockerfile": at._replace(value=posixpath.relpath(own, where)),
    }
    return held | {"build": tree_of(build.source, made)}


_FILES = ("Containerfile", "Dockerfile")
"""What Podman builds from where nothing is named."""


def _environment(one: Unit, files: Files) -> Mapping:
    """The variables of files, and those that are written, which count before them."""
    found: dict[str, Entry] = {}
    for written in one.section.get("EnvironmentFile", ()):
        path = _env_file(one, written)
        source = files.source(path) if path is not None else None
        for name, value in dotenv.read(source, {}, Budget(), raw=True).items() if source is not None else ():
            found[name] = Entry(value._replace(value=name), value)
    found |= {entry.key.value: entry for entry in _pairs(one, "Environment")}
    return tree_of(one.source, found)


def _env_file(one: Unit, written: Scalar) -> str | None:
    """Where a file of variables lies among the files; nothing for one of the machine."""
    path = written.value.removeprefix("-")
    return None if path.startswith(("/", "%", "~")) else join(parent(one.source.path), path)


def _pairs(one: Unit, key: str) -> Mapping:
    found: dict[str, Entry] = {}
    for value in one.section.get(key, ()):
        for word in words(value):
            name, equals, _ = word.value.partition("=")
            if equals:
                end = len(name)
                found[name] = Entry(part(word, 0, end), part(word, end + 1, len(word.value)))
    return tree_of(one.source, found)


def _hosts(one: Unit) -> Mapping:
    """Podman knows the machine by two names of its own."""
    gateway = one.written._replace(value="host-gateway")
    names = ("host.containers.internal", "host.docker.internal")
    found = {name: Entry(one.written._replace(value=name), gateway) for name in names}
    for written in one.section.get("AddHost", ()):
        name, colon, _ = written.value.partition(":")
        if colon:
            found[name] = Entry(part(written, 0, len(name)), part(written, len(name) + 1, len(written.value)))
    return tree_of(one.source, found)


def _volumes(one: Unit) -> Iterator[Mapping]:
    for written in one.section.get("Volume", ()):
        source, colon, rest = written.value.partition(":")
        target, _, options = rest.partition(":")
        if not colon or target.startswith("%"):
            continue
        path = source.startswith(("/", ".", "%"))
        # What a specifier of systemd stands for is not known: a home folder is not looked into either.
        shown = part(written, 0, len(source))
        yield tree_of(
            written.source,
            {
                "type": written._replace(value="bind" if path else "volume"),
                "source": shown._replace(value=f"~/{source}") if "%" in source else shown,
                "target": part(written, len(source) + 1, len(source) + 1 + len(target)),
                "read_only": written._replace(value="true" if "ro" in options.split(",") else "false"),
            },
        )


def _depends(one: Unit, units: dict[str, Unit]) -> Mapping:
    found: dict[str, Entry] = {}
    for word in one.after:
        other = units.get(word.value.removesuffix(".service") + ".container")
        if other is not None and other is not one:
            started = {
                "condition": word._replace(value="service_started"),
                "required": word._replace(value="true"),
            }
            name = other.written.value
            found[name] = Entry(word._replace(value=name), tree_of(word.source, started))
    return tree_of(one.source, found)


def _check(one: Unit) -> Mapping | None:
    command = one.last("HealthCmd")
    if command is None:
        return None
    held: dict[str, Node] = {"test": command}
    for key, name in _TIMES.items():
        if (value := one.last(key)) is not None:
            held[name] = value
    return tree_of(command.source, held)


def tree_of(source: Source, held: Table[str, Entry | Node]) -> Mapping:
    """A mapping of what is held, each with its key, or with the place of its value for one."""
    entries = {
        name: value if isinstance(value, Entry) else Entry(_key(name, value), value)
        for name, value in held.items()
    }
    return Mapping(source, 0, 0, entries)


def _key(name: str, value: Node) -> Scalar:
    return Scalar(name, True, value.source, value.start, value.end)


def _sequence(items: Iterable[Node], at: Scalar) -> Sequence:
    return Sequence(at.source, at.start, at.end, list(items))
