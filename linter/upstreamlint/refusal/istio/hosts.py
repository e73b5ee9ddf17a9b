"""Host names as istiod checks them (`pkg/config/validation/agent`): what is wrong with one, or nothing."""

from __future__ import annotations

import re

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.refusal.addresses import address, block
from upstreamlint.refusal.at import At
from upstreamlint.refusal.scalars import unfilled

_LABEL = r"[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?"
_is_label = patterns.compile(_LABEL).fullmatch
_is_wildcard = patterns.compile(rf"\*|(?:\*-?)?{_LABEL}").fullmatch
_LONGEST_LABEL = 63
_LONGEST = 255


def readable(at: At) -> str | None:
    """The text of a name that is filled in, which may be empty; nothing if there is none, or not yet."""
    value = at.value if isinstance(at.node, Scalar) and not unfilled(at.node) else None
    return value if isinstance(value, str) else None


def is_label(text: str) -> bool:
    """Whether a text is a DNS label; istiod lets capitals pass."""
    return len(text) <= _LONGEST_LABEL and _is_label(text) is not None


def name(domain: str) -> str | None:
    """`ValidateFQDN`."""
    return _length(domain) or _labels(domain)


def wildcard(domain: str) -> str | None:
    """`ValidateWildcardDomain`: the first label may be, or begin with, an asterisk."""
    if (wrong := _length(domain)) is not None:
        return wrong
    first, dot, rest = domain.partition(".")
    if len(first) > _LONGEST_LABEL or _is_wildcard(first) is None:
        return f'domain name "{domain}" invalid (label "{first}" invalid)'
    return _labels(rest) if dot else None


def _length(domain: str) -> str | None:
    if len(domain) > _LONGEST:
        return f'domain name "{domain}" too long (max 255)'
    return None if domain else "empty domain name not allowed"


def _labels(domain: str) -> str | None:
    labels = domain.split(".")
    if re.fullmatch(r"[-+]?[0-9]+", labels[-1]):
        return f'domain name "{domain}" invalid (top level domain "{labels[-1]}" cannot be all-numeric)'
    for number, label in enumerate(labels, 1):
        if number == len(labels) and not label:
            return None
        if not is_label(label):
            return f'domain name "{domain}" invalid (label "{label}" invalid)'
    return None


def with_namespace(host: str, *, gateway: bool) -> str | None:
    """`ValidateNamespaceSlashWildcardHostname`: hosts of Gateways and Sidecars."""
    namespace, slash, rest = host.partition("/")
    if not slash:
        return _part(host, gateway=True) if gateway else "host must be of form namespace/dnsName"
    if not namespace or not rest:
        return "config namespace and dnsName in host entry cannot be empty"
    wanted = namespace if gateway else namespace.removeprefix("~")
    if wanted and wanted not in ("*", ".") and not is_label(wanted):
        return f'invalid namespace value "{namespace}" in {"gateway" if gateway else "sidecar"}'
    return _part(rest, gateway=gateway)


def _part(host: str, *, gateway: bool) -> str | None:
    if host != "*" and "." not in host and not (gateway and address(host) is not None):
        return "short names (non FQDN) are not allowed"
    wrong = wildcard(host)
    if wrong is not None and not (gateway and address(host) is not None):
        return wrong
    if "*" in host and len(host) > 1 and not host.startswith("*."):
        return f'partial wildcard "{host}" not allowed'
    return None


def subnet(text: str) -> str | None:
    """`ValidateIPSubnet`."""
    if text.count("/") == 1:
        return None if block(text) is not None else f"{text} is not a valid CIDR block"
    return None if text and address(text) is not None else f"{text} is not a valid IP"


def same(one: str, other: str) -> bool:
    """Whether two hosts are one, or a wildcard holds the other (`host.Name.Matches`)."""
    if one.startswith("*") and other.startswith("*"):
        shorter, longer = sorted((one, other), key=len)
        return longer[1:].endswith(shorter[1:])
    if one.startswith("*"):
        return other.endswith(one[1:])
    return one.endswith(other[1:]) if other.startswith("*") else one == other


def inside(one: str, other: str) -> bool:
    """Whether a host is among those of another (`host.Name.SubsetOf`)."""
    if other.startswith("*"):
        return (not one.startswith("*") or len(one) >= len(other)) and one.lstrip("*").endswith(other[1:])
    return one == other
