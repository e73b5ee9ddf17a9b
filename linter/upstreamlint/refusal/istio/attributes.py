"""What conditions of AuthorizationPolicies are about, and the values that they take (`pkg/config/security`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.numerals import decimal
from upstreamlint.refusal.addresses import address, block
from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_PORT = 65535
_ONE, _REST = "{*}", "{**}"
_MAPS = ("request.headers", "request.auth.claims", "experimental.envoy.filters.")
_ADDRESSES = ("source.ip", "remote.ip", "destination.ip")
_TEXTS = frozenset(
    {
        *("source.namespace", "source.serviceAccount", "source.principal", "source.trustDomain"),
        *("request.auth.principal", "request.auth.audiences", "request.auth.presenter", "connection.sni"),
    }
)
_GONE = {
    "destination.namespace": "is replaced by the metadata.namespace",
    "destination.name": "",
    "destination.user": "",
}
_key = patterns.compile(r"[^\[]{1,1000}\[.{1,1000}\]")
_literal = patterns.compile(r"[a-zA-Z0-9-._~%!$&'()+,;:@=]{1,1000}")


def attribute(key: At, condition: At) -> Iterator[Refusal]:
    """What is refused of a condition: an attribute that there is not, or values that it cannot have."""
    wrong = _attribute(key.text)
    if wrong is not None:
        yield said(key, f"invalid `value` for `key` {key.text}: {wrong}")
        return
    for field in ("values", "notValues"):
        values = condition.items(field)
        for value in values:
            if value.value == "":
                name = "notValue" if field == "notValues" else "value"
                empty = f"empty value not allowed, found in {key.text}"
                yield said(value, f"invalid `{name}` for `key` {key.text}: {empty}")
        if key.text in _ADDRESSES:
            yield from addresses(values)
        elif key.text == "destination.port":
            yield from ports(values)


def _attribute(key: str) -> str | None:
    if key.startswith(_MAPS):
        return None if _key.fullmatch(key) else f"bad key ({key}): should have format a[b]"
    if key in _TEXTS or key in _ADDRESSES or key == "destination.port":
        return None
    if key.startswith("destination.labels"):
        return f"attribute {key} is replaced by the workload selector"
    if key in _GONE:
        gone = _GONE[key]
        return (
            f"attribute {key} {gone}" if gone else f"deprecated attribute {key}: only supported in v1alpha1"
        )
    return f"unknown attribute: {key}"


def addresses(values: list[At]) -> Iterator[Refusal]:
    """What is refused of addresses and blocks of them."""
    for value in values:
        if "/" in value.text:
            if block(value.text) is None:
                yield said(value, f"bad CIDR range ({value.text})")
        elif value.text and address(value.text) is None:
            yield said(value, f"bad IP address ({value.text})")


def ports(values: list[At]) -> Iterator[Refusal]:
    """What is refused of ports."""
    for value in values:
        if value.text and decimal(value.text, _PORT) is None:
            yield said(value, f"bad port ({value.text})")


def template(path: str) -> str | None:
    """What is wrong with a path that may hold `{*}` and, at its end, `{**}`; it says `FIELD` for where it stands."""
    path, ended = path.strip("/"), False
    templated = _ONE in path or _REST in path
    for part in path.split("/"):
        if part in (_ONE, _REST):
            if ended:
                return f"{path}, found in FIELD. {{**}} is not the last operator"
            ended = part == _REST
        elif "{" in part or "}" in part:
            return f"{path}, found in FIELD. Contains '{{' or '}}' beyond a supported path template"
        elif templated and _literal.fullmatch(part) is None:
            return f"{path}, found in FIELD. Contains segment {part} with invalid string literal"
    return None
