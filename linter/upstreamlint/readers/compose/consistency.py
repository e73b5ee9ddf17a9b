"""What Compose checks once all files are merged: names that must exist, keys that exclude each other, cycles."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.readers.compose.faults import FaultKind, LoadFault
from upstreamlint.readers.compose.short import PortError, VolumeError, ports, replicas, volume
from upstreamlint.readers.compose.tree import anchor_of, is_unknown, is_unknown_text, kind, part, seconds
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple

_TIMINGS = ("interval", "timeout", "start_period", "start_interval")


class Dependency(NamedTuple):
    """One service that another needs: by `depends_on`, a link, `volumes_from` or a shared namespace."""

    name: Scalar
    required: bool


def check(root: Mapping, active: frozenset[str]) -> Iterator[LoadFault]:
    """Every fault of a merged project, as if all profiles were on; `active` are those that really are."""
    services = root.mapping("services")
    for name, value in ((e.key, e.value) for e in services or ()):
        if isinstance(value, Mapping):
            yield from _service(name, value, root)
    if services is not None:
        yield from _dependencies(services, active)
    for entry in root.mapping("configs") or ():
        if isinstance(entry.value, Mapping):
            yield from _config(entry.key, entry.value)


def _service(name: Scalar, service: Mapping, root: Mapping) -> Iterator[LoadFault]:
    quoted = f'service "{name.value}"'
    image = service.scalar("image")
    if not (image and image.value) and not {"build", "provider", "extends"} & service.entries.keys():
        yield LoadFault(
            "no-image", name.anchor, f"{quoted} has neither an image nor a build context specified"
        )
    yield from _exclusive(name, service)
    yield from _networks(quoted, service, root)
    yield from _volumes(quoted, service, root)
    references: tuple[tuple[str, FaultKind, str], ...] = (
        ("configs", "undefined-config", "config"),
        ("secrets", "undefined-secret", "secret"),
    )
    for key, fault, word in references:
        known = root.mapping(key)
        for item in service.mappings(key):
            source = item.scalar("source")
            if source and not is_unknown(source) and source.value not in (known or ()):
                yield LoadFault(fault, source.anchor, f"{quoted} refers to undefined {word} {source.value}")
    yield from _ports(name, service)
    yield from _healthcheck(name, service)
    yield from _hosts(name, service)


def _exclusive(name: Scalar, service: Mapping) -> Iterator[LoadFault]:
    mode, networks = service.scalar("network_mode"), service.mapping("networks")
    if mode and mode.value and networks and networks.entries:
        related = ((service.key("networks"), "and here"),)
        message = f"service {name.value} declares mutually exclusive `network_mode` and `networks`"
        yield LoadFault("conflict", service.key("network_mode"), message, related)
    build = service.mapping("build")
    if build and build.scalar("dockerfile") and build.scalar("dockerfile_inline"):
        message = f'service "{name.value}" declares mutualy exclusive dockerfile and dockerfile_inline'
        yield LoadFault("conflict", build.key("dockerfile_inline"), message)
    deploy = service.mapping("deploy")
    scale, wanted = service.get("scale"), deploy.get("replicas") if deploy else None
    counts = replicas(scale), replicas(wanted)
    if scale is not None and None not in counts and counts[0] != counts[1]:
        message = f"services.{name.value}: can't set distinct values on 'scale' and 'deploy.replicas'"
        yield LoadFault("conflict", service.key("scale"), message)
    container = service.scalar("container_name")
    for key, count in zip(("scale", "deploy.replicas"), counts, strict=True):
        if container and count is not None and count > 1:
            message = (
                f"services.{key}: can't set container_name and {name.value} as container name must be unique"
            )
            yield LoadFault("conflict", container.anchor, message)
            return


def _networks(quoted: str, service: Mapping, root: Mapping) -> Iterator[LoadFault]:
    known = root.mapping("networks")
    for entry in service.mapping("networks") or ():
        key = entry.key
        if key.value != "default" and not is_unknown(key) and key.value not in (known or ()):
            yield LoadFault(
                "undefined-network", key.anchor, f"{quoted} refers to undefined network {key.value}"
            )


def _volumes(quoted: str, service: Mapping, root: Mapping) -> Iterator[LoadFault]:
    known = root.mapping("volumes")
    items = service.sequence("volumes")
    for item in items or ():
        try:
            found = volume(item)
        except VolumeError as error:
            yield LoadFault("value", anchor_of(item), str(error))
            continue
        if found is None or found.kind != "volume" or found.source is None or not found.source.value:
            continue
        source = found.source
        if not is_unknown_text(source.value) and source.value not in (known or ()):
            yield LoadFault(
                "undefined-volume", source.anchor, f"{quoted} refers to undefined volume {source.value}"
            )


def _ports(name: Scalar, service: Mapping) -> Iterator[LoadFault]:
    for index, item in enumerate(service.sequence("ports") or ()):
        try:
            ports(item)
        except PortError as error:
            message = str(error)
            if message.startswith("invalid type"):
                message = f"services.{name.value}.ports: {message}"
            elif message.startswith("is missing"):
                message = f"service ports services.{name.value}.ports.[{index}] {message}"
            yield LoadFault("port", anchor_of(item), message)


def _healthcheck(name: Scalar, service: Mapping) -> Iterator[LoadFault]:
    check_ = service.mapping("healthcheck")
    if check_ is None:
        return
    test = check_.get("test")
    if isinstance(test, Sequence) and len(test):
        first = test.items[0]
        if (
            isinstance(first, Scalar)
            and not is_unknown(first)
            and first.value not in ("CMD", "CMD-SHELL", "NONE")
        ):
            message = 'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"'
            yield LoadFault("value", first.anchor, message)
    for key in _TIMINGS:
        value = check_.scalar(key)
        if value is None or kind(value) != "string" or is_unknown(value):
            continue  # a number is the schema's fault already
        if seconds(value.value) is None:
            message = f"'services[{name.value}].healthcheck.{key}' time: invalid duration \"{value.value}\""
            yield LoadFault("value", value.anchor, message)


def _hosts(name: Scalar, service: Mapping) -> Iterator[LoadFault]:
    for entry in service.mapping("extra_hosts") or ():
        value = entry.value
        if isinstance(value, Sequence) and not len(value) and not is_unknown(entry.key):
            message = (
                f"'services[{name.value}].extra_hosts' invalid additional host, missing IP: {entry.key.value}"
            )
            yield LoadFault("value", entry.key.anchor, message)
        for one in value.items if isinstance(value, Sequence) else (value,):
            if isinstance(one, Scalar) and one.value and not is_unknown(one) and not _is_host(one.value):
                # Compose hands it on: it is the engine that refuses it (opts.ValidateExtraHost).
                yield LoadFault("value", one.anchor, f'invalid IP address in add-host: "{one.value}"')


def _is_host(text: str) -> bool:
    """Whether the engine takes a text for the address of a host."""
    if text == "host-gateway":
        return True
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _config(name: Scalar, config: Mapping) -> Iterator[LoadFault]:
    sources = [k for k in ("file", "environment", "content") if k in config]
    if len(sources) > 1:
        message = f"configs.{name.value}: file|environment|content attributes are mutually exclusive"
        yield LoadFault("conflict", config.key(sources[1]), message)
    elif not sources and "external" not in config:
        yield LoadFault(
            "value", name.anchor, f"configs.{name.value}: one of file|environment|content must be set"
        )


def dependencies(service: Mapping) -> list[Dependency]:
    """What a service needs, in the order in which Compose looks."""
    found = []
    for entry in service.mapping("depends_on") or ():
        required = entry.value.scalar("required") if isinstance(entry.value, Mapping) else None
        found.append(Dependency(entry.key, required is None or required.value != "false"))
    found.extend(Dependency(part(i, 0, _until_colon(i.value)), True) for i in service.scalars("links"))
    for mode in ("network_mode", "ipc", "pid"):
        value = service.scalar(mode)
        if value and value.value.startswith("service:"):
            found.append(Dependency(part(value, len("service:"), len(value.value)), True))
    found.extend(
        Dependency(part(item, 0, _until_colon(item.value)), True)
        for item in service.scalars("volumes_from")
        if not item.value.startswith("container:")
    )
    return [d for d in found if not is_unknown_text(d.name.value)]


def _until_colon(text: str) -> int:
    at = text.find(":")
    return len(text) if at < 0 else at


def _is_on(service: Node, active: frozenset[str]) -> bool:
    profiles = service.scalars("profiles") if isinstance(service, Mapping) else []
    return not profiles or "*" in active or any(p.value in active for p in profiles)


def _dependencies(services: Mapping, active: frozenset[str]) -> Iterator[LoadFault]:
    edges: dict[str, list[Dependency]] = {}
    for entry in services:
        if not isinstance(entry.value, Mapping):
            continue
        name = entry.key.value
        edges[name] = []
        for needed in dependencies(entry.value):
            message = f'service "{name}" depends on undefined service "{needed.name.value}"'
            target = services.entries.get(needed.name.value)
            if target is None:
                yield LoadFault("undefined-service", needed.name.anchor, message)
                continue
            edges[name].append(needed)
            off = not _is_on(target.value, active)
            if off and needed.required and _is_on(entry.value, active):
                related = ((_profiles(target), "only on with one of these profiles"),)
                yield LoadFault("inactive-service", needed.name.anchor, message, related)
    cycle = _cycle(edges)
    if cycle:
        path = " -> ".join([*(d.name.value for d in cycle), cycle[0].name.value])
        yield LoadFault("cycle", cycle[0].name.anchor, f"dependency cycle detected: {path}")


def _profiles(service: Entry) -> Anchor:
    return service.value.key("profiles") if isinstance(service.value, Mapping) else service.key.anchor


def _cycle(edges: dict[str, list[Dependency]]) -> list[Dependency]:
    """The first cycle, starting with its first service; found without recursion."""
    done: set[str] = set()
    for start in sorted(edges):
        path: list[Dependency] = []
        on_path: dict[str, int] = {start: 0}
        stack = [(start, iter(edges[start]))]
        while stack:
            name, following = stack[-1]
            needed = next(following, None)
            if needed is None:
                done.add(name)
                on_path.pop(name, None)
                stack.pop()
                if path:
                    path.pop()
                continue
            target = needed.name.value
            if target in on_path:
                loop = [*path, needed][on_path[target] :]
                # An edge names its end: the last one leads back to the first service of the loop.
                return [loop[-1], *loop[:-1]]
            if target not in done:
                on_path[target] = len(stack)
                path.append(needed)
                stack.append((target, iter(edges.get(target, ()))))
    return []
