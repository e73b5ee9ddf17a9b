"""Services: ports, names and the types that fields belong to (`pkg/apis/core/validation`, `validateService`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.addresses import address
from upstreamlint.refusal.at import At
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.kubernetes.endpoints import special
from upstreamlint.refusal.refused import Refusal, forbidden, invalid, required
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import replace

if TYPE_CHECKING:
    from upstreamlint.refusal.addresses import Address

_OUTWARD = frozenset({"NodePort", "LoadBalancer"})
_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
_NODE_PORTS = range(30_000, 32_768)
_RANGE = "the API server runs with the default `--service-node-port-range`"
_STACKS = 2
_DAY = 86_400
_VERSIONS = {"IPv4": 4, "IPv6": 6}


def service(root: At) -> Iterator[Refusal]:
    """What is refused of a Service."""
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
        yield _own(spec, f"may not be set to 'None' for {name} services")
    if name == "ExternalName":
        yield from _external(spec)
    for port in ports:
        yield from _port(port, name, several=len(ports) > 1)
    yield from _of_type(spec, name)
    yield from _affinity(spec.get("sessionAffinity"), spec.get("sessionAffinityConfig"))
    if name != "ExternalName":
        yield from _addresses(spec)
    for place in spec.items("externalIPs"):
        yield from special(place)
    yield from _ranges(root.get("metadata").get("annotations").get(_RANGES), spec, name)


def _port(port: At, kind: str, *, several: bool) -> Iterator[Refusal]:
    """What is refused of a port, one of `several`, of a Service of a kind."""
    own = port.get("nodePort")
    if several and port.get("name").empty:
        yield required(port.get("name"), wants="each of several ports needs a name")
    if kind == "ClusterIP" and own.number:
        yield forbidden(own, "may not be used when `type` is 'ClusterIP'")
    if kind in _OUTWARD and own.number:
        yield from _outside(own)


def _outside(port: At) -> Iterator[Refusal]:
    """A port that nodes do not give away, as long as nobody told the server otherwise (`pkg/registry/core/service/portallocator`)."""
    if port.number is not None and port.number not in _NODE_PORTS:
        said = "provided port is not in the valid range. The range of valid ports is 30000-32767"
        yield replace(invalid(port, said), unless=_RANGE)


def _affinity(kind: At, config: At) -> Iterator[Refusal]:
    """What is refused of how long a client is kept at one pod."""
    if kind.text in ("", "None") and config.given and not (kind.unsure or config.unsure):
        yield forbidden(config, "must not be set when session affinity is None")
    time = config.get("clientIP").get("timeoutSeconds")
    if kind.text == "ClientIP" and time.number is not None and not 0 < time.number <= _DAY:
        yield invalid(time, f"must be greater than 0 and less than {_DAY}")


def _own(spec: At, said: str) -> Refusal:
    """What is said of the address of a Service, which the server keeps as the first of a list."""
    place = spec.get("clusterIP")
    return Refusal("spec.clusterIPs[0]", f'Invalid value: "{place.text}": {said}', place.anchor)


def _addresses(spec: At) -> Iterator[Refusal]:
    """What is refused of the addresses in the cluster (`ValidateServiceClusterIPsRelatedFields`)."""
    own, several = spec.get("clusterIP"), spec.get("clusterIPs")
    listed = [part.text for part in several.parts()]
    if several.unsure or not all(listed) or any(at.nameless for at in (own, *several.parts())):
        return
    if not listed:
        wrong = problem("ip", own.text) if own.text not in ("", "None") else None
        if wrong is not None:
            yield _own(spec, wrong)
    elif own.text != listed[0]:
        lacking = "must be empty when `clusterIP` is not specified"
        yield invalid(several, "first value must match `clusterIP`" if own.text else lacking)
    if "None" in listed and len(listed) > 1:
        yield invalid(several, "'None' must be the first and only value")
        return
    found = [address(text) for text in listed if text != "None"]
    for part, known in zip(several.parts(), found, strict=False):
        if known is None:
            yield invalid(part, problem("ip", part.text) or "must be a valid IP address")
    versions = [known.version for known in found if known is not None]
    if len(found) > _STACKS:
        yield invalid(several, "may only hold up to 2 values")
    if len(versions) == len(found) and len(versions) != len(set(versions)):
        yield invalid(several, "may specify no more than one IP for each IP family")
    yield from _families(spec, own, several, found)


def _families(spec: At, own: At, several: At, found: list[Address | None]) -> Iterator[Refusal]:
    """Addresses of another family than the one that is asked for."""
    first = address(own.text)
    places = several.parts() or [own]
    for number, (family, known) in enumerate(zip(spec.items("ipFamilies"), found or [first], strict=False)):
        if known is not None and family.text in _VERSIONS and _VERSIONS[family.text] != known.version:
            said = f"expected an {family.text} value as indicated by `ipFamilies[{number}]`"
            text = f'Invalid value: "{known}": {said}'
            yield Refusal(f"spec.clusterIPs[{number}]", text, places[number].anchor)


def _ranges(annotation: At, spec: At, name: str) -> Iterator[Refusal]:
    """What is refused of the annotation that says who may ask a load balancer, if the field does not."""
    if not annotation.given or annotation.unsure or not spec.get("loadBalancerSourceRanges").empty:
        return
    path = f"metadata.annotations[{_RANGES}]"
    if name != "LoadBalancer":
        said = "Forbidden: may only be used when `type` is 'LoadBalancer'"
        yield Refusal(path, said, annotation.key)
    for text in annotation.text.split(",") if annotation.text.strip() else ():
        wrong = problem("cidr", text.strip())
        if wrong is not None:
            yield Refusal(path, f'Invalid value: "{text.strip()}": {wrong}', annotation.anchor)


def _external(spec: At) -> Iterator[Refusal]:
    host = spec.get("externalName")
    if host.empty:
        yield required(host)
    elif host.text:
        said = problem("dns-subdomain", host.text.removesuffix("."))
        if said is not None and not host.nameless:
            yield invalid(host, said)
    for field in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
        given = spec.get(field)
        if not given.empty and not given.unsure:
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
    check = spec.get("healthCheckNodePort")
    if check.number and not (name == "LoadBalancer" and (policy.unsure or policy.text == "Local")):
        said = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        yield invalid(check, said)
