"""The formats of ports, paths, addresses and (`names`) names, with what the API server says of a text that has another.

Source: k8s.io/apimachinery `pkg/util/validation`, k8s.io/kubernetes `pkg/apis/core/validation`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

from upstreamlint import patterns
from upstreamlint.numerals import decimal
from upstreamlint.refusal import names
from upstreamlint.refusal.addresses import address, block
from upstreamlint.refusal.names import Judge
from upstreamlint.refusal.quantities import quantity

_PORT = 65535
_PORT_NAME = 15
_RESOURCES = frozenset({"cpu", "memory", "ephemeral-storage"})
_DIRECTED_PATH = 'must be a domain-prefixed path (such as "acme.io/foo")'


def _ingress_host(value: str | int) -> str | None:
    if address(str(value)) is not None:
        return "must be a DNS name, not an IP address"
    return names.wildcard_subdomain(value)


def _port_name(value: str | int) -> str | None:
    text = str(value)
    if len(text) > _PORT_NAME:
        return f"must be no more than {_PORT_NAME} characters"
    if not re.fullmatch(r"[-a-z0-9]+", text):
        return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
    if not re.search(r"[a-z]", text):
        return "must contain at least one letter (a-z)"
    if "--" in text:
        return "must not contain consecutive hyphens"
    return "must not begin or end with a hyphen" if text[0] == "-" or text[-1] == "-" else None


def _port(value: str | int) -> str | None:
    if isinstance(value, int):
        return None if 0 < value <= _PORT else "must be between 1 and 65535, inclusive"
    return _port_name(value)


def _target_port(value: str | int) -> str | None:
    return None if value == 0 else _port(value)


def _share(value: str | int) -> str | None:
    if isinstance(value, int):
        return None if value >= 0 else "must be greater than or equal to 0"
    if re.fullmatch(r"[0-9]+%", value):
        return None
    return (
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used "
        "for validation is '[0-9]+%')"
    )


def _segment(value: str | int) -> str | None:
    text = str(value)
    if text in (".", ".."):
        return f"may not be '{text}'"
    return next((f"may not contain '{c}'" for c in "/%" if c in text), None)


def _env_name(value: str | int) -> str | None:
    if all(" " <= c <= "~" and c != "=" for c in str(value)):
        return None
    return "a valid environment variable name must consist only of printable ASCII characters other than '='"


def _prefixed_path(value: str | int) -> str | None:
    domain, slash, path = str(value).partition("/")
    return None if slash and path and names.subdomain(domain) is None else _DIRECTED_PATH


def _ip(value: str | int) -> str | None:
    if address(str(value)) is not None:
        return None
    return "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"


def _cidr(value: str | int) -> str | None:
    if block(str(value).strip()) is not None:
        return None
    return "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def _descending(value: str | int) -> str | None:
    return "must be a relative path" if str(value).startswith("/") else _backsteps(value)


def _backsteps(value: str | int) -> str | None:
    return "must not contain '..'" if ".." in str(value).split("/") else None


def _own_path(value: str | int) -> str | None:
    text = str(value)
    return _descending(text) or ("must not start with '..'" if text.startswith("..") else None)


def _resource_name(value: str | int) -> str | None:
    """The name of a resource of a container (`ValidateContainerResourceName`)."""
    text = str(value)
    wrong = names.label_key(text)
    if wrong is not None or "/" in text or text in _RESOURCES or text.startswith("hugepages-"):
        return wrong
    return "must be a standard resource type or fully qualified"


def _natural_quantity(value: str | int) -> str | None:
    found = quantity(str(value).strip())
    return "must be greater than or equal to 0" if found is not None and found < 0 else None


def _absolute(value: str | int) -> str | None:
    return None if str(value).startswith("/") else "must be an absolute path"


_JUDGES: dict[str, Judge] = {
    "dns-label": names.dns_label,
    "dns-1035-label": names.dns_1035_label,
    "dns-subdomain": names.subdomain,
    "wildcard-subdomain": names.wildcard_subdomain,
    "ingress-host": _ingress_host,
    "port-name": _port_name,
    "port": _port,
    "target-port": _target_port,
    "label-value": names.label_value,
    "label-key": names.label_key,
    "annotation-key": lambda value: names.label_key(str(value).lower()),
    "share": _share,
    "path-segment": _segment,
    "env-name": _env_name,
    "prefixed-path": _prefixed_path,
    "ip": _ip,
    "cidr": _cidr,
    "descending-path": _descending,
    "no-backsteps": _backsteps,
    "own-path": _own_path,
    "absolute-path": _absolute,
    "config-key": names.config_key,
    "header-name": names.header_name,
    "search-domain": names.search_domain,
    "container-resource": _resource_name,
    "natural-quantity": _natural_quantity,
}


_USUAL: dict[str, re.Pattern[str]] = {
    "dns-label": patterns.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"),
    "dns-subdomain": patterns.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"),
    "ingress-host": patterns.compile(r"(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\.){0,3}[a-z]{1,63}"),
    "wildcard-subdomain": patterns.compile(r"(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\.){0,3}[a-z]{1,63}"),
    "port-name": patterns.compile(r"[a-z](?:[a-z0-9]{0,13}[a-z])?"),
    "port": patterns.compile(r"[a-z](?:[a-z0-9]{0,13}[a-z])?|[1-9][0-9]{0,3}"),
    "target-port": patterns.compile(r"[a-z](?:[a-z0-9]{0,13}[a-z])?|[1-9][0-9]{0,3}"),
    "label-value": patterns.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"),
    "label-key": patterns.compile(
        r"(?:[a-z0-9]{1,30}(?:[-.][a-z0-9]{1,30}){0,5}/)?[A-Za-z0-9]{1,20}(?:[-_.][A-Za-z0-9]{1,20}){0,2}"
    ),
    "annotation-key": patterns.compile(
        r"(?:[a-z0-9]{1,30}(?:[-.][a-z0-9]{1,30}){0,5}/)?[A-Za-z0-9]{1,20}(?:[-_.][A-Za-z0-9]{1,20}){0,2}"
    ),
    "env-name": patterns.compile(r"[A-Za-z_][A-Za-z0-9_]*"),
    "config-key": patterns.compile(r"[A-Za-z0-9_][-._A-Za-z0-9]{0,80}"),
    "container-resource": patterns.compile(r"cpu|memory|ephemeral-storage"),
    "natural-quantity": patterns.compile(r"[0-9]{1,9}(?:\.[0-9]+)?[A-Za-z]{0,2}"),
}
"""What the usual texts of a format are like: each of them has it, and some others have."""
_NONE = patterns.compile(r"(?!)")


@cache
def problem(name: str, value: str | int) -> str | None:
    """What the server says of a value that has not the format; nothing if it has, or if the format is not known."""
    judge = _JUDGES.get(name)
    return judge(value) if judge is not None else None


@cache
def formed(name: str) -> Callable[[str], bool]:
    """Whether a text as it is written has a format; digits are a number."""
    usual = _USUAL.get(name, _NONE).fullmatch

    @lru_cache(maxsize=4_096)
    def fits(text: str) -> bool:
        if usual(text) is not None:
            return True
        number = decimal(text)
        return problem(name, text if number is None else number) is None

    return fits
