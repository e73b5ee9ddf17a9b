"""The reader of TOML: what `tomllib` reads, with the place of everything."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.readers import toml
from upstreamlint.source import Source

TEXTS = (
    "",
    "# nothing\n",
    "a = 1\nb = 'x'\n",
    "a.b.c = true\na.b.d = 1.5\n",
    '"a b"."c.d" = "x\\ty\\u00e9"\n',
    "[a]\nb = [1, [2, 3], []] # c\n[a.c]\nd = {}\n",
    "[[a]]\nb = 1\n[a.c]\nd = 2\n[[a]]\nb = 3\n[[a.e]]\nf = 4\n",
    "a = [\n  'x', # one\n  'y',\n]\n",
    "a = {b = 1, c.d = 'x', e = {f = [1]}}\n",
    "a = \"\"\"\nx\\\n   y \"quoted\" z\"\"\"\nb = '''\n'x' \\n'''\n",
    'a = """x""""\n',
    "a = 1979-05-27 07:32:00\nb = 07:32:00\nc = 0xff\n",
    "[a]\r\nb = 1\r\nc = 'x'\r\n",
    "  [ a . b ]\n  c = 'x'\n",
    "x = '#'\ny = \"]\" # z\n",
)


def plain(node: Node | None) -> object:
    if isinstance(node, Mapping):
        return {name: plain(value) for name, value in node.values.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value if not node.plain else None


def wanted(value: object) -> object:
    if isinstance(value, dict):
        return {name: wanted(one) for name, one in value.items()}
    if isinstance(value, list):
        return [wanted(one) for one in value]
    return value if isinstance(value, str) else None


@pytest.mark.parametrize("text", TEXTS)
def test_what_tomllib_reads(text):
    assert plain(toml.root(Source("x.toml", text))) == wanted(tomllib.loads(text))


@pytest.mark.parametrize("text", ["a = ", "[a", "a = 'x", "a: b", "a = 1\na = 2\n", "[" * 5000])
def test_what_is_no_toml(text):
    assert toml.root(Source("x.toml", text)) is None


@given(st.text(alphabet="ab[]{}=.,\"'# \n\\1", max_size=40))
def test_any_text(text):
    read = toml.root(Source("x.toml", text))
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert read is None
    else:
        assert plain(read) == wanted(said)


def test_places():
    text = "[http.routers.shop]\nrule = 'Host(`a`)'\n"
    root = toml.root(Source("x.toml", text))
    assert root is not None
    rule = root.at("http", "routers", "shop", "rule")
    assert isinstance(rule, Scalar)
    assert text[rule.start : rule.end] == "'Host(`a`)'"
    shop = root.at("http", "routers", "shop")
    assert isinstance(shop, Mapping)
    assert shop.key("rule").line == 2
