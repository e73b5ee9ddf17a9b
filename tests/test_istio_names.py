"""Names as istiod reads them."""

from __future__ import annotations

import pytest

from upstreamlint.graph.istio.names import (
    covers,
    expand,
    gateway_name,
    is_address,
    overlap,
    two_part,
    wildcards_of,
)


@pytest.mark.parametrize(
    ("written", "text", "service"),
    [
        ("reviews", "reviews.shop.svc.cluster.local", "reviews"),
        ("reviews.other.svc.cluster.local", "reviews.other.svc.cluster.local", "reviews"),
        ("reviews.other.svc.corp.example", "reviews.other.svc.corp.example", "reviews"),
        ("reviews.other.svc.cluster.locl", "reviews.other.svc.cluster.locl", ""),
        ("reviews.other.svc.cluster", "reviews.other.svc.cluster", ""),
        ("reviews.other.svc", "reviews.other.svc", ""),
        ("reviews.other", "reviews.other", ""),
        ("*.other.svc.cluster.local", "*.other.svc.cluster.local", ""),
        ("*", "*", ""),
        ("192.0.2.1", "192.0.2.1", ""),
    ],
)
def test_only_names_without_a_dot_are_completed(written, text, service):
    host = expand(written, "shop")
    assert (host.text, host.service) == (text, service)


def test_name_without_a_namespace_is_shown_short():
    assert expand("reviews", "").shown == "reviews"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gw", ("shop", "gw")),
        ("./gw", ("shop", "gw")),
        ("edge/gw", ("edge", "gw")),
        ("gw.edge", ("edge", "gw")),
        ("gw.edge.svc.cluster.local", ("edge", "gw")),
    ],
)
def test_every_spelling_of_a_gateway(written, meant):
    assert gateway_name(written, "shop") == meant


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("*", "a.example", True),
        ("*.example", "a.example", True),
        ("*.example", "a.b.example", True),
        ("*.example", "example", False),
        ("a.example", "*.example", True),
        ("*.a.example", "*.example", True),
        ("a.example", "b.example", False),
    ],
)
def test_hosts_in_common(one, other, shared):
    assert overlap(one, other) is shared
    assert overlap(other, one) is shared


def test_wider_host_is_not_covered():
    assert not covers("a.example", "*.example")


def test_wildcards_from_the_most_specific():
    assert list(wildcards_of("a.b.example")) == ["*.b.example", "*.example", "*"]


def test_two_parts_of_a_service():
    assert two_part("reviews.shop") == two_part("reviews.shop.svc") == ("reviews", "shop")
    assert two_part("reviews.shop.svc.cluster.local") is None


def test_addresses():
    assert is_address("192.0.2.1")
    assert is_address("2001:db8::1")
    assert not is_address("a.example")
