"""From the tree of a loaded project to its typed values."""

from __future__ import annotations

from collections.abc import Mapping as Table

from upstreamlint import numerals, patterns
from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.files.readable import Files
from upstreamlint.model.compose.build import build_of
from upstreamlint.model.compose.health import healthcheck
from upstreamlint.model.compose.mounts import host_path_of, mounts
from upstreamlint.model.compose.types import (
    Attachment,
    Command,
    ComposeService,
    Config,
    Dependency,
    ExposedPort,
    Link,
    Network,
    Project,
    PublishedPort,
)
from upstreamlint.readers.compose.load import Loaded
from upstreamlint.readers.compose.short import PortError, PortText, expose_numbers, ports, replicas
from upstreamlint.readers.compose.tree import anchor_of, boolean, is_unknown, part
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple

_PODMAN = patterns.compile(r"(?:^|/)podman-compose[\w.-]*\Z")


def project(loaded: Loaded, files: Files) -> Project:
    """The typed project; Dockerfiles of its builds are read through `files`."""
    root = loaded.root
    networks = {e.key.value: _network(e, loaded.name) for e in root.mapping("networks") or ()}
    configs = {e.key.value: _config(e, loaded) for e in root.mapping("configs") or ()}
    secrets = {e.key.value: _config(e, loaded) for e in root.mapping("secrets") or ()}
    around = _Around(loaded, files, networks, configs, secrets)
    services: dict[str, ComposeService] = {}
    for entry in root.mapping("services") or ():
        if isinstance(entry.value, Mapping):
            services[entry.key.value] = _service(entry.key, entry.value, around)
    if "default" not in networks and any(a.key == "default" for s in services.values() for a in s.networks):
        networks["default"] = Network("default", f"{loaded.name}_default", False, False, "", root.anchor)
    outside = any(n.external for n in networks.values()) or any(
        s.external_links or s.incomplete for s in services.values()
    )
    return Project(
        loaded.name,
        loaded.paths,
        services,
        networks,
        {e.key.value: e.key.anchor for e in root.mapping("volumes") or ()},
        configs,
        secrets,
        loaded.faults,
        loaded.unset,
        loaded.profiles,
        loaded.fragment,
        outside or loaded.fragment,
        root.anchor,
        root.key("include") if "include" in root else None,
        loaded.podman or any(_PODMAN.search(path) for path in loaded.paths),
        given=loaded.given,
    )


def _flag(node: Mapping, key: str) -> bool:
    """Whether something is switched on, or may be: `external` may be a mapping, and may hang on a variable."""
    value = node.get(key)
    if isinstance(value, Scalar):
        return is_unknown(value) or boolean(value.value) is True
    return isinstance(value, Mapping)


def _network(entry: Entry, project_name: str) -> Network:
    key, value = entry.key, entry.value
    if not isinstance(value, Mapping):
        return Network(key.value, f"{project_name}_{key.value}", False, False, "", key.anchor)
    external = _flag(value, "external")
    old = value.at("external", "name")
    name = value.scalar("name") or (old if isinstance(old, Scalar) else None)
    driver = value.scalar("driver")
    real = name.value if name else key.value if external else f"{project_name}_{key.value}"
    return Network(
        key.value, real, external, _flag(value, "internal"), driver.value if driver else "", key.anchor
    )


def _config(entry: Entry, loaded: Loaded) -> Config:
    key, value = entry.key, entry.value
    if not isinstance(value, Mapping):
        return Config(key.value, None, None, False, key.anchor)
    file = value.scalar("file")
    source = host_path_of(file, loaded.folders) if file else None
    return Config(key.value, source, value.scalar("content"), _flag(value, "external"), key.anchor)


_OF_SWARM = ("mode", "endpoint_mode", "placement", "update_config", "rollback_config")
"""What Swarm alone heeds of `deploy`."""


class _Around(NamedTuple):
    """What a service's values refer to."""

    loaded: Loaded
    files: Files
    networks: Table[str, Network]
    configs: Table[str, Config]
    secrets: Table[str, Config]


def _service(name: Scalar, service: Mapping, around: _Around) -> ComposeService:
    loaded, files, networks, configs, secrets = around
    build = build_of(service, loaded.folders, files)
    deploy = service.mapping("deploy")
    count, counted_at = _replicas(service, deploy)
    environment = service.mapping("environment")
    return ComposeService(
        name,
        service.scalar("image"),
        build,
        _attachments(name, service, networks, loaded.name),
        service.scalar("network_mode"),
        tuple(_published(service)),
        tuple(
            ExposedPort(number, protocol, e.anchor)
            for e in service.scalars("expose")
            for number, protocol in expose_numbers(e.value)
        ),
        _links(service, "links"),
        _links(service, "external_links"),
        _hosts(service),
        service.scalar("hostname"),
        service.scalar("container_name"),
        tuple(service.scalars("profiles")),
        tuple(_dependency(e) for e in service.mapping("depends_on") or ()),
        tuple(v.value.partition(":")[0] for v in service.scalars("volumes_from")),
        healthcheck(service),
        _command(service, "command"),
        _command(service, "entrypoint"),
        service.scalar("restart"),
        _flag(service, "tty") or _flag(service, "stdin_open"),
        count,
        counted_at,
        {e.key.value: e.value for e in environment or () if isinstance(e.value, Scalar)},
        tuple(mounts(service, build, configs, secrets, loaded.folders, files)),
        _labels(service),
        _labels(deploy),
        service.scalar("working_dir"),
        deploy is not None and any(key in deploy for key in _OF_SWARM),
        name.value in loaded.incomplete or _place_unknown(service),
        name.value in loaded.unread,
        name.anchor,
    )


