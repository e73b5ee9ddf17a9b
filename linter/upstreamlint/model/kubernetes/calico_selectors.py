"""Calico's selector expressions as alternatives of label selectors: tests of labels joined by `&&` and `||`.

After docs.tigera.io, "Selectors". A group that is negated is not understood.
"""

from __future__ import annotations

import re

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.model.kubernetes.meta import Expression, LabelSelector, Operator
from upstreamlint.source import Anchor
from upstreamlint.typed import TypeAlias
from upstreamlint.values import frozen

_TOKEN = patterns.compile(
    r"\s*+(?:(?P<text>\"[^\"]*\"|'[^']*')|(?P<sign>&&|\|\||==|!=|[(){},!])|(?P<word>[\w./-]++))", re.ASCII
)
_LONGEST = 2000
_MOST, _DEEPEST = 16, 20
"""So many alternatives, and parentheses in parentheses, are looked into."""
_POD_NAMESPACE = "projectcalico.org/namespace"
_NAMESPACE_NAME = "projectcalico.org/name"
_ORCHESTRATOR = "projectcalico.org/orchestrator"
_NAME = "kubernetes.io/metadata.name"


@frozen
class Chosen:
    """What an expression asks of pods, and what of their namespaces; nothing when it does not say."""

    pods: LabelSelector
    namespaces: LabelSelector | None


def parse(
    written: Scalar | None, anchor: Anchor, *, of_namespaces: bool = False
) -> tuple[Chosen | None, ...] | None:
    """The alternatives of an expression; nothing when it cannot be told. One that is not written selects everything."""
    if written is None:
        return (Chosen(LabelSelector(None, (), anchor), None),)
    tokens = _tokens(written.value) if len(written.value) <= _LONGEST else None
    found, rest = _alternatives(written, tokens, 0) if tokens else (None, [])
    if found is None or rest or len(found) > _MOST:
        return None
    chosen = tuple(_chosen(written, tests, of_namespaces=of_namespaces) for tests in found)
    return None if None in chosen else chosen


def _chosen(written: Scalar, found: list[Expression], *, of_namespaces: bool) -> Chosen | None:
    pods: list[Expression] = []
    spaces: list[Expression] = []
    for expression in found:
        key = expression.key.value
        if key == _ORCHESTRATOR:
            continue
        name = key == (_NAMESPACE_NAME if of_namespaces else _POD_NAMESPACE)
        if key.startswith("projectcalico.org/") and not name:
            return None
        renamed = expression.key._replace(value=_NAME) if name else expression.key
        same = Expression(renamed, expression.operator, expression.values, expression.anchor)
        (spaces if name or of_namespaces else pods).append(same)
    namespaces = LabelSelector(None, tuple(spaces), written.anchor) if spaces else None
    return Chosen(LabelSelector(None, tuple(pods), written.anchor), namespaces)


def _tokens(text: str) -> list[str] | None:
    tokens = []
    at = 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            return None
        tokens.append(found.group().strip())
        at = found.end()
    return tokens


Tests: TypeAlias = "list[list[Expression]]"


def _alternatives(written: Scalar, tokens: list[str], depth: int) -> tuple[Tests | None, list[str]]:
    """Groups of tests, one of which must hold whole, up to a closing parenthesis; and the tokens that are left."""
    found: Tests = []
    while True:
        group, tokens = _group(written, tokens, depth)
        if group is None:
            return None, tokens
        found += group
        if tokens[:1] != ["||"] or len(found) > _MOST:
            return found, tokens
        tokens = tokens[1:]


def _group(written: Scalar, tokens: list[str], depth: int) -> tuple[Tests | None, list[str]]:
    """What is joined by `&&`: every way to take one group of each side."""
    found: Tests = [[]]
    while True:
        if tokens[:1] == ["("]:
            inner, tokens = _alternatives(written, tokens[1:], depth + 1) if depth < _DEEPEST else (None, [])
            if inner is None or tokens[:1] != [")"]:
                return None, tokens
            tokens = tokens[1:]
        else:
            length, tests = _test(written, tokens)
            if not length:
                return None, tokens
            inner, tokens = [tests], tokens[length:]
        found = [[*one, *other] for one in found for other in inner]
        if tokens[:1] != ["&&"] or len(found) > _MOST:
            return found, tokens
        tokens = tokens[1:]


def _test(written: Scalar, tokens: list[str]) -> tuple[int, list[Expression]]:
    """One test at the start of some tokens, and how many it takes: none when it is not understood."""
    match tokens:
        case ["all", "(", ")", *_]:
            return 3, []
        case ["has", "(", key, ")", *_]:
            return 4, [_expression(written, key, Operator.EXISTS)]
        case ["!", "has", "(", key, ")", *_]:
            return 5, [_expression(written, key, Operator.DOES_NOT_EXIST)]
        case [key, "==", value, *_] if _is_text(value):
            return 3, [_expression(written, key, Operator.IN, value)]
        case [key, "!=", value, *_] if _is_text(value):
            return 3, [_expression(written, key, Operator.NOT_IN, value)]
        case [key, "contains", value, *_] if _is_text(value):
            return 3, [_expression(written, key, Operator.CONTAINS, value)]
        case [key, "starts" | "ends" as end, "with", value, *_] if _is_text(value):
            operator = Operator.STARTS_WITH if end == "starts" else Operator.ENDS_WITH
            return 4, [_expression(written, key, operator, value)]
        case [key, "in", "{", *rest]:
            values = _values(rest)
            return (
                (4 + len(values) * 2 - 1, [_expression(written, key, Operator.IN, *values)])
                if values
                else (0, [])
            )
        case [key, "not", "in", "{", *rest]:
            values = _values(rest)
            found = [_expression(written, key, Operator.NOT_IN, *values)]
            return (5 + len(values) * 2 - 1, found) if values else (0, [])
    return 0, []


def _is_text(token: str) -> bool:
    return token[0] in "\"'"


def _values(tokens: list[str]) -> list[str]:
    """The texts up to the closing brace; none when anything else is there."""
    if "}" not in tokens:
        return []
    inner = tokens[: tokens.index("}")]
    values, between = inner[::2], inner[1::2]
    complete = len(values) == len(between) + 1 and all(map(_is_text, values))
    return values if complete and set(between) <= {","} else []


def _expression(written: Scalar, key: str, operator: Operator, *values: str) -> Expression:
    found = tuple(v[1:-1] for v in values)
    return Expression(written._replace(value=key), operator, found, written.anchor)
