"""Values of EnvoyFilters, which istiod makes Envoy's messages of (`BuildXDSObjectFromStruct`, `jsonpb` of golang/protobuf).

Of a field that a message does not have istiod only warns, since Envoy may be newer than what it knows: it is told where it
is like one of the fields. So is an extension of a type that is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from upstreamlint.documents import Mapping, Scalar, Sequence
from upstreamlint.refusal import base64s
from upstreamlint.refusal.at import At
from upstreamlint.refusal.cel import ConversionError, seconds
from upstreamlint.refusal.istio.numbers import number
from upstreamlint.refusal.istio.said import JUDGE, said
from upstreamlint.refusal.near import meant
from upstreamlint.refusal.refused import Refusal
from upstreamlint.refusal.scalars import null, read
from upstreamlint.refusal.schema import load
from upstreamlint.typed import Any

ROOTS = {
    "CLUSTER": "envoy.config.cluster.v3.Cluster",
    "LISTENER": "envoy.config.listener.v3.Listener",
    "ROUTE_CONFIGURATION": "envoy.config.route.v3.RouteConfiguration",
    "FILTER_CHAIN": "envoy.config.listener.v3.FilterChain",
    "HTTP_FILTER": "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
    "NETWORK_FILTER": "envoy.config.listener.v3.Filter",
    "VIRTUAL_HOST": "envoy.config.route.v3.VirtualHost",
    "HTTP_ROUTE": "envoy.config.route.v3.Route",
    "EXTENSION_CONFIG": "envoy.config.core.v3.TypedExtensionConfig",
    "BOOTSTRAP": "envoy.config.bootstrap.v3.Bootstrap",
    "LISTENER_FILTER": "envoy.config.listener.v3.ListenerFilter",
}
"""The message that the value of a patch is, by what it is applied to."""
_FILTER = "Envoy filter: "
_OBJECT = "map[string]json.RawMessage"
_OWN = "google.protobuf."
_WRAPPERS = {
    f"{_OWN}{name}Value": kind
    for name, kind in (
        *(("Bool", "bool"), ("String", "string"), ("Bytes", "bytes"), ("Float", "float32")),
        *(("Double", "float64"), ("Int32", "int32"), ("Int64", "int64")),
        *(("UInt32", "uint32"), ("UInt64", "uint64")),
    )
}
_TYPE = "@type"


def value(at: At, class_: str) -> Iterator[Refusal]:
    """What is refused of the value of a patch, the first thing only, and fields that are dropped."""
    root = ROOTS.get(class_)
    refused = False
    for found in _message(at, root, _FILTER) if root is not None else ():
        if found.ignored or not refused:
            yield found
        refused = refused or not found.ignored


def _message(at: At, name: str, before: str) -> Iterator[Refusal]:
    if at.unsure or null(at.node):
        return
    own = _WELL_KNOWN.get(name)
    if own is not None:
        yield from own(at, before)
        return
    if name in _WRAPPERS:
        yield from _single(at, _WRAPPERS[name], before)
        return
    fields = _table()["messages"].get(name)
    if fields is None:
        return
    if not isinstance(at.node, Mapping):
        yield _cannot(at, _OBJECT, before)
        return
    camel = _camel(name)
    for key, part in at.entries():
        field = key.value if key.value in fields else camel.get(key.value)
        if field is not None:
            yield from _value(part, fields[field], before)
        elif key.value != _TYPE and not key.value.startswith("["):
            yield from _unknown(part, name, before)


def _unknown(at: At, name: str, before: str) -> Iterator[Refusal]:
    fields = (*_table()["messages"][name], *_camel(name))
    near = meant(str(at.step), fields)
    if near:
        text = f'{before}unknown field "{at.step}" in {name}'
        yield Refusal(at.path, text, at.key, f"did you mean `{near[0]}`?", ignored=True, judge=JUDGE)


def _value(at: At, kind: str, before: str) -> Iterator[Refusal]:
    if at.unsure or null(at.node):
        return
    if kind.startswith("[]"):
        if not isinstance(at.node, Sequence):
            yield _cannot(at, "[]json.RawMessage", before)
        for part in at.parts():
            yield from _single(part, kind[2:], before)
    elif kind.startswith("{}"):
        if not isinstance(at.node, Mapping):
            yield _cannot(at, _OBJECT, before)
        for _, part in at.entries():
            yield from _single(part, kind[2:], before)
    else:
        yield from _single(at, kind, before)


def _single(at: At, kind: str, before: str) -> Iterator[Refusal]:
    if at.unsure or null(at.node):
        return
    got = _got(at)
    match kind:
        case "bool" | "string" | "bytes":
            if got != ("bool" if kind == "bool" else "string"):
                yield _cannot(at, "[]uint8" if kind == "bytes" else kind, before)
            elif kind == "bytes" and (wrong := base64s.problem(at.text)) is not None:
                yield said(at, f"{before}{wrong}")
        case _ if "." not in kind:
            wrong = number(at.value, kind, got)
            if wrong is not None:
                yield said(at, f"{before}{wrong}")
        case _ if kind in _table()["enums"]:
            yield from _enumerated(at, kind, got, before)
        case _:
            yield from _message(at, kind, before)


def _enumerated(at: At, kind: str, got: str, before: str) -> Iterator[Refusal]:
    values = _table()["enums"][kind]
    if got == "string" and at.text not in values:
        near = meant(at.text, values)
        wants = f"did you mean `{near[0]}`?" if len(near) == 1 else ""
        yield said(at, f'{before}unknown value "\\"{at.text}\\"" for enum {kind}', wants)
    elif got not in ("string", "number"):
        yield _cannot(at, "protoreflect.EnumNumber", before)


def _any(at: At, before: str) -> Iterator[Refusal]:
    """What is refused of an extension, which says of which type it is."""
    if not isinstance(at.node, Mapping):
        yield _cannot(at, _OBJECT, before)
        return
    kind = at.get(_TYPE)
    if kind.unsure:
        return
    if kind.node is None:
        yield said(at, f"{before}Any JSON doesn't have '@type'", lack=True)
        return
    name = kind.text.rpartition("/")[2]
    within = f"{before}can't unmarshal Any nested proto {kind.text}: "
    if name in _table()["messages"]:
        yield from _message(at, name, within)
    elif name.startswith(_OWN):
        if at.get("value").node is None:
            yield said(at, f"{before}Any JSON doesn't have 'value'", lack=True)
        else:
            yield from _message(at.get("value"), name, within)
    else:
        yield from _unresolved(kind, name, before)


def _unresolved(kind: At, name: str, before: str) -> Iterator[Refusal]:
    old = ".v2." in name and name.startswith("envoy.")
    package, _, last = name.rpartition(".")
    beside = (m.removeprefix(f"{package}.") for m in _table()["messages"] if m.startswith(f"{package}."))
    near = [] if old else [f"{package}.{other}" for other in meant(last, beside)]
    if old or near:
        hint = " (hint: try using the v3 XDS API)" if old else ""
        text = f"referenced type unknown{hint}: {before}could not resolve Any message type: {kind.text}"
        yield said(kind, text, f"did you mean `{near[0]}`?" if len(near) == 1 else "")


def _duration(at: At, before: str) -> Iterator[Refusal]:
    if _got(at) != "string":
        yield _cannot(at, "string", before)
        return
    try:
        seconds(at.text)
    except ConversionError as error:
        yield said(at, f"{before}bad Duration: {error}", "write a unit: `30s`")


def _struct(at: At, before: str) -> Iterator[Refusal]:
    if not isinstance(at.node, Mapping):
        yield _cannot(at, _OBJECT, f"{before}bad StructValue: ")


def _anything(_: At, __: str) -> Iterator[Refusal]:
    yield from ()


_WELL_KNOWN: dict[str, Callable[[At, str], Iterator[Refusal]]] = {
    f"{_OWN}Any": _any,
    f"{_OWN}Duration": _duration,
    f"{_OWN}Struct": _struct,
    **{f"{_OWN}{name}": _anything for name in ("Value", "ListValue", "Timestamp", "FieldMask")},
}


def _cannot(at: At, kind: str, before: str) -> Refusal:
    return said(at, f"{before}json: cannot unmarshal {_got(at)} into Go value of type {kind}")


def _got(at: At) -> str:
    """What a value is in JSON, as Go names it."""
    if not isinstance(at.node, Scalar):
        return "object" if isinstance(at.node, Mapping) else "array"
    found = read(at.node)
    if isinstance(found, bool):
        return "bool"
    return "string" if isinstance(found, str) else "number"


@cache
def _camel(name: str) -> dict[str, str]:
    """The fields of a message by their names in JSON."""
    found = {}
    for field in _table()["messages"][name]:
        first, *more = field.split("_")
        found[first + "".join(part[:1].upper() + part[1:] for part in more)] = field
    return found


def _table() -> dict[str, Any]:
    return load("envoy")