def _attachments(
    name: Scalar, service: Mapping, networks: Table[str, Network], project_name: str
) -> tuple[Attachment, ...]:
    mode = service.scalar("network_mode")
    if (mode is not None and mode.value) or "provider" in service:
        return ()
    written = service.mapping("networks")
    if written is None or not written.entries:
        return (Attachment("default", _real("default", networks, project_name), (), name.anchor),)
    found = []
    for entry in written:
        key = entry.key.value
        place = entry.value if isinstance(entry.value, Mapping) else None
        aliases = tuple(place.scalars("aliases")) if place is not None else ()
        given = (place.scalar(name) for name in ("ipv4_address", "ipv6_address")) if place is not None else ()
        addresses = tuple(a for a in given if a is not None)
        real = _real(key, networks, project_name)
        found.append(Attachment(key, real, aliases, entry.key.anchor, addresses))
    return tuple(found)


def _place_unknown(service: Mapping) -> bool:
    """Whether a variable without a value decides where the service is: its network mode, or a network's name."""
    networks = service.mapping("networks")
    return is_unknown(service.get("network_mode")) or any(is_unknown(e.key) for e in networks or ())


def _real(key: str, networks: Table[str, Network], project_name: str) -> str:
    return networks[key].name if key in networks else f"{project_name}_{key}"


def _published(service: Mapping) -> list[PublishedPort]:
    found: dict[PortText, PublishedPort] = {}
    for item in service.sequence("ports") or ():
        try:
            texts = ports(item)
        except PortError:
            continue
        where = anchor_of(item)
        for p in texts:
            target = numerals.decimal(p.target)
            number = numerals.decimal(p.published)
            # Entries may overlap once ranges are written out: `3000` and `3000-3002`.
            port = PublishedPort(p.host_ip.strip("[]"), number, target, p.protocol, p.published, where)
            found.setdefault(p, port)
    return list(found.values())


def _links(service: Mapping, key: str) -> tuple[Link, ...]:
    found = []
    for item in service.scalars(key):
        at = item.value.find(":")
        name = item if at < 0 else part(item, 0, at)
        found.append(Link(name, name if at < 0 else part(item, at + 1, len(item.value))))
    return tuple(found)


def _hosts(service: Mapping) -> dict[str, tuple[Scalar, ...]]:
    found = {}
    for entry in service.mapping("extra_hosts") or ():
        addresses = entry.value if isinstance(entry.value, Sequence) else [entry.value]
        found[entry.key.value] = tuple(a for a in addresses if isinstance(a, Scalar))
    return found


def _dependency(entry: Entry) -> Dependency:
    value = entry.value
    condition = value.scalar("condition") if isinstance(value, Mapping) else None
    required = value.scalar("required") if isinstance(value, Mapping) else None
    # The short form has no condition of its own: its reader points at the key `depends_on`.
    text = condition.source.text[condition.start : condition.end] if condition else ""
    return Dependency(
        entry.key,
        condition.value if condition else "service_started",
        required is None or boolean(required.value) is not False,
        entry.key.anchor,
        condition.anchor if condition and text != "depends_on" else entry.key.anchor,
    )


def _command(service: Mapping, key: str) -> Command | None:
    value = service.get(key)
    if isinstance(value, Scalar):
        return Command((value,), True, service.key(key))
    if isinstance(value, Sequence):
        return Command(tuple(w for w in value if isinstance(w, Scalar)), False, service.key(key))
    return None


def _replicas(service: Mapping, deploy: Mapping | None) -> tuple[int | None, Anchor | None]:
    """How many containers run, and where it says so: `scale`, else `deploy.replicas`, else one."""
    for holder, key in ((service, "scale"), (deploy, "replicas")):
        value: Node | None = holder.get(key) if holder is not None else None
        if isinstance(value, Scalar):
            return replicas(value), value.anchor
    return 1, None


def _labels(holder: Mapping | None) -> dict[str, Entry]:
    """Labels by name. Those of `deploy` may still be a list: Compose does not write that out."""
    written = holder.get("labels") if holder is not None else None
    if isinstance(written, Mapping):
        return dict(written.entries)
    found = {}
    for item in written or () if isinstance(written, Sequence) else ():
        if isinstance(item, Scalar):
            name, equals, _ = item.value.partition("=")
            start = len(name) + len(equals)
            found[name] = Entry(part(item, 0, len(name)), part(item, start, len(item.value)))
    return found
