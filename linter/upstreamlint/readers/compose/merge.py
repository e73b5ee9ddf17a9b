"""One Compose file over another: what a later file, `extends` and `include` do to what is already there.

Short forms become mappings first (`canonical`), since that is what Compose compares. Then mappings merge
deeply, lists are appended, and some keys have a rule of their own: `command` and `healthcheck.test` are
replaced, `ports` and mounts are unique by what they occupy. `!reset` takes away, `!override` replaces.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.readers.compose.short import PortError, VolumeError, ports, volume
from upstreamlint.readers.compose.tree import (
    OVERRIDE,
    RESET,
    integer,
    kind,
    mapping_like,
    part,
    sequence_like,
)

_PAIRS = ("environment", "labels", "annotations", "sysctls")
_REPLACED = frozenset({"command", "entrypoint", "test"})
_SET_LIKE = frozenset(
    {
        "expose",
        "dns",
        "dns_search",
        "dns_opt",
        "tmpfs",
        "cap_add",
        "cap_drop",
        "security_opt",
        "profiles",
        "aliases",
        "links",
        "external_links",
        "devices",
    }
)


def reset(node: Node) -> Node | None:
    """A tree without what `!reset` takes away."""
    if node.tag == RESET:
        return None
    if isinstance(node, Mapping):
        kept = ((entry.key, reset(entry.value)) for entry in node)
        return mapping_like(node, (Entry(k, v) for k, v in kept if v is not None), node.tag)
    if isinstance(node, Sequence):
        return sequence_like(node, (v for v in map(reset, node) if v is not None), node.tag)
    return node


def merge(base: Node, over: Node, key: str = "") -> Node:
    """One tree over another; `key` is the key that both stand under."""
    if over.tag == OVERRIDE:
        return over
    if isinstance(over, Scalar) and over.is_null:
        return base
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        if key == "logging" and _differs(base, over, "driver"):
            return over
        return _merge_mappings(base, over)
    if isinstance(base, Sequence) and isinstance(over, Sequence) and key not in _REPLACED:
        return unique(sequence_like(base, [*base, *over]), key)
    return over


def _merge_mappings(base: Mapping, over: Mapping) -> Mapping:
    merged = dict(base.entries)
    for entry in over:
        name = entry.key.value
        if entry.value.tag == RESET:
            merged.pop(name, None)
        elif name in merged:
            value = merge(merged[name].value, entry.value, name)
            key = entry.key if value is entry.value else merged[name].key
            merged[name] = Entry(key, value)
        else:
            merged[name] = entry
    return mapping_like(base, merged.values())


def _differs(base: Mapping, over: Mapping, key: str) -> bool:
    old, new = base.scalar(key), over.scalar(key)
    return old is not None and new is not None and old.value != new.value


def unique(items: Sequence, key: str) -> Sequence:
    """A list without what a later item of it replaces, each at the place of the first."""
    identity = _IDENTITIES.get(key)
    if identity is None:
        return items
    kept: dict[Hashable, Node] = {}
    for index, item in enumerate(items):
        mark = identity(item)
        kept[index if mark is None else mark] = item
    return sequence_like(items, kept.values(), items.tag)


def _text(node: Node) -> Hashable:
    return node.value if isinstance(node, Scalar) else None


def _port(node: Node) -> Hashable:
    try:
        found = ports(node)
    except PortError:
        return None
    return (*((p.host_ip, p.published, p.target, p.protocol) for p in found),)


def _volume(node: Node) -> Hashable:
    try:
        found = volume(node)
    except VolumeError:
        return None
    return found.target.value.rstrip("/") if found else None


def _path(node: Node) -> Hashable:
    found = node.scalar("path") if isinstance(node, Mapping) else None
    return found.value if found else None


def _reference(folder: str) -> Callable[[Node], Hashable]:
    def identity(node: Node) -> Hashable:
        if not isinstance(node, Mapping):
            return None
        target, source = node.scalar("target"), node.scalar("source")
        name = target or source
        if name is None:
            return None
        return name.value if name.value.startswith("/") else folder + name.value

    return identity


_IDENTITIES: dict[str, Callable[[Node], Hashable]] = {
    **dict.fromkeys(_SET_LIKE, _text),
    "ports": _port,
    "volumes": _volume,
    "env_file": _path,
    "configs": _reference("/"),
    "secrets": _reference("/run/secrets/"),
}


def canonical(root: Mapping) -> Mapping:
    """A file's tree with the short forms of its services written out, as far as merging needs it."""
    services = root.mapping("services")
    if services is None:
        return root
    written = (Entry(e.key, _service(e.value) if isinstance(e.value, Mapping) else e.value) for e in services)
    entries = {
        **root.entries,
        "services": Entry(root.entries["services"].key, mapping_like(services, written, services.tag)),
    }
    return mapping_like(root, entries.values(), root.tag)


