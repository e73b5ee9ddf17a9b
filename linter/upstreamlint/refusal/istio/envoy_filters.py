"""EnvoyFilters: that what is changed, where, and how belong together (`ValidateEnvoyFilter`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio import hosts, messages, regexes
from upstreamlint.refusal.istio.labels import selected
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_MANAGER = "envoy.filters.network.http_connection_manager"
_MANAGERS = (_MANAGER, "envoy.http_connection_manager")
_LISTENERS = ("LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER")
_ROUTES = ("ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE")
_MATCHES = {
    **dict.fromkeys(_LISTENERS, ("listener", "listener", "listener")),
    **dict.fromkeys(_ROUTES, ("routeConfiguration", "http route", "route configuration")),
    "CLUSTER": ("cluster", "cluster", "cluster"),
}
"""What a change of a class may ask of the place, by the name of the field, with the words for the class and it."""
_PLACES = ("listener", "routeConfiguration", "cluster")
_WAYPOINT = "WAYPOINT"
"""Where istiod looks at nothing."""
_LONGEST_VERSION = 1024
"""Longer patterns are not compiled, and taken."""


def envoy_filter(root: At) -> Iterator[Refusal]:
    """What is refused of an EnvoyFilter."""
    spec = root.get("spec")
    yield from selected(spec.get("workloadSelector"), "labels")
    for change in spec.items("configPatches"):
        wrong = None if change.unsure else _wrong(change)
        if wrong is not None:
            yield wrong
        elif change.get("match").get("context").text != _WAYPOINT:
            yield from messages.value(change.get("patch").get("value"), change.get("applyTo").text)


def _wrong(change: At) -> Refusal | None:
    """The first fault of a change; istiod goes on to the next one then."""
    match, patch = change.get("match"), change.get("patch")
    class_, operation = change.get("applyTo"), patch.get("operation")
    if any(at.unsure for at in (match, patch, class_, operation)) or match.get("context").text == _WAYPOINT:
        return None
    if class_.text in ("", "INVALID"):
        return said(class_, "Envoy filter: missing applyTo", lack=not class_.given)
    if not patch.given:
        return said(patch, "Envoy filter: missing patch", lack=True)
    if operation.text in ("", "INVALID"):
        return said(operation, "Envoy filter: missing patch operation", lack=not operation.given)
    value = patch.get("value")
    if operation.text != "REMOVE" and not value.given and not value.unsure:
        return said(value, "Envoy filter: missing patch value for non-remove operation", lack=True)
    version = hosts.readable(match.get("proxy").get("proxyVersion"))
    wrong = regexes.problem(version) if version and len(version) <= _LONGEST_VERSION else None
    if wrong is not None:
        place = match.get("proxy").get("proxyVersion")
        return said(place, f"Envoy filter: invalid regex for proxy version, [{wrong}]")
    return _misplaced(match, class_.text)


def _misplaced(match: At, class_: str) -> Refusal | None:
    if class_ not in _MATCHES:
        return None
    field, what, wanted = _MATCHES[class_]
    other = next((match.get(p) for p in _PLACES if p != field and match.get(p).given), None)
    if other is not None:
        article = f"applyTo for {what} class objects cannot have non {wanted} match"
        return said(other, f"Envoy filter: {article}")
    return _filter(match.get("listener").get("filterChain").get("filter"), class_)


def _filter(found: At, class_: str) -> Refusal | None:
    """What is refused of the filter of a listener that a change is made at."""
    name, inner = found.get("name"), found.get("subFilter")
    if class_ not in _LISTENERS or not found.given or found.unsure or name.unsure or inner.unsure:
        return None
    if not name.text:
        return said(name, "Envoy filter: filter match has no name to match on", lack=True)
    if not inner.given:
        return None
    if class_ != "HTTP_FILTER":
        return said(inner, "Envoy filter: subfilter match can be used with applyTo HTTP_FILTER only")
    if name.text not in _MANAGERS:
        return said(name, f"Envoy filter: subfilter match requires filter match with {_MANAGER}")
    if not inner.get("name").text and not inner.get("name").unsure:
        return said(inner.get("name"), "Envoy filter: subfilter match has no name to match on", lack=True)
    return None
