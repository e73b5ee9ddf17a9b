"""Hand-written endpoints (`pkg/apis/discovery/validation`, `pkg/apis/core/validation`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.addresses import address
from upstreamlint.refusal.at import At
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.refused import Refusal, invalid, required

_VERSIONS = {"IPv4": 4, "IPv6": 6}


def slice_(root: At) -> Iterator[Refusal]:
    """What is refused of an EndpointSlice."""
    version = _VERSIONS.get(root.get("addressType").text)
    for endpoint in root.items("endpoints"):
        for part in endpoint.items("addresses"):
            if version is not None and part.text and not part.nameless:
                yield from _address(part, version)


def _address(part: At, version: int) -> Iterator[Refusal]:
    said, found = problem("ip", part.text), address(part.text)
    if version == _VERSIONS["IPv6"] and found is not None and str(found) != part.text:
        said = f'must be in canonical form ("{found}")'
    if said is not None:
        yield invalid(part, said)
    elif found is not None and found.version != version:
        yield invalid(part, f"must be an IPv{version} address")
    elif found is not None:
        yield from special(part)


def endpoints(root: At) -> Iterator[Refusal]:
    """What is refused of Endpoints."""
    for subset in root.items("subsets"):
        addresses = (*subset.items("addresses"), *subset.items("notReadyAddresses"))
        if not addresses and not subset.unsure:
            yield required(subset, "must specify `addresses` or `notReadyAddresses`")
        for part in addresses:
            yield from special(part.get("ip"))
        ports = subset.items("ports")
        for port in ports:
            if len(ports) > 1 and port.get("name").empty:
                yield required(port.get("name"))


def special(part: At) -> Iterator[Refusal]:
    """Addresses that no endpoint may have (`ValidateEndpointIP`)."""
    found = address(part.text)
    if found is None:
        return
    if found.is_unspecified:
        yield invalid(part, f"may not be unspecified ({found})")
    elif found.is_loopback:
        yield invalid(part, "may not be in the loopback range (127.0.0.0/8, ::1/128)")
    elif found.is_link_local:
        yield invalid(part, "may not be in the link-local range (169.254.0.0/16, fe80::/10)")
    elif found.is_multicast and str(found).startswith("224.0.0."):
        yield invalid(part, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
