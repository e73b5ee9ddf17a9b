"""No regular expression of the packages backtracks: each is attacked with long repeats of what it is made of."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections import deque
from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]
from types import ModuleType

import pytest

import upstreamlint
import upstreamlint_rules
from upstreamlint.patterns import Pattern

PACKAGES = (upstreamlint, upstreamlint_rules)
SIZES = (30, 300, 6000)
SECONDS = 0.005
"""Of the processor, from which on it is asked how the time grows: below it a machine's clock tells nothing."""
ENOUGH = 0.5
"""Of which nothing more needs to be asked."""
LONGER, GROWTH = 4, 9
"""Of a text so many times as long, a linear pattern takes as many times as long, a quadratic one sixteen times."""
TRIES = 4
"""A pattern is slow when it is slow each time: a collection of garbage may fall into one."""
ANYWHERE = {"search", "finditer", "findall", "sub", "subn", "split"}
MAKERS = ("re", "patterns")
FLAGS = {"ASCII", "DOTALL", "IGNORECASE", "MULTILINE", "VERBOSE"}


@cache
def modules() -> list[ModuleType]:
    names = [m.name for p in PACKAGES for m in pkgutil.walk_packages(p.__path__, p.__name__ + ".")]
    return [importlib.import_module(n) for n in names if not n.endswith("__main__")]


@cache
def tree(module: ModuleType) -> ast.Module:
    return ast.parse(Path(str(module.__file__)).read_text())


@cache
def methods(module: ModuleType) -> dict[str, set[str]]:
    """What is called on each name of a module: `_WORD.search` gives `_WORD` the method `search`."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Attribute):
            owner = getattr(node.value, "id", getattr(node.value, "attr", ""))
            found.setdefault(owner, set()).add(node.attr)
    return found


def imported(module: ModuleType) -> set[str]:
    """The names that a module has from another, where they are used as that says."""
    froms = (node for node in ast.walk(tree(module)) if isinstance(node, ast.ImportFrom))
    return {alias.asname or alias.name for node in froms for alias in node.names}


def compiled() -> Iterator[tuple[str, re.Pattern[str], bool]]:
    """Each pattern with its place, and whether it is looked for anywhere in a text or only where it stands."""
    for module in modules():
        foreign = imported(module)
        todo = [(name, value, False) for name, value in vars(module).items() if name not in foreign]
        while todo:
            name, value, inner = todo.pop()
            if isinstance(value, re.Pattern | Pattern) and isinstance(value.pattern, str):
                calls = methods(module).get(name, set())
                yield (
                    f"{module.__name__}.{name}",
                    value,
                    inner or bool(calls & ANYWHERE) or not calls & {"match", "fullmatch"},
                )
            elif isinstance(value, tuple | list | set | frozenset):
                todo += [(name, item, True) for item in value]
            elif isinstance(value, dict) and name != "__builtins__":
                todo += [(name, item, True) for item in value.values()]
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Call) and getattr(getattr(node.func, "value", None), "id", "") in MAKERS:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    flags = sum(getattr(re, f) for f in FLAGS if f"re.{f}" in ast.unparse(node))
                    anywhere = getattr(node.func, "attr", "") in ANYWHERE
                    yield f"{module.__name__}:{node.lineno}", re.compile(first.value, flags), anywhere


def texts(parsed: object) -> set[str]:
    """The characters that a pattern speaks of, one for each class, and its runs of literals."""
    found: set[str] = set()
    run = ""
    for op, value in list(parsed):  # type: ignore[call-overload]
        name = str(op)
        if name == "LITERAL":
            run += chr(value)
            continue
        found |= {run, run[-1:]}
        run = ""
        if name.endswith("REPEAT"):
            found |= texts(value[2])
        elif name == "SUBPATTERN":
            found |= texts(value[3])
        elif name == "BRANCH":
            found |= {t for branch in value[1] for t in texts(branch)}
        elif name.startswith("ASSERT"):
            found |= texts(value[1])
        elif name == "ATOMIC_GROUP":
            found |= texts(value)
        elif name == "IN":
            for inner, item in value:
                kind = str(inner)
                found |= {chr(item)} if kind == "LITERAL" else {chr(item[0])} if kind == "RANGE" else set()
                found |= {CLASSES.get(str(item), "")} if kind == "CATEGORY" else set()
    return (found | {run, run[-1:]}) - {""}


CLASSES = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}
PLAIN = ["a", " ", "\n", "1", "-", ".", "/", "$", "{", "'"]


def attacks(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """A start that leads into the pattern, and what is repeated after it."""
    own = sorted(texts(_parser.parse(pattern.pattern, pattern.flags)), key=lambda t: (len(t), t))
    single = [t for t in own if len(t) == 1][:12]
    words = [t for t in own if len(t) > 1][-8:]
    units = list(dict.fromkeys([*single, *PLAIN, *words, *(w + e for w in words for e in (" ", "\n"))]))
    units += ["".join(p) for p in product(single[:8], repeat=2) if p[0] != p[1]]
    yield from (("", unit) for unit in units)
    yield from product(words, [*single, " ", "a", "\n"])


def is_slow(pattern: re.Pattern[str], anywhere: bool, start: str, unit: str) -> bool:
    run = (lambda text: deque(pattern.finditer(text), maxlen=0)) if anywhere else pattern.match

    def seconds(size: int, end: str) -> float:
        text = start + unit * (size // len(unit)) + end
        begun = time.process_time()
        run(text)
        return time.process_time() - begun

    def grows(size: int, end: str) -> bool:
        short = seconds(size, end)
        return short > ENOUGH or (short > SECONDS and seconds(LONGER * size, end) > GROWTH * short)

    return any(all(grows(*text) for _ in range(TRIES)) for text in product(SIZES, "\0!"))


GUARDED = ("upstreamlint.refusal.cel", "upstreamlint.refusal.istio.regexes")
"""Modules that refuse texts of more than a thousand characters before they look at them."""
PATTERNS = {
    (p.pattern, p.flags, anywhere): (where, p)
    for where, p, anywhere in compiled()
    if not where.startswith(GUARDED)
}


@pytest.mark.parametrize("key", PATTERNS, ids=[where for where, _ in PATTERNS.values()])
def test_no_pattern_backtracks(key):
    pattern, anywhere = PATTERNS[key][1], key[2]
    slow = (attack for attack in attacks(pattern) if is_slow(pattern, anywhere, *attack))
    # What was only interrupted is quick the second time.
    assert [attack for attack in islice(slow, 3) if is_slow(pattern, anywhere, *attack)] == []


def test_no_group_is_repeated_possessively():
    """Python before 3.11.5 matches too little then (gh-106052); an atomic group around the repetition does the same."""
    repeated = re.compile(r"(?<!\\)\)(?:[*+?]|\{\d+(?:,\d*)?\})\+")
    assert [key[0] for key in PATTERNS if repeated.search(key[0])] == []
