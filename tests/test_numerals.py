"""Numbers are read as their consumer reads them, in one module, and by no other way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import upstreamlint
import upstreamlint_rules
from upstreamlint import numerals

PACKAGES = [Path(p.__file__).parent for p in (upstreamlint, upstreamlint_rules)]
MANY = "9" * 5000
STRANGE = [
    "",
    " 1",
    "1 ",
    "1\n",
    "²",
    "٣",
    "-",
    "+",
    "_",
    "0x",
    "1_",
    "--1",
    "1e400",
    "nan",
    "inf",
    MANY,
    "0x" + MANY,
]


@pytest.mark.parametrize("text", STRANGE)
def test_what_is_no_number_is_none_and_never_raises(text):
    assert numerals.decimal(text) is None
    assert numerals.port(text) is None
    assert numerals.real(text) is None or text == MANY
    assert numerals.literal(text) in (None, 1)


@pytest.mark.parametrize(
    ("text", "decimal", "literal", "whole"),
    [
        ("80", 80, 80, 80),
        ("0080", 80, 80, 80),
        ("0777", 777, 511, 777),
        ("0o17", None, 15, None),
        ("0x1F", None, 31, None),
        ("0b101", None, 5, None),
        ("1_000", None, 1000, None),
        ("-5", None, -5, -5),
        ("+5", None, 5, 5),
        ("1e3", None, None, 1000),
        ("1.5", None, None, None),
        ("80.0", None, None, 80),
        ("0" * 5000 + "7", 7, 7, 7),
        ("9223372036854775807", 2**63 - 1, 2**63 - 1, float(2**63)),
        ("9223372036854775808", None, None, float(2**63)),
    ],
)
def test_each_consumer_reads_the_same_text_its_own_way(text, decimal, literal, whole):
    assert numerals.decimal(text) == decimal
    assert numerals.literal(text) == literal
    assert numerals.whole(text) == whole


@pytest.mark.parametrize(("text", "port"), [("1", 1), ("65535", 65535), ("0", None), ("65536", None)])
def test_a_port_can_be_dialled(text, port):
    assert numerals.port(text) == port


_OTHER_USES = {
    "types.py": "numbers of a schema",
    "cel.py": "values of CEL, which are numbers or short",
    "quick.py": "numbers of a schema",
    "yaml_full.py": "positions of PyYAML",
    "yaml_checks.py": "as before",
    "yaml_anchors.py": "as before",
    "asked.py": "numbers that it has written itself",
    "origin.py": "a truth value",
    "shape.py": "a float of YAML",
    "scalars.py": "the same",
    "quantities.py": "digits of which an expression takes few",
    "toml.py": "escapes of at most eight digits",
}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda p: p.name)
def test_no_other_module_reads_numbers(package):
    found = [
        f"{path}:{node.lineno}"
        for path in package.rglob("*.py")
        if path.name != "numerals.py" and path.name not in _OTHER_USES
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in {"isdigit", "isdecimal", "isnumeric"})
        or (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", "") in {"int", "float"}
            and "HTTPStatus" not in path.read_text()
        )
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["listen_port = 3100", 'endpoint = "0.0.0.0:3100"', "addr: :3100", "bind *:3100"]
)
def test_text_gives_a_port_out(text):
    assert numerals.tells(text, 3100)


@pytest.mark.parametrize(
    "text", ["url: http://loki:3100", "limit: 3100", "listen_port = 31000", "port: 80\nmax: 3100"]
)
def test_text_gives_no_port_out(text):
    assert not numerals.tells(text, 3100)
