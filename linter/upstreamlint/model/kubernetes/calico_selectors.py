"""Calico's selector expressions, as far as a label selector can say the same: tests of labels joined by `&&`.

After docs.tigera.io, "Selectors". What has `||`, a group that is negated, or a test of a part of a value is not understood.
"""

from __future__ import annotations

import re

from upstreamlint.documents import Scalar
from upstreamlint.model.kubernetes.meta import Expression, LabelSelector, Operator
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

_TOKEN = re.compile(
    r"\s*+(?:(?P<text>\"[^\"]*\"|'[^']*')|(?P<sign>&&|==|!=|[(){},!])|(?P<word>[\w./-]++))", re.ASCII
)
_LONGEST = 2000
_POD_NAMESPACE = "projectcalico.org/namespace"
_NAMESPACE_NAME = "projectcalico.org/name"
_ORCHESTRATOR = "projectcalico.org/orchestrator"
_NAME = "kubernetes.io/metadata.name"


@frozen
class Chosen:
    """What an expression asks of pods, and what of their namespaces; nothing when it does not say."""

    pods: LabelSelector
    namespaces: LabelSelector | None


def parse(written: Scalar | None, anchor: Anchor, *, of_namespaces: bool = False) -> Chosen | None:
    """What an expression selects; nothing when it cannot be told. One that is not written selects everything."""
    empty = LabelSelector(None, (), written.anchor if written is not None else anchor)
    if written is None:
        return Chosen(empty, None)
    found = _conjunction(written)
    if found is None:
        return None
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


def _conjunction(written: Scalar) -> list[Expression] | None:
    """The tests of an expression, all of which must hold; a group in parentheses is opened."""
    tokens = _tokens(written.value) if len(written.value) <= _LONGEST else None
    if tokens is None:
        return None
    found: list[Expression] = []
    at, depth = 0, 0
    expected = bool(tokens)
    while at < len(tokens):
        if expected and tokens[at] == "(":
            depth += 1
            at += 1
        elif expected:
            length, tests = _test(written, tokens[at:])
            if not length:
                return None
            found += tests
            at += length
            expected = False
        elif tokens[at] == ")" and depth:
            depth -= 1
            at += 1
        elif tokens[at] == "&&":
            at += 1
            expected = True
        else:
            return None
    return None if expected or depth else found


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
