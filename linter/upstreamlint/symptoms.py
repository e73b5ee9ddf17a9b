"""The answers that a broken wire gives, as measured; rules name them from here."""

from __future__ import annotations

from upstreamlint.finding import Symptom

DIRECT_RESPONSE = Symptom(500, "", "-", "Envoy answers by itself: `direct_response`")
"""A Gateway API rule that leads nowhere: its log shows no flag."""

NO_HEALTHY_UPSTREAM = Symptom(503, "no healthy upstream", "UH")
"""A cluster without endpoints (Envoy, Istio)."""

NO_CLUSTER = Symptom(503, "", "NC", "empty body")
"""A route to a cluster that does not exist (Istio): undefined subset, unknown host or port."""

NO_ROUTE = Symptom(404, "", "NR", "empty body")
"""No virtual host or route takes the request (Envoy, Istio)."""

BACKEND_UNRESOLVED = Symptom(500, "", "NC", "empty body")
"""A Gateway API backend that is not there, is not permitted, or has no such port."""


NO_ROUTER = Symptom(404, "", "", "Traefik logs `port is missing` and makes no router")


def streamed(symptom: Symptom) -> Symptom:
    """What an answer of HTTP comes to on a route of TCP or TLS: there is no answer, only an end."""
    return Symptom(flag=symptom.flag, log=f"the connection is closed (Envoy's flag {symptom.flag})")


def backend_unresolved(kind: str) -> Symptom:
    """What clients of a Gateway API route of a kind get when a backend cannot be resolved."""
    if kind == "GRPCRoute":
        return BACKEND_UNRESOLVED._replace(log="for gRPC clients UNKNOWN or UNAVAILABLE")
    return BACKEND_UNRESOLVED if kind == "HTTPRoute" else streamed(BACKEND_UNRESOLVED)


def unattached(kind: str) -> Symptom:
    """What clients of a Gateway API route of a kind get when no listener takes it."""
    return NO_ROUTE if kind in ("HTTPRoute", "GRPCRoute") else streamed(NO_ROUTE)


def unrouted(kind: str) -> Symptom:
    """What clients of a Gateway API rule of a kind get when it has nowhere to send their requests."""
    return DIRECT_RESPONSE if kind in ("HTTPRoute", "GRPCRoute") else Symptom(log="the connection is closed")


CONNECTION_FAILED = Symptom(
    503, "upstream connect error or disconnect/reset before headers", "UF", "nginx: 502, connection refused"
)
"""Nobody listens on the port that is dialled."""

CONNECTION_TERMINATED = Symptom(
    503, "upstream connect error or disconnect/reset before headers", "UC", "connection termination"
)
"""The peer closes: plain text to a server that demands mutual TLS."""

FORBIDDEN = Symptom(403, "RBAC: access denied")
"""An AuthorizationPolicy denies."""

TIMEOUT = Symptom(log="the connection times out")
"""Packets are dropped on the way, and nobody knows who answers for it."""

BAD_GATEWAY = Symptom(502, "", "", "nginx")
"""nginx reaches nobody, or the peer does not speak its protocol."""

PLAIN_TO_TLS = Symptom(
    400,
    log="`The plain HTTP request was sent to HTTPS port` of nginx, `Client sent an HTTP request to an HTTPS server` of Go; "
    "502 where the server closes the connection",
)
"""Plain HTTP to a port of TLS, whose server answers for itself."""

NO_LIVE_UPSTREAMS = Symptom(502, "", "", "nginx logs `no live upstreams while connecting to upstream`")
"""Every server of an nginx upstream is down or ejected."""

HOST_NOT_FOUND = Symptom(log="nginx does not start: `host not found in upstream`")
"""A literal name in nginx that does not resolve when it starts."""

REFUSES_TO_START = Symptom(log="nginx does not start")
"""A configuration that nginx rejects."""

WAITS_FOR_EVER = NO_HEALTHY_UPSTREAM._replace(log="the container waits for ever, and nothing after it starts")
"""What is waited for never answers."""

NEVER_READY = NO_HEALTHY_UPSTREAM._replace(log="the pods never become ready")
"""A probe that cannot succeed."""


def unresolved(proxy: str, *, at_start: bool) -> Symptom:
    """What it looks like when a proxy cannot resolve the name that it dials."""
    if proxy == "nginx":
        if at_start:
            return HOST_NOT_FOUND
        return Symptom(502, "", "", "nginx logs `could not be resolved (3: Host not found)`")
    if proxy in ("envoy", "Envoy"):
        return NO_HEALTHY_UPSTREAM
    if proxy == "Pomerium":
        return Symptom(503, "no_healthy_upstream", "UH", "Pomerium's error page")
    return Symptom(502, "", "", f"{proxy} finds no such host") if proxy else Symptom(log="no such host")


def refused(proxy: str) -> Symptom:
    """What it looks like when nobody listens on the port that a proxy dials."""
    if proxy in ("envoy", "Envoy"):
        return CONNECTION_FAILED
    if proxy == "Pomerium":
        return Symptom(503, "upstream_reset_before_response_started", "UF", "Pomerium's error page")
    if not proxy:
        return Symptom(log="connection refused")
    log = (
        "nginx logs `connect() failed (111: Connection refused)`"
        if proxy == "nginx"
        else "connection refused"
    )
    return Symptom(502, "", "", log)


def nginx_refuses(phrase: str) -> Symptom:
    """What nginx prints instead of starting."""
    return Symptom(log=f"nginx does not start: `{phrase}`")


def nginx_answers(status: int, phrase: str) -> Symptom:
    """The status that clients get from nginx, and what it writes to its error log."""
    return Symptom(status, log=f"nginx logs `{phrase}`")


def envoy_refuses(phrase: str) -> Symptom:
    """What Envoy prints instead of starting."""
    return Symptom(log=f"Envoy does not start: `{phrase}`")
