"""The fields that a provider's configuration may have, and what Traefik refuses of it.

One field that Traefik does not know, and everything that a container's labels say is left out, or everything that the file
provider reads (`field not found, node: …`). So it is with an element that holds nothing (`… cannot be a standalone
element`), and with a label whose value is no number, yes or no, or time. After pkg/config/dynamic of 2.11 and 3.7; measured
on 3.7. A word that is like no field of any release is left alone: a later release may have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from upstreamlint import patterns
from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.graph.likeness import near_names
from upstreamlint.programs.traefik.dotted import field, text
from upstreamlint.programs.traefik.tables import Field, Fields, fields
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.readers.fault import Fault

_NAMED = ("routers", "services", "middlewares", "serverstransports", "models")
_OF_TLS = ("tls.options", "tls.stores")
_OF_OTHERS = frozenset({"sslprotocols", "clientca", "protocols", "ciphers", "certificatesresolvers", "acme"})
"""What Traefik 1 and other programs call its TLS options, and what only the static configuration has."""
HOLDERS = ("http", "tcp", "udp")
_BESIDES = ("enable", "docker", "swarm", *HOLDERS)
"""The words that a label may go on with behind `traefik.`; those that none of them is are not looked at."""
_OF_THE_ENGINE = ("network", "lbswarm")
_STEM = patterns.compile(r"[a-z]+(?=[^a-z0-9_-])")
_LISTS = "servers"
_DEEPEST = 8
_VALUES = {
    "bool": (patterns.compile(r"(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)\Z"), "neither yes nor no"),
    "number": (patterns.compile(r"[+-]?\d{1,30}\Z"), "no number"),
    "duration": (
        patterns.compile(r"[+-]?(?:\d{1,30}\Z|(?:\d{1,30}(?:\.\d{0,30})?(?:ns|us|µs|ms|s|m|h)){1,20}\Z)"),
        "no time",
    ),
}
"""What Go's strconv and time.ParseDuration take; a time without its unit is one of seconds."""


def faults(root: Node | None, *, labels: bool) -> Iterator[Fault]:
    """What Traefik refuses of a configuration: of a file, or of the tree that labels come to."""
    for entry in root if isinstance(root, Mapping) else ():
        name = entry.key.value.lower()
        if name in HOLDERS:
            yield from _level(entry, name, None, labels=labels, depth=0)
            if labels and name == "http":
                yield from _services(entry.value)
        elif name == "tls" and not labels:
            yield from _level(entry, name, None, labels=False, depth=0)
        elif labels and name == "enable":
            yield from _value(entry, "bool")
        elif labels and name in ("docker", "swarm"):
            yield from _of_engine(entry.value)


def lost(name: str) -> str:
    """What a label that Traefik reads nothing of must begin with behind `traefik.`, where that is plain."""
    near = near_names(name.lower(), HOLDERS, words=False) if name.lower() not in _BESIDES else []
    return near[0] if near else ""


def _services(root: Node) -> Iterator[Fault]:
    """Services that labels cannot make: of others, or with a URL and a port."""
    services = field(root, "services")
    for entry in services if isinstance(services, Mapping) else ():
        balancer = field(entry.value, "loadBalancer")
        if balancer is None and isinstance(entry.value, Mapping):
            kind = next(
                (e.key for e in entry.value if e.key.value.lower() in ("weighted", "mirroring", "failover")),
                None,
            )
            if kind is not None:
                yield Fault(kind.anchor, f"labels cannot make a `{kind.value}` service")
        url = text(balancer, "server", "url")
        other = text(balancer, "server", "port") or text(balancer, "server", "scheme")
        if url is not None and other is not None:
            yield Fault(url.anchor, "a `url` and a `port` or `scheme` of one server")


def _of_engine(held: Node) -> Iterator[Fault]:
    for entry in held if isinstance(held, Mapping) else ():
        near = near_names(entry.key.value.lower(), _OF_THE_ENGINE, words=False)
        if near and entry.key.value.lower() not in _OF_THE_ENGINE:
            yield Fault(entry.key.anchor, f"`{entry.key.value}` is no field here; `{near[0]}` is")


