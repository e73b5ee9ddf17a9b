"""The transport sockets of a cluster: TLS, the name that it asks for, and the PROXY header before all else."""

from __future__ import annotations

from upstreamlint.documents import Mapping
from upstreamlint.programs.envoy.fields import has, is_true, mapping, scalar, text, type_of

_HEADER = "ProxyProtocolUpstreamTransport"
_PLAIN = "RawBuffer"


def begins_with_header(message: Mapping) -> bool:
    """Whether connections begin with a PROXY header, whatever is spoken behind it."""
    return type_of(mapping(message, "transport_socket", "typed_config")) == _HEADER


def speaks_tls(message: Mapping) -> bool:
    """Whether connections are wrapped, or those to some endpoints are."""
    wrapped = _inner(message)
    return has(message, "tls_context") or has(message, "transport_socket_matches") or wrapped is not None


def sni(message: Mapping) -> str | None:
    """The name that TLS asks for; nothing where the request decides, or more than one socket may be used."""
    socket = _inner(message)
    config = mapping(socket, "typed_config") if socket is not None else None
    if type_of(config) != "UpstreamTlsContext" or has(message, "transport_socket_matches"):
        return None
    options = mapping(message, "typed_extension_protocol_options")
    upstream = [
        mapping(e.value, "upstream_http_protocol_options")
        for e in options or ()
        if isinstance(e.value, Mapping)
    ]
    if any(is_true(o, "auto_sni") for o in upstream) or (
        config is not None and is_true(config, "auto_host_sni")
    ):
        return None
    return text(config, "sni")


def _inner(message: Mapping) -> Mapping | None:
    """The socket that wraps what is spoken, behind a PROXY header too."""
    socket = mapping(message, "transport_socket")
    if begins_with_header(message):
        socket = mapping(socket, "typed_config", "transport_socket")
    name = scalar(socket, "name")
    plain = type_of(mapping(socket, "typed_config")) == _PLAIN or (
        name is not None and name.value == "envoy.transport_sockets.raw_buffer"
    )
    return None if plain else socket
