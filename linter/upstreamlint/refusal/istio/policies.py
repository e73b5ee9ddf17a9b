"""AuthorizationPolicies and PeerAuthentications (`ValidateAuthorizationPolicy`, `ValidatePeerAuthentication`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio.attributes import addresses, attribute, ports, template
from upstreamlint.refusal.istio.labels import selected
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_BLOCKS = ("ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks")
_ASKED_NEVER = (
    *("namespaces", "notNamespaces", "serviceAccounts", "notServiceAccounts", "trustDomains"),
    *("notTrustDomains", "principals", "notPrincipals", "requestPrincipals", "notRequestPrincipals"),
)
_KEYS_NEVER = ("source.namespace", "source.serviceAccount", "source.trustDomain", "source.principal")
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
    if action.text in ("CUSTOM", "DENY") and spec.get("rules").empty and not spec.get("rules").unsure:
        yield said(action, _NEVER.format(action.text), lack=True)
    elif action.text == "CUSTOM" and provider.get("name").empty and not provider.unsure:
        yield said(action, "`provider.name` must not be empty", lack=True)
    if provider.given and action.text != "CUSTOM":
        yield said(provider, f"`provider` must not be with non CUSTOM action, found {action.text or 'ALLOW'}")
    yield from selected(spec.get("selector"))
    for number, rule in enumerate(spec.items("rules")):
        yield from _rule(rule, number)
        if action.text == "CUSTOM":
            yield from _custom(rule)


def _custom(rule: At) -> Iterator[Refusal]:
    """What an authorizer outside is not asked about."""
    for source in (part.get("source") for part in rule.items("from")):
        for field in _ASKED_NEVER:
            if not source.get(field).empty:
                name = f"From.{field[:1].upper()}{field[1:]}"
                yield said(source.get(field), f"{name} is currently not supported with CUSTOM action")
    for key in (part.get("key") for part in rule.items("when")):
        if key.text in _KEYS_NEVER or key.text.startswith("request.auth."):
            yield said(key, f"{key.text} is currently not supported with CUSTOM action")


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
        if condition.get("key").value == "":
            yield said(condition.get("key"), "`key` must not be empty")
        if key and condition.get("values").empty and condition.get("notValues").empty:
            yield said(
                condition, f"at least one of `values` or `notValues` must be set for key {key}", lack=True
            )
        elif key:
            yield from attribute(condition.get("key"), condition)


def _values(content: At) -> Iterator[Refusal]:
    for field, values in content.entries():
        for value in values.parts():
            if value.given and value.value == "":
                name = field.value[:1].upper() + field.value[1:]
                yield said(value, f"`{name}` contain empty values")
    for name in _BLOCKS:
        yield from addresses(content.items(name))
    for name in ("ports", "notPorts"):
        yield from ports(content.items(name))
    for name in ("paths", "notPaths"):
        for path in content.items(name):
            wrong = template(path.text) if path.text else None
            if wrong is not None:
                yield said(path, f"invalid or unsupported path {wrong}".replace("FIELD", name.title()))


def peer_authentication(root: At) -> Iterator[Refusal]:
    """What is refused of a PeerAuthentication."""
    spec = root.get("spec")
    yield from selected(spec.get("selector"))
    levels = spec.get("portLevelMtls")
    if levels.given and not levels.unsure and not any(v.given for _, v in levels.entries()):
        yield said(levels, "port level mTLS, if defined, must have at least one element")
    if not levels.empty and spec.get("selector").get("matchLabels").empty and not spec.get("selector").unsure:
        yield said(levels, "mesh/namespace peer authentication cannot have port level mTLS")
