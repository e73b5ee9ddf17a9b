"""Names and namespaces of objects (`k8s.io/apimachinery/pkg/api/validation`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.numerals import decimal
from upstreamlint.refusal.at import At
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.refused import Refusal, invalid
from upstreamlint.refusal.scalars import unfilled

_WHOLE = 100

_OF_THE_CLUSTER = frozenset({"Namespace", "IngressClass", "GatewayClass"})
"""Kinds without a namespace: one that is written is dropped."""


def named(root: At, form: str = "dns-subdomain") -> Iterator[Refusal]:
    """What is refused of the name and the namespace of an object whose names have a format."""
    head = root.get("metadata")
    whole = root.get("kind").text in _OF_THE_CLUSTER
    for field, wanted in (("name", form), ("namespace", "dns-label"))[: 1 if whole else 2]:
        name = head.get(field)
        if name.text in ("", "*") or (isinstance(name.node, Scalar) and unfilled(name.node)):
            continue
        said = problem(wanted, name.text)
        if said is not None:
            yield invalid(name, said)


def not_above_all(share: At) -> Iterator[Refusal]:
    """A share of more than the whole (`IsNotMoreThan100Percent`)."""
    if share.text.endswith("%") and (decimal(share.text[:-1]) or 0) > _WHOLE:
        yield invalid(share, "must not be greater than 100%")


def selectors(selector: At) -> Iterator[Refusal]:
    """What is refused of the expressions of a label selector."""
    for expression in selector.items("matchExpressions"):
        operator, values = expression.get("operator").text, expression.get("values")
        if operator in ("In", "NotIn") and values.empty:
            yield Refusal(
                values.path,
                "Required value: must be specified when `operator` is 'In' or 'NotIn'",
                values.anchor,
                lack=True,
            )
        if operator in ("Exists", "DoesNotExist") and not values.empty:
            yield Refusal(
                values.path,
                "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                values.key,
            )
