"""The short forms of ports and volumes: one line of text for what could be a mapping."""

from __future__ import annotations

import ipaddress
import posixpath
import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import INTERPOLATED, Mapping, Node, Scalar
from upstreamlint.numerals import HIGHEST_PORT, decimal
from upstreamlint.readers.compose.tree import integer, is_unknown_text, kind, part, split_fields
from upstreamlint.values import frozen

_MAX_RANGE = 2000
_WINDOWS_DRIVE = patterns.compile(r"[A-Za-z]\Z")


@frozen
class PortText:
    """One container port of a `ports` entry.

    Numbers are text: `published` may be a range (`8000-9000`, one of which the engine picks), and each part
    may hold an unknown variable. An empty `published` is a random host port.
    """

    host_ip: str
    published: str
    target: str
    protocol: str


class PortError(ValueError):
    """A port that Compose refuses, in its words."""


def ports(node: Node) -> list[PortText]:
    """The ports of one entry of `ports`, short or long; raises `PortError`."""
    if isinstance(node, Mapping):
        return list(_long(node))
    if not isinstance(node, Scalar):
        return []
    if kind(node) == "number":
        raise PortError("invalid type float64 for port")
    return list(_short(node.value))


def _text(node: Node | None) -> str:
    return node.value if isinstance(node, Scalar) else ""


def _long(node: Mapping) -> Iterator[PortText]:
    target = _text(node.get("target"))
    if not target:
        raise PortError("is missing a target port")
    protocol = _text(node.get("protocol")) or "tcp"
    yield PortText(_text(node.get("host_ip")), _text(node.get("published")), target, protocol)


def _short(text: str) -> Iterator[PortText]:
    rest, _, protocol = (
        text.partition("/") if not is_unknown_text(text.rpartition("/")[2]) else (text, "", "")
    )
    protocol = protocol.lower() or "tcp"
    fields = split_fields(rest)
    target = fields[-1]
    published = fields[-2] if len(fields) > 1 else ""
    host_ip = ":".join(fields[:-2])
    if not target:
        raise PortError(f"no port specified: {text or '<empty>'}{'<empty>' if text.endswith(':') else ''}")
    if protocol not in ("tcp", "udp", "sctp"):
        raise PortError(f"invalid proto: {protocol}")
    if host_ip and not is_unknown_text(host_ip):
        try:
            ipaddress.ip_address(host_ip.strip("[]"))
        except ValueError:
            raise PortError(f"invalid IP address: {host_ip}") from None
    if is_unknown_text(target) or is_unknown_text(published):
        yield PortText(host_ip, published, target, protocol)
        return
    targets = _range(target, "containerPort")
    hosts = _range(published, "hostPort") if published else None
    if hosts and len(hosts) != len(targets):
        if len(targets) != 1:
            raise PortError(
                f"invalid ranges specified for container and host Ports: {target} and {published}"
            )
        yield PortText(host_ip, published, target, protocol)
        return
    for index, number in enumerate(targets):
        yield PortText(host_ip, str(hosts[index]) if hosts else "", str(number), protocol)


def _range(text: str, what: str) -> range:
    first, dash, last = text.partition("-")
    start, end = _port(first), _port(last) if dash else _port(first)
    if start is None or end is None or end < start:
        raise PortError(f"invalid {what}: {text}")
    return range(start, min(end, start + _MAX_RANGE) + 1)


def _port(text: str) -> int | None:
    return decimal(text, HIGHEST_PORT)


@frozen
class VolumeText:
    """One entry of `volumes`: `kind` is bind, volume, tmpfs … as Compose would print it."""

    kind: str
    source: Scalar | None
    target: Scalar
    read_only: bool = False


class VolumeError(ValueError):
    """A volume that Compose refuses, in its words."""


def volume(node: Node) -> VolumeText | None:
    """An entry of `volumes`, short or long; nothing when it has no target; raises `VolumeError`."""
    if isinstance(node, Mapping):
        target, form = node.scalar("target"), node.scalar("type")
        source, flag = node.scalar("source"), node.scalar("read_only")
        if target is None:
            return None
        return VolumeText(
            form.value if form else "volume", source, target, flag is not None and flag.value == "true"
        )
    if not isinstance(node, Scalar) or not node.value:
        return None
    spans = list(_spans(node.value))
    if any(start == end for start, end in spans) and len(spans) > 1:
        raise VolumeError(f"invalid spec: {node.value}: empty section between colons")
    if len(spans) == 1:
        return VolumeText("volume", None, node)
    (source_at, target_at, *options_at) = spans
    source, target = part(node, *source_at), part(node, *target_at)
    if target.value.startswith("/"):
        target = target._replace(value=posixpath.normpath(target.value))
    options = node.value[options_at[0][0] :].split(",") if options_at else []
    return VolumeText(_volume_kind(source), source, target, "ro" in options)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """The fields between colons as offsets; the colon of a Windows drive does not count."""
    fields = split_fields(text)
    at = index = 0
    while index < len(fields):
        length = len(fields[index])
        following = fields[index + 1] if index + 1 < len(fields) else ""
        if _WINDOWS_DRIVE.match(fields[index]) and following[:1] in ("/", "\\"):
            length += 1 + len(following)
            index += 1
        yield at, at + length
        at += length + 1
        index += 1


def _volume_kind(source: Scalar) -> str:
    """A path is a bind, a name is a volume; a variable in front is taken for a path, as people use it."""
    text = source.value
    if text[:1] in (".", "/", "~") or re.match(r"[A-Za-z]:[\\/]", text) or text.startswith("\\\\"):
        return "bind"
    return "bind" if source.tag != INTERPOLATED and is_unknown_text(text[: text.find("}") + 1]) else "volume"


def expose_numbers(text: str) -> list[tuple[int, str]]:
    """The ports and protocols of an `expose` entry (`3000`, `8080-8082/tcp`); what is no number is left out."""
    numbers, _, protocol = text.partition("/")
    try:
        return [(number, protocol or "tcp") for number in _range(numbers, "port")]
    except PortError:
        return []


def replicas(node: Node | None) -> int | None:
    """A count that is known."""
    return integer(node.value) if isinstance(node, Scalar) and not is_unknown_text(node.value) else None