def _service(service: Mapping) -> Mapping:
    return mapping_like(service, (Entry(e.key, _written_out(e.key, e.value)) for e in service), service.tag)


def _written_out(key: Scalar, value: Node) -> Node:
    name = key.value
    if name in _PAIRS:
        return _pairs(value)
    if name == "depends_on" and isinstance(value, Sequence):
        started = key._replace(value="condition"), key._replace(value="service_started", plain=False)
        condition = Entry(*started)
        return _named(value, lambda item: mapping_like(item, [condition]))
    if name == "networks" and isinstance(value, Sequence):
        return _named(value, lambda item: item._replace(value="", plain=True))
    if name == "extra_hosts":
        return _hosts(value)
    if name == "build":
        return _build(key, value)
    if name == "extends" and isinstance(value, Scalar):
        return mapping_like(value, [Entry(key._replace(value="service"), value)], value.tag)
    if name in ("dns", "dns_search", "tmpfs") and isinstance(value, Scalar):
        return sequence_like(value, [value], value.tag)
    if name == "env_file":
        return _references(key, value, "path")
    if name in ("configs", "secrets"):
        return (
            unique(written, name)
            if isinstance(written := _references(key, value, "source"), Sequence)
            else written
        )
    return unique(value, name) if isinstance(value, Sequence) else value


def _named(value: Sequence, make: Callable[[Scalar], Node]) -> Mapping:
    names = [item for item in value if isinstance(item, Scalar)]
    return mapping_like(value, [Entry(item, make(item)) for item in names], value.tag)


def _pairs(value: Node) -> Node:
    """`NAME=value` items as a mapping; a name alone has no value, and numbers are text as Compose prints them."""
    if isinstance(value, Mapping):
        return mapping_like(value, (Entry(e.key, _as_text(e.value)) for e in value), value.tag)
    if not isinstance(value, Sequence):
        return value
    entries = []
    for item in value:
        if isinstance(item, Scalar):
            at = item.value.find("=")
            name = item if at < 0 else part(item, 0, at)
            text = item._replace(value="", plain=True) if at < 0 else part(item, at + 1, len(item.value))
            entries.append(Entry(name, text if at < 0 else text._replace(plain=False)))
    return mapping_like(value, entries, value.tag)


def _as_text(value: Node) -> Node:
    """A number or truth value of YAML as the text that a container sees: `012` is `10`."""
    if not isinstance(value, Scalar):
        return value
    what = kind(value)
    if what == "boolean":
        return value._replace(value=value.value.lower(), plain=False)
    number = integer(value.value) if what == "integer" else None
    return value if number is None else value._replace(value=str(number), plain=False)


def _hosts(value: Node) -> Node:
    """`host:address` and `host=address` items as a mapping from host to its addresses."""
    if isinstance(value, Mapping):
        lists = (
            Entry(e.key, e.value if isinstance(e.value, Sequence) else sequence_like(e.value, [e.value]))
            for e in value
        )
        return mapping_like(value, lists, value.tag)
    if not isinstance(value, Sequence):
        return value
    found: dict[str, Entry] = {}
    for item in value:
        if not isinstance(item, Scalar):
            continue
        at = item.value.find("=")
        at = item.value.find(":") if at < 0 else at
        name = item if at < 0 else part(item, 0, at)
        address = part(item, at + 1, len(item.value))._replace(plain=False) if at >= 0 else None
        before = found.get(name.value)
        older = list(before.value) if before is not None and isinstance(before.value, Sequence) else []
        addresses = sequence_like(item, [*older, *([address] if address else [])])
        found[name.value] = Entry(before.key if before else name, addresses)
    return mapping_like(value, found.values(), value.tag)


def _build(key: Scalar, value: Node) -> Node:
    if isinstance(value, Scalar) and not value.is_null:
        return mapping_like(value, [Entry(key._replace(value="context"), value)], value.tag)
    if isinstance(value, Mapping):
        pairs = ("args", "labels", "additional_contexts")
        written = (Entry(e.key, _pairs(e.value) if e.key.value in pairs else e.value) for e in value)
        return mapping_like(value, written, value.tag)
    return value


def _references(key: Scalar, value: Node, name: str) -> Node:
    """A name, or a list of names and mappings, as a list of mappings."""
    if isinstance(value, Scalar):
        if value.is_null:
            return value
        value = sequence_like(value, [value], value.tag)
    if not isinstance(value, Sequence):
        return value
    label = key._replace(value=name)
    items = [mapping_like(i, [Entry(label, i)]) if isinstance(i, Scalar) else i for i in value]
    return sequence_like(value, items, value.tag)
