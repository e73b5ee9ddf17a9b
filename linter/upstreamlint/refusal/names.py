"""The formats of names, with what the API server says of a text that has another.

Source: k8s.io/apimachinery `pkg/util/validation`.
"""

from __future__ import annotations

from collections.abc import Callable

from upstreamlint import patterns
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

_DNS_LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
    "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_DNS_1035 = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')"
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


def _text(pattern: str, said: str, longest: int) -> Judge:
    form = patterns.compile(pattern)

    def judge(value: str | int) -> str | None:
        if len(str(value)) > longest:
            return f"must be no more than {longest} characters"
        return None if form.fullmatch(str(value)) else said

    return judge


_label = _text(_LABEL, _DNS_LABEL, _CAP)
subdomain = _text(_SUBDOMAIN, _DNS_SUBDOMAIN, _LONG)
_wildcard = _text(rf"\*\.{_SUBDOMAIN}", _WILDCARD, _LONG)


def dns_label(value: str | int) -> str | None:
    """A label of a DNS name (`IsDNS1123Label`)."""
    found = _label(value)
    return "must not contain dots" if found == _DNS_LABEL and subdomain(value) is None else found


def wildcard_subdomain(value: str | int) -> str | None:
    """A DNS name, or all names below one (`IsWildcardDNS1123Subdomain`)."""
    return _wildcard(value) if "*" in str(value) else subdomain(value)


_name_part = _text(_QUALIFIED, _NAME_PART, _CAP)


def label_key(value: str | int) -> str | None:
    """The key of a label (`IsQualifiedName`)."""
    prefix, slash, name = str(value).rpartition("/")
    if "/" in prefix:
        said = f"a valid label key {_NAME_PART.removeprefix('name part ')} with an optional DNS subdomain prefix and '/'"
        return f"{said} (e.g. 'example.com/MyName')"
    if slash and not prefix:
        return "prefix part must be non-empty"
    if not name:
        return "name part must be non-empty"
    if prefix and subdomain(prefix):
        return f"prefix part {_DNS_SUBDOMAIN}"
    found = _name_part(name)
    return found if found is None or found.startswith("name part") else f"name part {found}"


_key = _text(r"[-._a-zA-Z0-9]+", _CONFIG_KEY, _LONG)


def config_key(value: str | int) -> str | None:
    """The key of a ConfigMap or Secret (`IsConfigMapKey`)."""
    text = str(value)
    if text in (".", ".."):
        return f"must not be '{text}'"
    return _key(text) or ("must not start with '..'" if text.startswith("..") else None)


def search_domain(value: str | int) -> str | None:
    """A DNS name to look names up below (`validatePodDNSConfig`)."""
    text = str(value)
    return _underscored(text.removesuffix(".")) if text != "." else None


_underscored = _text(rf"{_UNDERSCORED}(?:\.{_UNDERSCORED})*", _DNS_UNDERSCORED, _LONG)


label_value = _text(rf"(?:{_QUALIFIED})?", _LABEL_VALUE, _CAP)
header_name = _text(r"[-A-Za-z0-9]+", _HEADER, _ANY)
dns_1035_label = _text(r"[a-z](?:[-a-z0-9]*[a-z0-9])?", _DNS_1035, _CAP)