def _level(entry: Entry, path: str, known: Field | None, *, labels: bool, depth: int) -> Iterator[Fault]:
    """What is refused of the value at a path, and of those in it."""
    held = entry.value
    if isinstance(held, Sequence):
        for item in held.items:
            yield from _fields(item, path, labels=labels, depth=depth)
        return
    name = entry.key.value
    if labels and isinstance(held, Scalar):
        if known is not None and known.is_element and not known.may_be_empty:
            yield Fault(entry.key.anchor, f"`{name}` holds nothing: {name} cannot be a standalone element")
        elif known is not None:
            yield from _value(entry, known.type)
        return
    if not labels and _may_not_be_empty(path) and isinstance(held, Mapping) and not _says(held):
        yield Fault(entry.key.anchor, f"`{name}` holds nothing: {name} cannot be a standalone element")
        return
    yield from _fields(held, path, labels=labels, depth=depth)


def _value(entry: Entry, kind: str) -> Iterator[Fault]:
    held = entry.value
    if kind not in _VALUES or not isinstance(held, Scalar) or is_unknown(held) or "$" in held.value:
        return
    form, text = _VALUES[kind]
    if not form.match(held.value):
        yield Fault(held.anchor, f"`{held.value}` of `{entry.key.value}` is {text}")


def _fields(held: Node, path: str, *, labels: bool, depth: int) -> Iterator[Fault]:
    known = fields().get(path)
    if not isinstance(held, Mapping) or depth > _DEEPEST:
        return
    for entry in held:
        name = entry.key.value.partition("[")[0].lower()
        if known is not None:
            # Labels speak of one server, files of several.
            written = _LISTS if labels and name == "server" else name if not labels or name != _LISTS else ""
            if written not in known:
                names = ["server" if labels and n == _LISTS else f.name for n, f in known.items()]
                if _meant(name, names):
                    yield _unknown(entry.key, names)
                elif labels and path.endswith(".*") and _is_name(entry.value, known):
                    yield Fault(
                        entry.key.anchor, f"`{entry.key.value}` is no field here: a name holds no dots"
                    )
                continue
            yield from _level(entry, f"{path}.{written}", known[written], labels=labels, depth=depth + 1)
        elif path in _OF_TLS or path.rpartition(".")[2] in _NAMED:
            yield from _level(entry, f"{path}.*", None, labels=labels, depth=depth + 1)


def _is_name(held: Node, known: Fields) -> bool:
    """Whether the fields of this level follow deeper down, so that what stands between is a part of a name."""
    while isinstance(held, Mapping):
        entry = next(iter(held), None)
        if entry is None:
            return False
        if entry.key.value.lower() in known:
            return True
        held = entry.value
    return False


def _may_not_be_empty(path: str) -> bool:
    return path in HOLDERS or path.endswith(
        (*(f".{name}" for name in _NAMED), ".loadbalancer", ".loadbalancer.healthcheck")
    )


def _says(held: Mapping) -> bool:
    """Whether anything in it is more than null."""
    return any(not (isinstance(e.value, Scalar) and e.value.is_null) for e in held)


@cache
def _anywhere() -> frozenset[str]:
    return frozenset(name for known in fields().values() for name in known)


def _meant(name: str, known: list[str]) -> bool:
    """Whether a word must be meant for a field: it is one elsewhere, or nearly one here, or has more behind it (`rule: Host(`)."""
    stem = _STEM.match(name)
    own = {n.lower() for n in known}
    return (
        name in _anywhere()
        or name == "server"
        or name in _OF_OTHERS
        or bool(_near(name, known))
        or (stem is not None and stem[0] in own)
    )


def _near(name: str, known: list[str]) -> list[str]:
    lower = {n.lower(): n for n in known}
    return [lower[n] for n in near_names(name, lower.keys(), words=False)]


def _unknown(key: Scalar, known: list[str]) -> Fault:
    near = _near(key.value.lower(), known)
    hint = f"; `{near[0]}` is" if near else ""
    return Fault(key.anchor, f"`{key.value}` is no field here{hint}")
