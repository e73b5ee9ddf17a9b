"""HTTPProxies that Contour takes for invalid (internal/dag/httpproxy_processor.go, internal/dag/conditions.go).

The API server takes them; their status says `Valid: False`, and their host or routes answer `404`. What they name and nothing is, and Secrets, are told elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.refused import Refusal

_ACTIONS = ("services", "requestRedirectPolicy", "directResponsePolicy")
_PATHS = ("prefix", "exact", "regex")
_COUNT = "must set exactly one of route.services or route.requestRedirectPolicy or route.directResponsePolicy"
_ONE_PATH = "more than one prefix, exact or regex is not allowed in a condition block"


def http_proxy(root: At) -> Iterator[Refusal]:
    """What is invalid of an HTTPProxy."""
    spec = root.get("spec")
    routes, includes, host = spec.get("routes"), spec.get("includes"), spec.get("virtualhost")
    if not spec.given or any(at.unsure for at in (spec, routes, includes, host)):
        return
    if host.given:
        yield from _root(host)
        if routes.empty and includes.empty and not spec.get("tcpproxy").given:
            said = "HTTPProxy.Spec must have at least one Route, Include, or a TCPProxy"
            yield _said(spec, said, lack=True)
    for include in includes.parts():
        yield from _conditions(include, "include")
    for route in routes.parts():
        if route.given and not route.unsure:
            yield from _route(route)


def _said(at: At, said: str, *, lack: bool = False) -> Refusal:
    return Refusal(at.path, said, at.anchor, lack=lack, judge="Contour", admitted=True)


def _root(host: At) -> Iterator[Refusal]:
    allowed, denied = host.get("ipAllowPolicy"), host.get("ipDenyPolicy")
    if not allowed.empty and not denied.empty:
        said = "Spec.VirtualHost.IPAllowFilterPolicy and Spec.VirtualHost.IPDepnyFilterPolicy cannot both be defined."
        yield _said(denied, said)
    tls = host.get("tls")
    secret, through = tls.get("secretName"), tls.get("passthrough")
    if not tls.given or any(at.unsure for at in (tls, secret, through)):
        return
    if through.value is True and not secret.empty:
        yield _said(secret, "Spec.VirtualHost.TLS: both Passthrough and SecretName were specified")
    elif through.value is not True and secret.empty:
        said = "Spec.VirtualHost.TLS: neither Passthrough nor SecretName were specified"
        yield _said(tls, said, lack=True)
    elif through.value is True and tls.get("clientValidation").given:
        said = "Spec.VirtualHost.TLS passthrough cannot be combined with tls.clientValidation"
        yield _said(tls.get("clientValidation"), said)


def _route(route: At) -> Iterator[Refusal]:
    given = [at for at in map(route.get, _ACTIONS) if at.given and not (at.step == "services" and at.empty)]
    if any(at.unsure for at in given):
        return
    if len(given) != 1:
        yield _said(given[1] if given else route, _COUNT, lack=not given)
    yield from _conditions(route, "route")
    mirrors = [at.get("mirror") for at in route.items("services") if at.get("mirror").value is True]
    if len(mirrors) > 1:
        yield _said(mirrors[1], "only one service per route may be nominated as mirror")


def _conditions(holder: At, kind: str) -> Iterator[Refusal]:
    """The paths of a route or of an include; the first that is wrong is told."""
    given = [part.get(name) for part in holder.items("conditions") for name in _PATHS]
    given = [at for at in given if at.text]
    if any(at.unsure for at in given):
        return
    for at in given:
        if kind == "include" and at.step != "prefix":
            yield _said(at, f"include: {at.step} conditions are not allowed in includes block")
            return
        if not at.text.startswith("/"):
            yield _said(at, f"{kind}: {at.step} conditions must start with /, {at.text} was supplied")
            return
    if len(given) > 1:
        yield _said(given[1], f"{kind}: {_ONE_PATH}")
