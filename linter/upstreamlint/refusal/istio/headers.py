"""Headers and origins that routes set, remove and let pass (`validateHTTPRoute`, `validateCORSPolicy`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.refusal.at import At
from upstreamlint.refusal.cel import ConversionError, seconds
from upstreamlint.refusal.istio import header_values, regexes
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_name = patterns.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,1000}")
_CLAIMS = ("@request.auth.claims",)
_PSEUDO = frozenset({":method", ":scheme", ":authority", ":path", ":status"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"})
_AUTHORITY = (":authority", "host")
_EMPTY = "header name cannot be empty"


def headers(at: At) -> Iterator[Refusal]:
    """What is refused of the headers that a route or a destination changes."""
    for direction in ("request", "response"):
        change = at.get(direction)
        for field in ("add", "set"):
            for key, value in change.get(field).entries():
                wrong = _changed(key.value, authority=direction == "request")
                if wrong is not None:
                    yield Refusal(value.path, wrong, key.anchor, judge="istiod")
                wrong = header_values.problem(value.text)
                if wrong is not None:
                    yield said(value, f"header value configuration: {wrong}", "write `%%` for a percent sign")
        for name in change.items("remove"):
            wrong = _changed(name.text, authority=False) if isinstance(name.value, str) else None
            if wrong is not None:
                yield said(name, wrong)


def _changed(name: str, *, authority: bool) -> str | None:
    """What is wrong with the name of a header to change; `authority` says that the Host may be."""
    if not name:
        return _EMPTY
    if authority and name.lower() in _AUTHORITY:
        return None
    if name.lower() == "host":
        return f'invalid header "{name}": cannot set Host header'
    return f'invalid header "{name}": header cannot have ":" prefix' if name.startswith(":") else None


def matched(at: At, name: str) -> Iterator[Refusal]:
    """What is refused of the name of a header that a match is about."""
    wrong = _EMPTY if not name else None
    if name and not name.startswith(_CLAIMS) and name not in _PSEUDO and _name.fullmatch(name) is None:
        wrong = f"header name {name} is not a valid header name"
    if wrong is not None:
        yield Refusal(at.path, wrong, at.key, judge="istiod")


def cross_origin(policy: At) -> Iterator[Refusal]:
    """What is refused of a policy of origins."""
    for origin in policy.items("allowOrigins"):
        found = next((origin.get(k) for k in ("exact", "prefix", "regex") if origin.get(k).given), None)
        if not origin.unsure and origin.given and (found is None or found.value == ""):
            yield said(origin, "'' is not a valid match type for CORS allow origins", lack=found is None)
        regex = origin.get("regex")
        wrong = regexes.problem(regex.text) if regex.text else None
        if wrong is not None:
            yield said(regex, f'"corsPolicy.allowOrigins": {wrong}; {regexes.STYLE}')
    for method in policy.items("allowMethods"):
        if isinstance(method.value, str) and method.text not in _METHODS:
            yield said(method, f'"{method.text}" is not a supported HTTP method')
    for field in ("allowHeaders", "exposeHeaders"):
        for name in policy.items(field):
            if isinstance(name.value, str) and name.text != "*":
                yield from _listed(name)
    yield from _age(policy.get("maxAge"))


def _listed(name: At) -> Iterator[Refusal]:
    if not name.text:
        yield said(name, _EMPTY)
    elif _name.fullmatch(name.text) is None:
        yield said(name, f"header name {name.text} is not a valid header name")


def _age(age: At) -> Iterator[Refusal]:
    try:
        time = seconds(age.text) if age.text else 0.0
    except ConversionError:
        return
    if not time.is_integer():
        yield said(age, "max_age duration is accurate only to seconds precision")


def one_authority(route: At) -> Iterator[Refusal]:
    """The authority that a route sets more than once (`validateAuthorityRewrite`)."""
    current = route.get("rewrite").get("authority").text
    for field in ("set", "add"):
        for key, value in route.get("headers").get("request").get(field).entries():
            if key.value.lower() not in _AUTHORITY or not value.text:
                continue
            if current:
                text = f'authority header cannot be set multiple times: have "{current}", attempting to set'
                yield said(value, f'{text} "{value.text}"')
            current = value.text
