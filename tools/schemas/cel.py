"""CEL expressions of CustomResourceDefinitions to trees that the linter runs, so that it needs no parser.

A tree is a list: an operator, then its operands. What the grammar below does not hold raises `ValueError`,
and the distillation says which rule was left out. Source of the grammar: the CEL language definition.
"""

from __future__ import annotations

import ast
import re
from typing import Any, TypeAlias

Tree: TypeAlias = list[Any]

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<raw>r\"\"\".*?\"\"\"|r"[^"]*"|r'[^']*')
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()\[\]{}])
    )""",
    re.VERBOSE | re.DOTALL,
)
_LEVELS = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"))
_MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
_WORDS = {"true": True, "false": False, "null": None}
_FUNCTIONS = frozenset({"size", "duration", "int", "string", "double", "isURL", "url", "isIP", "isCIDR"})
_METHODS = frozenset(
    {
        *("size", "contains", "startsWith", "endsWith", "matches", "substring", "split"),
        *("lowerAscii", "upperAscii", "getScheme"),
    }
)


def parse(rule: str) -> Tree:
    """The tree of an expression.

    Raises:
        ValueError: the expression holds what is not known here.
    """
    parser = _Parser(_tokens(rule))
    tree = parser.ternary()
    if parser.at < len(parser.tokens):
        raise ValueError(f"unexpected {parser.tokens[parser.at][1]!r}")
    return tree


def _tokens(rule: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    rule = rule.rstrip()
    while at < len(rule):
        found = _TOKEN.match(rule, at)
        if found is None:
            raise ValueError(f"cannot read {rule[at : at + 20]!r}")
        tokens.append((str(found.lastgroup), found.group(str(found.lastgroup))))
        at = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> str:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        return text if kind in ("sign", "name") else ""

    def take(self, text: str = "") -> str:
        if self.at >= len(self.tokens) or (text and self.tokens[self.at][1] != text):
            raise ValueError(f"{text or 'more'} expected")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def ternary(self) -> Tree:
        condition = self.binary(0)
        if self.peek() != "?":
            return condition
        self.take()
        one = self.ternary()
        self.take(":")
        return ["?", condition, one, self.ternary()]

    def binary(self, level: int) -> Tree:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.peek() in _LEVELS[level]:
            left = [self.take(), left, self.binary(level + 1)]
        return left

    def unary(self) -> Tree:
        if self.peek() in ("!", "-"):
            return ["not" if self.take() == "!" else "negate", self.unary()]
        return self.member(self.primary())

    def member(self, tree: Tree) -> Tree:
        while self.peek() in (".", "["):
            if self.take() == "[":
                tree = ["at", tree, self.ternary()]
                self.take("]")
                continue
            name = self.take()
            if self.peek() == "(":
                tree = self.method(tree, name)
            else:
                tree = ["get", tree, name.removeprefix("__").removesuffix("__")]
        return tree

    def method(self, tree: Tree, name: str) -> Tree:
        arguments = self.arguments()
        if name in _MACROS:
            variable, body = arguments
            return [name, tree, variable[1], body]
        if name not in _METHODS:
            raise ValueError(f"the method {name} is not known")
        return ["call", name, tree, *arguments]

    def arguments(self, end: str = ")") -> list[Tree]:
        self.take()
        found: list[Tree] = []
        while self.peek() != end:
            found.append(self.ternary())
            if self.peek() == ",":
                self.take()
        self.take(end)
        return found

    def primary(self) -> Tree:
        if self.peek() == "(":
            self.take()
            tree = self.ternary()
            self.take(")")
            return tree
        if self.peek() == "[":
            return ["list", *self.arguments("]")]
        if self.peek() == "{":
            return self.table()
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        self.at += 1
        match kind:
            case "raw":
                quotes = 3 if text.startswith('r"""') else 1
                return ["value", text[1 + quotes : -quotes]]
            case "text":
                return ["value", ast.literal_eval(text)]
            case "number":
                return ["value", float(text) if "." in text else int(text)]
            case "name":
                return self.name(text)
        raise ValueError(f"{text!r} is not expected")

    def table(self) -> Tree:
        self.take("{")
        found: list[Tree] = []
        while self.peek() != "}":
            found.append(self.ternary())
            self.take(":")
            found.append(self.ternary())
            if self.peek() == ",":
                self.take()
        self.take("}")
        return ["pairs", *found]

    def name(self, text: str) -> Tree:
        if text in _WORDS:
            return ["value", _WORDS[text]]
        if self.peek() != "(":
            return ["name", text]
        arguments = self.arguments()
        if text == "has":
            return ["has", *arguments[0][1:]]
        if text not in _FUNCTIONS:
            raise ValueError(f"the function {text} is not known")
        return ["call", text, *arguments]
