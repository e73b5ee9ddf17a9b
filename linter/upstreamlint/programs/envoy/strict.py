"""Fields and values of a bootstrap that Envoy does not know, and extensions at a place of others: it refuses all of it (`has unknown fields`).

The messages are those of the newest API that is known (`refusal/schemas/envoy.json`); names of fields are those of protobuf or of JSON, values of enumerations in any case. Measured on
Envoy 1.40.0 with `--mode validate`. What version 2 of the API called otherwise is known to Envoy up to 1.17.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.numerals import is_digits
from upstreamlint.programs.envoy.fields import camel
from upstreamlint.refusal.near import meant
from upstreamlint.refusal.schema import load
from upstreamlint.source import Anchor
from upstreamlint.typed import Any
from upstreamlint.values import entity

_ROOT = "envoy.config.bootstrap.v3.Bootstrap"
_ANY = "google.protobuf.Any"
_OLD = {
    "envoy.config.cluster.v3.Cluster": {"hosts", "tls_context", "extension_protocol_options"},
    "envoy.config.listener.v3.Filter": {"config"},
    "envoy.config.listener.v3.FilterChain": {"tls_context"},
    "envoy.config.listener.v3.ListenerFilter": {"config"},
    "envoy.config.core.v3.TransportSocket": {"config"},
    "envoy.config.accesslog.v3.AccessLog": {"config"},
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter": {"config"},
    "envoy.config.route.v3.HeaderMatcher": {"regex_match"},
    "envoy.config.route.v3.RouteMatch": {"regex"},
    "envoy.config.route.v3.RouteAction": {
        "host_rewrite",
        "auto_host_rewrite_header",
        "request_mirror_policy",
    },
    "envoy.config.bootstrap.v3.Bootstrap": {"runtime"},
}
"""What fields of version 2 were called (api/envoy/api/v2); they are read up to 1.17."""

_FILTERS = {
    "envoy.config.listener.v3.Filter": "envoy.extensions.filters.network.",
    "envoy.config.listener.v3.ListenerFilter": "envoy.extensions.filters.listener.",
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter": "envoy.extensions.filters.http.",
    "envoy.config.accesslog.v3.AccessLog": "envoy.extensions.access_loggers.",
}
"""What holds an extension of a kind, and how the types of the kind begin."""

_PLACES = {
    "envoy.extensions.filters.network.": "the `filters` of a filter chain",
    "envoy.extensions.filters.listener.": "`listener_filters`",
    "envoy.extensions.filters.http.": "`http_filters`",
    "envoy.extensions.access_loggers.": "`access_log`",
}
_TLS = "envoy.extensions.transport_sockets.tls.v3."
_SOCKETS = {
    "envoy.config.cluster.v3.Cluster": ("DownstreamTlsContext", "UpstreamTlsContext"),
    "envoy.config.listener.v3.FilterChain": ("UpstreamTlsContext", "DownstreamTlsContext"),
}
"""What holds a transport socket, the TLS that is not for its side, and the one that is."""


@entity
class Unknown:
    """A field or a value that Envoy does not know: where, what it says, and what helps; `old` says that version 2 of the API knew it."""

    anchor: Anchor
    text: str
    help: str
    old: bool = False


def unknown(root: Mapping) -> tuple[Unknown, ...]:
    """What Envoy does not know of a bootstrap: what it surely never knew, or what it knew once."""
    return tuple(_message(root, _ROOT))


def misplaced(node: Mapping, name: str) -> Iterator[Unknown]:
    """The extensions in a message of a type that stand where Envoy looks for others."""
    return (found for found in _message(node, name) if found.text.startswith(_UNREGISTERED))


_UNREGISTERED = "Didn't find a registered implementation"
_VERSION_3 = "use the field of version 3 of the API"


def _message(node: Node, name: str) -> Iterator[Unknown]:
    fields: dict[str, str] | None = _table()["messages"].get(name)
    if not isinstance(node, Mapping) or fields is None:
        return
    by_name = _by_name(name)
    yield from _extension(node, name)
    for entry in node:
        key = str(entry.key.value)
        kind = by_name.get(key)
        if kind is not None:
            yield from _value(entry.value, kind)
        elif key != "@type" and not is_placeholder(key):
            yield from _field(node, entry.key.anchor, key, name, fields)


def _extension(node: Mapping, name: str) -> Iterator[Unknown]:
    """The extension that a message holds, where it is one for another place."""
    wrong, right = _SOCKETS.get(name, ("", ""))
    socket = node.mapping("transport_socket") or node.mapping("transportSocket") if wrong else None
    if socket is not None and _type(config := _config(socket)) == _TLS + wrong:
        yield _unregistered(socket, config, f"use `{right}` here")
    begins, own = _FILTERS.get(name), _type(config := _config(node))
    place = next((words for start, words in _PLACES.items() if own.startswith(start)), "")
    if begins is not None and place and not own.startswith(begins):
        yield _unregistered(node, config, f"it belongs into {place}")


def _unregistered(holder: Mapping, config: Mapping | None, remedy: str) -> Unknown:
    told, name = config.scalar("@type") if config is not None else None, holder.scalar("name")
    text = f"{_UNREGISTERED} for '{name or ''}' with type URL: '{_type(config)}'"
    return Unknown((told or holder).anchor, text, remedy)


def _config(node: Mapping) -> Mapping | None:
    return node.mapping("typed_config") or node.mapping("typedConfig")


def _field(node: Mapping, anchor: Anchor, key: str, name: str, fields: dict[str, str]) -> Iterator[Unknown]:
    text = f"no such field: '{key}' in {name}"
    if key in _OLD.get(name, ()):
        yield Unknown(anchor, text, _VERSION_3, old=True)
        return
    config = node.mapping("typed_config")
    inner = _by_name(_type(config)) if config is not None else {}
    near = [] if key in inner else meant(key, fields)
    if key in inner:
        yield Unknown(anchor, text, "put it into `typed_config`")
    elif len(near) == 1:
        yield Unknown(anchor, text, f"did you mean `{near[0]}`?")


def _value(node: Node, kind: str) -> Iterator[Unknown]:
    if kind.startswith("{}"):
        for entry in node if isinstance(node, Mapping) else ():
            yield from _single(entry.value, kind[2:])
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _single(item, kind.removeprefix("[]"))
    else:
        yield from _single(node, kind.removeprefix("[]"))


def _single(node: Node, kind: str) -> Iterator[Unknown]:
    if kind == _ANY:
        yield from _any(node)
    elif kind in _table()["enums"]:
        yield from _enumerated(node, kind)
    else:
        yield from _message(node, kind)


def _any(node: Node) -> Iterator[Unknown]:
    """An extension, by the type that it says; one of version 2 is no type any more."""
    name = _type(node) if isinstance(node, Mapping) else ""
    if isinstance(node, Mapping) and name.startswith("envoy.") and ".v2" in name:
        told = node.scalar("@type")
        yield Unknown((told or node).anchor, f"could not find @type '{name}'", _VERSION_3, old=True)
    else:
        yield from _message(node, name)


def _enumerated(node: Node, kind: str) -> Iterator[Unknown]:
    if not isinstance(node, Scalar) or is_placeholder(node.value) or is_digits(node.value.removeprefix("-")):
        return
    values = {value.casefold(): value for value in _table()["enums"][kind]}
    if node.value.casefold() not in values:
        near = [values[v] for v in meant(node.value.casefold(), values)]
        if len(near) == 1:
            yield Unknown(node.anchor, f"unknown enum value: '{node.value}'", f"did you mean `{near[0]}`?")


def _type(config: Mapping | None) -> str:
    told = config.scalar("@type") if config is not None else None
    return told.value.rpartition("/")[2] if told is not None else ""


@cache
def _by_name(name: str) -> dict[str, str]:
    """The fields of a message under both of their names."""
    fields: dict[str, str] = _table()["messages"].get(name, {})
    return {**{camel(field): kind for field, kind in fields.items()}, **fields}


def _table() -> dict[str, Any]:
    return load("envoy")
