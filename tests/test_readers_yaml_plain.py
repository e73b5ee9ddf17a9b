"""The reader of plain YAML says of a text what libyaml says, place by place, or nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from upstreamlint.budget import Budget
from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.readers import yaml, yaml_full, yaml_plain
from upstreamlint.source import Source

TEXTS = [
    text
    for path in sorted((Path(__file__).parent / "fixtures").rglob("*.y*ml"))
    if len(text := path.read_bytes().decode("utf-8", errors="replace")) < 4_000
]
# fmt: off
BITS = (
    " ", "  ", "\n", "\n\n", ":", ": ", "-", "- ", "#", " #", '"', "'", "''", "|", "|-", "|+", "|2", ">", "[", "]", "{", "}",
    ",", "&a", "*a", "!t", "\t", "\r", "%", "@", "`", "?", "? ", "~", "null", "---", "...", "\n---\n", "\n...\n", "\\", "é",
    "\u2028", "\x85", "\ufeff", "\x00", "<<: ", "\n  ", "\n    ", "- - ", "[a, b]", "{a: b}", "{}", "[ ]", "# c",
    "{ a: \"x\", b: 'y' }", "[a, \"b c\", 'd']",
)
# fmt: on


@pytest.fixture(params=["in Python", "in C"])
def reader(request, monkeypatch):
    """Both readers; the one in C need not be there."""
    if request.param == "in Python":
        monkeypatch.setattr(yaml_plain, "in_c", None)
    elif yaml_plain.in_c is None:
        pytest.skip("upstreamlint-fast is not installed")


def nodes(node: Node, path: tuple[str | int, ...] = ()) -> list[object]:
    """Every node of a tree with its place."""
    if isinstance(node, Scalar):
        return [(path, *node)]
    head = (path, type(node), node.start, node.end, node.tag)
    if isinstance(node, Mapping):
        parts = [
            [tuple(entry.key), *nodes(entry.value, (*path, name))] for name, entry in node.entries.items()
        ]
    else:
        parts = [nodes(item, (*path, number)) for number, item in enumerate(node.items)]
    return [head, *(one for part in parts for one in part)]


def differences(text: str) -> list[str]:
    """The documents of which the plain reader says something else, and how many it read."""
    source = Source("x.yaml", text)
    found = []
    at = 0
    for part in yaml.parts(text):
        plain = yaml_plain.root(source, at, part)
        if plain is not None:
            whole = list(yaml_full.parsed(source, at, part, Budget()))
            same = len(whole) == 1 and isinstance(whole[0], Node) and nodes(plain) == nodes(whole[0])
            found += [] if same else [part]
        at += len(part)
    return found


def mutated(text: str, rng: random.Random) -> str:
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(text) + 1)
        lines = text.split("\n")
        number = rng.randrange(len(lines))
        match rng.randrange(6):
            case 0 | 1:
                text = text[:at] + rng.choice(BITS) + text[at:]
            case 2:
                text = text[:at] + rng.choice(BITS) + text[at + 1 :]
            case 3:
                text = text[:at] + text[at + rng.choice((1, 2, 4, 20)) :]
            case 4:
                lines[number] = " " * rng.randrange(5) + lines[number].lstrip(" ")
                text = "\n".join(lines)
            case _:
                lines.insert(number, rng.choice(lines))
                text = "\n".join(lines)
    return text


@pytest.mark.usefixtures("reader")
def test_every_plain_document_is_read_as_libyaml_reads_it():
    assert len(TEXTS) > 400
    assert [found for text in TEXTS if (found := differences(text))] == []


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("seed", range(8))
def test_a_document_with_slips_is_read_as_libyaml_reads_it_or_not_at_all(seed):
    rng = random.Random(seed)
    texts = [mutated(rng.choice(TEXTS), rng) for _ in range(150)]
    assert [found for text in texts if (found := differences(text))] == []


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x\n",
        "a: 1\na: 2\n",
        "a: one\n  two\n",
        "a: >\n  folded\n",
        "a: {b: {c: d}}\n",
        "<<: {a: b}\nc: d\n",
        "a: !!str 1\n",
        '"a\\n": 1\n',
        "---  a: 1\n",
        "a: 1\n... b\n",
        "a:\n" + "".join(f"{'  ' * n}- \n" for n in range(1, 150)),
    ],
)
def test_what_takes_more_is_left_to_libyaml(text):
    assert yaml_plain.root(Source("x.yaml", text), 0, text) is None


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    "text",
    [
        "---\n# a comment\nkind: Service # another\nlist: [a, 'b']\n",
        'spec:\n  ports:\n  - port: 80\n    name: "http"\n  selector: {app: web}\n',
        "data:\n  a.conf: |-\n    one\n\n      two\n  b: |+\n    three\n\nlast:\n",
        "- - a\n  - b\n-\n- c: d\n  e:\n",
    ],
)
def test_what_manifests_are_made_of_is_plain(text):
    assert yaml_plain.root(Source("x.yaml", text), 0, text) is not None
    assert differences(text) == []


@pytest.mark.skipif(yaml_plain.in_c is None, reason="upstreamlint-fast is not installed")
def test_the_readerin_c_leaves_to_libyaml_what_the_one_in_python_does(monkeypatch):
    rng = random.Random(8)
    sources = [Source("x.yaml", mutated(rng.choice(TEXTS), rng)) for _ in range(1_000)]
    compiled = [yaml_plain.root(source, 0, source.text) for source in sources]
    monkeypatch.setattr(yaml_plain, "in_c", None)
    written = [yaml_plain.root(source, 0, source.text) for source in sources]
    assert [found and nodes(found) for found in compiled] == [found and nodes(found) for found in written]
