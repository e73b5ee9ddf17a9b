"""The formats of names, ports and addresses, with what the API server says of a text that has another.

Source: k8s.io/apimachinery `pkg/util/validation`, k8s.io/kubernetes `pkg/apis/core/validation`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

from upstreamlint import patterns
from upstreamlint.numerals import decimal
from upstreamlint.refusal.addresses import address, block
from upstreamlint.refusal.quantities import quantity
from upstreamlint.typed import TypeAlias

Judge: TypeAlias = Callable[[str | int], str | None]
"""What is wrong with a value, in the server's words; nothing if it is fine."""

_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
_QUALIFIED = r"(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_CAP = 63
_LONG = 253
_ANY = 100_000
_UNDERSCORED = r"[a-z0-9_](?:[-_a-z0-9]*[a-z0-9_])?"
_PORT = 65535
_PORT_NAME = 15

_DNS_LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
    "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_DNS_SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
    "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_DNS_UNDERSCORED = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?(\.[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?)*')"
)
_WILDCARD = (
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
    "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', "
    r"regex used for validation is '\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LABEL_VALUE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
    "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation "
    "is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_NAME_PART = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
_CONFIG_KEY = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  "
    "or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)
_HEADER = (
    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for "
    "validation is '[-A-Za-z0-9]+')"
)
_RESOURCES = frozenset({"cpu", "memory", "ephemeral-storage"})
_DIRECTED_PATH = 'must be a domain-prefixed path (such as "acme.io/foo")'


def _text(pattern: str, said: str, longest: int) -> Judge:
    form = patterns.compile(pattern)

    def judge(value: str | int) -> str | None:
        if len(str(value)) > longest:
            return f"must be no more than {longest} characters"
        return None if form.fullmatch(str(value)) else said

    return judge


_label = _text(_LABEL, _DNS_LABEL, _CAP)
_subdomain = _text(_SUBDOMAIN, _DNS_SUBDOMAIN, _LONG)
_wildcard = _text(rf"\*\.{_SUBDOMAIN}", _WILDCARD, _LONG)


def _dns_label(value: str | int) -> str | None:
    found = _label(value)
    return "must not contain dots" if found == _DNS_LABEL and _subdomain(value) is None else found


def _wildcard_subdomain(value: str | int) -> str | None:
    return _wildcard(value) if "*" in str(value) else _subdomain(value)


def _ingress_host(value: str | int) -> str | None:
    if address(str(value)) is not None:
        return "must be a DNS name, not an IP address"
    return _wildcard_subdomain(value)


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


_name_part = _text(_QUALIFIED, _NAME_PART, _CAP)


def _label_key(value: str | int) -> str | None:
    prefix, slash, name = str(value).rpartition("/")
    if "/" in prefix:
        said = f"a valid label key {_NAME_PART.removeprefix('name part ')} with an optional DNS subdomain prefix and '/'"
        return f"{said} (e.g. 'example.com/MyName')"
    if slash and not prefix:
        return "prefix part must be non-empty"
    if not name:
        return "name part must be non-empty"
    if prefix and _subdomain(prefix):
        return f"prefix part {_DNS_SUBDOMAIN}"
    found = _name_part(name)
    return found if found is None or found.startswith("name part") else f"name part {found}"


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
    return None if slash and path and _subdomain(domain) is None else _DIRECTED_PATH


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


_key = _text(r"[-._a-zA-Z0-9]+", _CONFIG_KEY, _LONG)


def _config_key(value: str | int) -> str | None:
    text = str(value)
    if text in (".", ".."):
        return f"must not be '{text}'"
    return _key(text) or ("must not start with '..'" if text.startswith("..") else None)


def _resource_name(value: str | int) -> str | None:
    """The name of a resource of a container (`ValidateContainerResourceName`)."""
    text = str(value)
    wrong = _label_key(text)
    if wrong is not None or "/" in text or text in _RESOURCES or text.startswith("hugepages-"):
        return wrong
    return "must be a standard resource type or fully qualified"


def _search(value: str | int) -> str | None:
    text = str(value)
    return _underscored(text.removesuffix(".")) if text != "." else None


_underscored = _text(rf"{_UNDERSCORED}(?:\.{_UNDERSCORED})*", _DNS_UNDERSCORED, _LONG)


def _natural_quantity(value: str | int) -> str | None:
    found = quantity(str(value).strip())
    return "must be greater than or equal to 0" if found is not None and found < 0 else None


def _absolute(value: str | int) -> str | None:
    return None if str(value).startswith("/") else "must be an absolute path"


_JUDGES: dict[str, Judge] = {
    "dns-label": _dns_label,
    "dns-subdomain": _subdomain,
    "wildcard-subdomain": _wildcard_subdomain,
    "ingress-host": _ingress_host,
    "port-name": _port_name,
    "port": _port,
    "target-port": _target_port,
    "label-value": _text(rf"(?:{_QUALIFIED})?", _LABEL_VALUE, _CAP),
    "label-key": _label_key,
    "annotation-key": lambda value: _label_key(str(value).lower()),
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
    "config-key": _config_key,
    "header-name": _text(r"[-A-Za-z0-9]+", _HEADER, _ANY),
    "search-domain": _search,
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
