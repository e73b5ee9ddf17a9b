"""DestinationRules: subsets and traffic policies (`ValidateDestinationRule`)."""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt

from upstreamlint.refusal.addresses import address
from upstreamlint.refusal.at import At
from upstreamlint.refusal.istio import hosts
from upstreamlint.refusal.istio.durations import duration
from upstreamlint.refusal.istio.export import exported
from upstreamlint.refusal.istio.labels import labels, selected
from upstreamlint.refusal.istio.localities import locality
from upstreamlint.refusal.istio.routes import port, subset_name
from upstreamlint.refusal.istio.said import said
from upstreamlint.refusal.refused import Refusal

_POLICIES = ("outlierDetection", "connectionPool", "loadBalancer", "tls")
_MORE = ("portLevelSettings", "tunnel", "proxyProtocol", "retryBudget")
_WHOLE = 100
_LARGEST = 5_000_011
_LARGEST_TRIVIAL = 3
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
    text = hosts.readable(host)
    wrong = hosts.wildcard(text) if text is not None else None
    if wrong is not None:
        yield said(host, wrong)
    yield from _policy(spec.get("trafficPolicy"))
    seen: dict[str, At] = {}
    for subset in spec.items("subsets"):
        name = subset.get("name")
        if name.empty and not subset.unsure:
            yield said(name, "subset name cannot be empty", lack=name.node is None)
        yield from subset_name(name)
        text = hosts.readable(name) or ""
        if text and seen.setdefault(text, name) is not name:
            yield said(name, f"duplicate subset names: {text}", first=seen[text])
        yield from labels(subset.get("labels"))
        yield from _policy(subset.get("trafficPolicy"))
    yield from exported(spec, selected=spec.get("workloadSelector").given)
    yield from selected(spec.get("workloadSelector"))


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
    yield from _tunnel(policy.get("tunnel"))


def _tunnel(tunnel: At) -> Iterator[Refusal]:
    protocol, host = tunnel.get("protocol"), tunnel.get("targetHost")
    if protocol.text and protocol.text not in ("CONNECT", "POST"):
        yield said(protocol, 'tunnel protocol must be "CONNECT" or "POST"')
    text = hosts.readable(host)
    wrong = hosts.name(text) if text is not None and (not text or address(text) is None) else None
    if wrong is not None:
        yield said(
            host, f"tunnel target host must be valid FQDN or IP address: {wrong}; {text} is not a valid IP"
        )
    yield from port(tunnel.get("targetPort"))


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
    yield from duration(pool.get("tcp").get("idleTimeout"))
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
    yield from duration(cookie.get("ttl"))
    seen: dict[str, At] = {}
    for attribute in cookie.items("attributes"):
        name = attribute.get("name")
        if name.text and seen.setdefault(name.text, name) is not name:
            yield said(name, f"duplicate cookie attribute name: {name.text}", first=seen[name.text])
    yield from _maglev(balancer.get("consistentHash").get("maglev"))
    warmup = balancer.get("warmup")
    aggression = warmup.get("aggression").value
    if isinstance(aggression, int | float) and aggression <= 0:
        yield said(warmup.get("aggression"), "aggression should be greater than 0")
    zones = balancer.get("zoneAwareLbSetting")
    if zones.given and balancer.get("localityLbSetting").given:
        yield said(zones, "only one of localityLbSetting and zoneAwareLbSetting can be set")
    yield from locality(balancer.get("localityLbSetting"))


def _maglev(maglev: At) -> Iterator[Refusal]:
    size = maglev.get("tableSize")
    if not maglev.given or maglev.unsure or size.unsure or (size.given and size.number is None):
        return
    number = size.number or 0
    if not number:
        yield said(size, "tableSize must be set for maglev", lack=not size.given)
    elif number >= _LARGEST:
        yield said(size, f"tableSize must be less than {_LARGEST} for maglev")
    elif number > _LARGEST_TRIVIAL and any(number % n == 0 for n in (2, *range(3, isqrt(number) + 1, 2))):
        yield said(size, "tableSize must be a prime number for maglev")


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
