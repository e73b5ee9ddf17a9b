"""The evidence ladder: what may be called broken, and what was probably meant."""

from __future__ import annotations

import pytest

from upstreamlint.graph.evidence import Ladder, Verdict, is_placeholder
from upstreamlint.graph.likeness import near_names


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("checkout", "check-out"),
        ("chekcout", "checkout"),
        ("checkout", "checkout-svc"),
        ("spin-desk", "spin-deck"),
        ("external-controller", "ingress-nginx-external-controller"),
        ("ingress-nginx-external-controller", "external-controller"),
        ("world-v1", "world-v1-server"),
        ("world-v1-server", "world-v1"),
        ("app", "app-api"),
        ("orders_web", "orders"),
    ],
)
def test_a_slip_is_near(wanted, there):
    assert near_names(wanted, [there, "something-else"]) == [there]


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        pytest.param("reviews-v1", "reviews-v2", id="versions are siblings"),
        pytest.param("web1", "web2", id="numbers are siblings"),
        pytest.param("shard-a", "shard-b", id="letters are siblings"),
        pytest.param("api", "app", id="short names are all alike"),
        pytest.param("orders", "orders-db", id="a database is another thing"),
        pytest.param("orders-db", "orders", id="and so is what it belongs to"),
        pytest.param("reviews", "reviews-v1", id="a version is one of several"),
        pytest.param("reviews-v1", "reviews", id="and what it is a version of"),
        pytest.param("payments", "invoices", id="nothing in common"),
    ],
)
def test_a_sibling_is_not_near(wanted, there):
    assert near_names(wanted, [there]) == []


@pytest.mark.parametrize(
    "text", ["$(NS)", "${HOST}", "{{ x }}", "<node-hostname>", "PORT", "APP-svc", "your-service", ""]
)
def test_placeholders_are_unknown(text):
    assert is_placeholder(text)
    assert Ladder(complete=True).absent(text, ".", near=True) is Verdict.UNKNOWN


def test_absence_is_no_evidence_in_an_open_scope():
    assert Ladder().absent("orders", "k8s", near=False) is Verdict.EXTERNAL


def test_absence_with_a_near_miss_is():
    assert Ladder().absent("orders", "k8s", near=True) is Verdict.NEAR_MISS


def test_absence_in_a_closed_scope_is():
    ladder = Ladder(closed=("k8s/prod",))
    assert ladder.absent("orders", "k8s/prod/web", near=False) is Verdict.ABSENT
    assert ladder.absent("orders", "k8s/production", near=False) is Verdict.EXTERNAL
    assert Ladder(complete=True).absent("orders", "k8s", near=False) is Verdict.ABSENT


def test_what_the_user_declared_external_is_not_missed():
    ladder = Ladder(complete=True, external=("*.corp.example", "vault/*"))
    assert ladder.absent("db.corp.example", ".", near=True) is Verdict.EXTERNAL
    assert ladder.absent("secrets", ".", near=False, also=("vault/secrets",)) is Verdict.EXTERNAL
    assert ladder.absent("secrets", ".", near=False, also=("shop/secrets",)) is Verdict.ABSENT
