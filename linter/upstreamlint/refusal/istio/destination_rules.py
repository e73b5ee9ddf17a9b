"""DestinationRules: subsets and traffic policies (`ValidateDestinationRule`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio import hosts
from upstreamlint.refusal.istio.export import exported
from upstreamlint.refusal.istio.labels import labels
from upstreamlint.refusal.istio.routes import port, subset_name
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_POLICIES = ("outlierDetection", "connectionPool", "loadBalancer", "tls")
_MORE = ("portLevelSettings", "tunnel", "proxyProtocol", "retryBudget")
_WHOLE = 100
_COUNTS = {
    "http": {
        "http1MaxPendingRequests": "http1 max pending requests",
        "http2MaxRequests": "http2 max requests",
        "maxRequestsPerConnection": "max requests per connection",
        "maxRetries": "max retries",
        "maxConcurrentStreams": "max concurrent streams",
    },
    "tcp": {"maxConnections": "max connections"},
}


def destination_rule(root: At) -> Iterator[Refusal]:
    """What is refused of a DestinationRule."""
    spec = root.get("spec")
    host = spec.get("host")
    wrong = hosts.wildcard(hosts.readable(host)) if hosts.readable(host) else None
    if wrong is not None:
        yield said(host, wrong)
    yield from _policy(spec.get("trafficPolicy"))
    seen: dict[str, At] = {}
    for subset in spec.items("subsets"):
        name = subset.get("name")
        if name.empty and not subset.unsure:
            yield said(name, "subset name cannot be empty", lack=name.node is None)
        yield from subset_name(name)
        text = hosts.readable(name)
        if text and seen.setdefault(text, name) is not name:
            yield said(name, f"duplicate subset names: {text}", first=seen[text])
        yield from labels(subset.get("labels"))
        yield from _policy(subset.get("trafficPolicy"))
    yield from exported(spec)


def _policy(policy: At) -> Iterator[Refusal]:
    if not policy.given or policy.unsure:
        return
    if not any(policy.get(f).given for f in (*_POLICIES, *_MORE)):
        yield said(policy, "traffic policy must have at least one field", lack=True)
    if policy.get("tunnel").given and policy.get("proxyProtocol").given:
        yield said(policy.get("proxyProtocol"), "tunnel and proxyProtocol must not be set together")
    yield from _settings(policy)
    for level in policy.items("portLevelSettings"):
        if not level.get("port").given:
            yield said(level, "portTrafficPolicy must have valid port", lack=True)
        if not any(level.get(f).given for f in _POLICIES):
            yield said(level, "port traffic policy must have at least one field", lack=True)
        yield from _settings(level)
    yield from port(policy.get("tunnel").get("targetPort"))


def _settings(policy: At) -> Iterator[Refusal]:
    yield from _outlier(policy.get("outlierDetection"))
    yield from _pool(policy.get("connectionPool"))
    yield from _balancer(policy.get("loadBalancer"))
    yield from _tls(policy.get("tls"))


def _outlier(outlier: At) -> Iterator[Refusal]:
    for field in ("maxEjectionPercent", "minHealthPercent"):
        share = outlier.get(field)
        if share.number is not None and not 0 <= share.number <= _WHOLE:
            yield said(share, f"percentage {share.number} is not in range 0..100")
    local = outlier.get("consecutiveLocalOriginFailures")
    if local.number and outlier.get("splitExternalLocalOriginErrors").value is not True:
        yield said(
            local,
            "outlier detection consecutive local origin failures is specified, but split external local origin errors is set to false",
        )


def _pool(pool: At) -> Iterator[Refusal]:
    if not pool.given or pool.unsure:
        return
    if not pool.get("http").given and not pool.get("tcp").given:
        yield said(pool, "connection pool must have at least one field", lack=True)
    for part, counts in _COUNTS.items():
        for field, words in counts.items():
            count = pool.get(part).get(field)
            if count.number is not None and count.number < 0:
                yield said(count, f"{words} must be non-negative")
    http = pool.get("http")
    if http.get("h2UpgradePolicy").text == "UPGRADE" and http.get("useClientProtocol").value is True:
        yield said(
            http.get("useClientProtocol"),
            "use client protocol must not be true when H2UpgradePolicy is UPGRADE",
        )


def _balancer(balancer: At) -> Iterator[Refusal]:
    cookie = balancer.get("consistentHash").get("httpCookie")
    if cookie.given and cookie.get("name").empty and not cookie.unsure:
        yield said(cookie, "name required for HttpCookie", lack=True)
    yield from _locality(balancer.get("localityLbSetting"))


def _locality(locality: At) -> Iterator[Refusal]:
    if not locality.get("distribute").empty and not locality.get("failover").empty:
        yield said(locality.get("failover"), "can not simultaneously specify 'distribute' and 'failover'")
        return
    for share in locality.items("distribute"):
        weights = [value for _, value in share.get("to").entries()]
        if any(w.number is None for w in weights):
            continue
        wrong = next((w for w in weights if not 0 < (w.number or 0) <= _WHOLE), None)
        total = sum(w.number or 0 for w in weights)
        if wrong is not None:
            yield said(wrong, "locality weight must be in range [1, 100]")
        elif total != _WHOLE:
            yield said(share.get("to"), f"total locality weight {total} != 100")
    yield from _failover(locality)


def _failover(locality: At) -> Iterator[Refusal]:
    for failover in locality.items("failover"):
        start, end = failover.get("from"), failover.get("to")
        if start.text and start.text == end.text:
            yield said(end, "locality lb failover settings must specify different regions")
        for region in (start, end):
            if "/" in region.text:
                yield said(region, "locality lb failover only specify region")
            if "*" in region.text:
                yield said(region, "locality lb failover region should not contain '*' wildcard")


def _tls(tls: At) -> Iterator[Refusal]:
    mode = tls.get("mode").text
    if mode in ("SIMPLE", "MUTUAL") and not tls.get("credentialName").empty:
        for field in ("clientCertificate", "caCertificates", "privateKey", "caCrl"):
            if not tls.get(field).empty:
                yield said(
                    tls.get(field),
                    "cannot specify client certificates or CA certificate or CA CRL If credentialName is set",
                )
                return
        return
    if mode == "MUTUAL":
        for field, words in (("clientCertificate", "client certificate"), ("privateKey", "private key")):
            if tls.get(field).empty:
                yield said(tls.get("mode"), f"{words} required for mutual tls", lack=True)
