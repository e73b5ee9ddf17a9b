"""Services: ports, names and the types that fields belong to (`pkg/apis/core/validation`, `validateService`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.kubernetes.metadata import named
from upstreamlint.refusal.refused import Refusal, forbidden, invalid, required

_OUTWARD = frozenset({"NodePort", "LoadBalancer"})


def service(root: At) -> Iterator[Refusal]:
    """What is refused of a Service."""
    yield from named(root, "dns-label")
    spec = root.get("spec")
    kind = spec.get("type")
    if kind.unsure or spec.unsure:
        return
    name = kind.text or "ClusterIP"
    headless = spec.get("clusterIP").text == "None"
    ports = spec.items("ports")
    if spec.get("ports").empty and not headless and name != "ExternalName":
        yield required(spec.get("ports"))
    if headless and name in _OUTWARD:
        yield invalid(spec.get("clusterIP"), f"may not be set to 'None' for {name} services")
    if name == "ExternalName":
        yield from _external(spec)
    for port in ports:
        if len(ports) > 1 and port.get("name").empty:
            yield required(port.get("name"), wants="each of several ports needs a name")
        if name == "ClusterIP" and port.get("nodePort").number:
            yield forbidden(port.get("nodePort"), "may not be used when `type` is 'ClusterIP'")
    yield from _of_type(spec, name)


def _external(spec: At) -> Iterator[Refusal]:
    host = spec.get("externalName")
    if host.empty:
        yield required(host)
    elif host.text:
        said = problem("dns-subdomain", host.text.removesuffix("."))
        if said is not None and not host.text.isupper():
            yield invalid(host, said)
    given = spec.get("clusterIP")
    if given.text:
        yield forbidden(given, "may not be set for ExternalName services")


def _of_type(spec: At, name: str) -> Iterator[Refusal]:
    ranges = spec.get("loadBalancerSourceRanges")
    if name != "LoadBalancer":
        if not ranges.empty:
            yield forbidden(ranges, "may only be used when `type` is 'LoadBalancer'")
        for field in ("allocateLoadBalancerNodePorts", "loadBalancerClass"):
            if spec.get(field).given and not spec.get(field).unsure:
                yield forbidden(spec.get(field), "may only be used when `type` is 'LoadBalancer'")
    policy = spec.get("externalTrafficPolicy")
    if policy.text and name not in _OUTWARD and spec.get("externalIPs").empty:
        yield invalid(policy, "may only be set for externally-accessible services")
    affinity = spec.get("sessionAffinity")
    config = spec.get("sessionAffinityConfig")
    if config.given and not affinity.unsure and affinity.text in ("", "None"):
        yield forbidden(config, "must not be set when session affinity is None")
