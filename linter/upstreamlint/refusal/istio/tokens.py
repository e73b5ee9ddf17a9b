"""RequestAuthentications: the tokens that requests bring (`validateJwtRule`)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio.labels import selected
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_name = patterns.compile(r"[-_A-Za-z0-9]{1,1000}")


def request_authentication(root: At) -> Iterator[Refusal]:
    """What is refused of a RequestAuthentication."""
    spec = root.get("spec")
    yield from selected(spec.get("selector"))
    for rule in spec.items("jwtRules"):
        yield from _rule(rule)


def _rule(rule: At) -> Iterator[Refusal]:
    if rule.given and not rule.unsure and rule.get("issuer").empty and rule.get("jwksUri").empty:
        yield said(rule, "issuer or jwksUri must be non-empty string", lack=True)
    keys = rule.get("jwks")
    if keys.text and not keys.unsure and not _json(keys.text):
        yield said(keys, "jwks parse error: failed to unmarshal JWK set")
    for change in rule.items("outputClaimToHeaders"):
        header, claim = change.get("header"), change.get("claim")
        if header.given and claim.given and "" in (header.value, claim.value):
            yield said(change, "outputClaimToHeaders header and claim value must be non-empty string")
        elif header.text and _name.fullmatch(header.text) is None:
            yield said(header, f"header name {header.text} is not a valid header name")


def _json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
