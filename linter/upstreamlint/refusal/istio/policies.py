"""AuthorizationPolicies and PeerAuthentications (`ValidateAuthorizationPolicy`, `ValidatePeerAuthentication`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.numerals import port as port_of
from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio import hosts
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_BLOCKS = ("ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks")
_NEVER = (
    "{} action without `rules` is meaningless as it will never be triggered, add an empty rule `{{}}` if you want it be "
    "triggered for every request"
)


def authorization_policy(root: At) -> Iterator[Refusal]:
    """What is refused of an AuthorizationPolicy."""
    spec = root.get("spec")
    action = spec.get("action")
    if not spec.given or spec.unsure or action.unsure:
        return
    provider = spec.get("provider")
    if action.text in ("CUSTOM", "DENY") and not spec.get("rules").given:
        yield said(action, _NEVER.format(action.text), lack=True)
    elif action.text == "CUSTOM" and provider.get("name").empty and not provider.unsure:
        yield said(action, "`provider.name` must not be empty", lack=True)
    if provider.given and action.text != "CUSTOM":
        yield said(provider, f"`provider` must not be with non CUSTOM action, found {action.text or 'ALLOW'}")
    yield from selected(spec)
    for number, rule in enumerate(spec.items("rules")):
        yield from _rule(rule, number)


def _rule(rule: At, number: int) -> Iterator[Refusal]:
    for field, inner in (("from", "source"), ("to", "operation")):
        for part in rule.items(field):
            content = part.get(inner)
            if part.unsure or content.unsure:
                continue
            if not content.given:
                yield said(part, f"`{field}.{inner}` must not be nil, found at rule {number}", lack=True)
            elif all(value.empty for _, value in content.entries()):
                yield said(content, f"`{field}.{inner}` must not be empty, found at rule {number}", lack=True)
            yield from _values(content)
    for condition in rule.items("when"):
        key = condition.get("key").text
        if key and condition.get("values").empty and condition.get("notValues").empty:
            yield said(
                condition, f"at least one of `values` or `notValues` must be set for key {key}", lack=True
            )


def _values(content: At) -> Iterator[Refusal]:
    for field, values in content.entries():
        for value in values.parts():
            if value.given and value.value == "":
                name = field.value[:1].upper() + field.value[1:]
                yield said(value, f"`{name}` contain empty values")
    for name in _BLOCKS:
        for block in content.items(name):
            if block.text and hosts.subnet(block.text) is not None:
                yield said(block, f"invalid IP block {block.text}: {hosts.subnet(block.text)}")
    for name in ("ports", "notPorts"):
        for port in content.items(name):
            digits = port.text
            if digits and port_of(digits) is None:
                yield said(port, f"invalid port {digits}")


def selected(spec: At) -> Iterator[Refusal]:
    """What is refused of the selector of a policy."""
    for key, value in spec.get("selector").get("matchLabels").entries():
        if "*" in key.value or "*" in value.text:
            yield said(value, f'wildcard is not supported in selector: "{key.value}={value.text}"')


def peer_authentication(root: At) -> Iterator[Refusal]:
    """What is refused of a PeerAuthentication."""
    spec = root.get("spec")
    ports = spec.get("portLevelMtls")
    if ports.given and ports.empty and not ports.unsure:
        yield said(ports, "port level mTLS, if defined, must have at least one element")
    if not ports.empty and spec.get("selector").get("matchLabels").empty and not spec.get("selector").unsure:
        yield said(ports, "mesh/namespace peer authentication cannot have port level mTLS")
