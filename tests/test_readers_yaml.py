"""YAML: every key and value stands where the reader says, and no text crashes it."""

from __future__ import annotations

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from upstreamlint.budget import NODES
from upstreamlint.documents import Mapping, Scalar, Sequence
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.readers import yaml
from upstreamlint.source import Source


def read(text, wanted=None):
    return yaml.read(Source("file.yaml", text), wanted)


def root(text):
    (document,) = read(text).documents
    return document.root


def written(anchor):
    return anchor.source.text[anchor.start : anchor.end]


def test_keys_and_values_stand_where_they_are_written():
    tree = root("spec:\n  selector:\n    app: checkout\n    'tier': \"web\"\n")
    labels = tree.at("spec", "selector")
    app = labels.entries["app"]
    assert app.key.anchor.span[1:] == (3, 5, 3, 8)
    assert app.value.anchor.span[1:] == (3, 10, 3, 18)
    assert app.anchor.span[1:] == (3, 5, 3, 18)
    assert written(labels.entries["tier"].value.anchor) == '"web"'
    assert labels.anchor.span[1:] == (3, 5, 4, 18)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        pytest.param("a: 1\r\nb:\r\n  c: x\r\n", 3, 6, id="windows line ends"),
        pytest.param("a: 1\n---\n# note\nb: {c: x}\n", 4, 8, id="later document"),
        pytest.param("a: ä漢🎉\nb: {ö: 1, c: x}\n", 2, 14, id="columns are characters"),
    ],
)
def test_positions_in(text, line, column):
    tree = read(text).documents[-1].root
    value = tree.at("b", "c")
    assert value.anchor.span[1:3] == (line, column)


def test_a_byte_order_mark_is_no_character():
    from upstreamlint.files.readable import decode

    assert root(decode(b"\xef\xbb\xbfa: x\n")).get("a").anchor.span[1:3] == (1, 4)


def test_scalars_keep_their_text():
    tree = root("ports: [22:22, 080, 0x1F, on, ~, '80', 1_000]\n")
    items = tree.sequence("ports").items
    assert [i.value for i in items] == ["22:22", "080", "0x1F", "on", "~", "80", "1_000"]
    assert [i.plain for i in items] == [True, True, True, True, True, False, True]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *[("80", 80), ("080", 80), ("0777", 511), ("0o17", 15), ("0x1F", 31), ("1_000", 1000), ("-1", -1)],
        *[("22:22", None), ("on", None), ("http", None), ("1e3", None), ("'80'", None), ('"80"', None)],
    ],
)
def test_integers_are_read_as_kubectl_does(text, number):
    assert integer(root(f"port: {text}\n").scalar("port")) == number


def test_a_broken_document_hides_no_other():
    reading = read("kind: A\n---\nkind: [B\n---\nkind: C\n")
    assert [d.root.scalar("kind").value for d in reading.documents] == ["A", "C"]
    (fault,) = reading.faults
    assert fault.anchor.line == 4


def test_a_key_that_is_set_twice_is_named_at_both_places():
    reading = read("a:\n  b: 1\n  c: 2\n  b: 3\n")
    (fault,) = reading.faults
    assert "key `b`" in fault.message
    assert fault.anchor.span[1:3] == (4, 3)
    assert fault.related[0][0].span[1:3] == (2, 3)
    assert reading.documents[0].root.at("a", "b").value == "3"


def test_merge_keys_are_resolved_and_keep_their_own_place():
    tree = root("base: &b {x: 1, y: 2}\nother: &o {y: 9, z: 3}\nuse:\n  <<: [*b, *o]\n  x: 5\n")
    use = tree.mapping("use")
    assert {k: v.value.value for k, v in use.entries.items()} == {"x": "5", "y": "2", "z": "3"}
    assert use.entries["y"].value.anchor.line == 1


def test_tags_are_kept():
    tree = root("a: !reset null\nb: !override\n  - x\nc: !!str 80\n")
    assert tree.entries["a"].value.tag == "!reset"
    assert tree.entries["b"].value.tag == "!override"
    assert tree.entries["c"].value.tag == "tag:yaml.org,2002:str"


@pytest.mark.parametrize("text", ["[" * 60_000, "{a: " * 60_000, "- " * 60_000, "? " * 60_000], ids="[{-?")
def test_deep_nesting_is_refused_with_a_place(text):
    reading = read(text)
    assert reading.documents == []
    (fault,) = reading.faults
    # libyaml has a limit of its own for brackets, in newer builds.
    assert fault.message in ("nested deeper than 500 levels", "exceeded maximum nesting depth")
    assert fault.anchor.line == 1


def test_an_alias_bomb_is_refused_with_a_place_and_the_rest_is_read():
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60)]
    reading = read("\n".join([*lines, "---", "b: 1"]))
    (fault,) = reading.faults
    assert (fault.message, fault.anchor.line) == (NODES.message, 17)
    assert [d.root.scalar("b").value for d in reading.documents] == ["1"]


def test_an_alias_in_last_place_ends_where_it_is_written():
    assert root("a: &a {x: 1}\nb:\n  c: *a\n").anchor.span[3:] == (3, 4)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("services: &a\n  b: *a\n", (1, 11)),
        ("a:\n  - &b\n    - *b\n", (2, 5)),
        ("x: &a\n  <<: &b {<<: *a, k: 1}\n", (1, 4)),
    ],
)
def test_a_value_that_contains_itself_is_refused(text, place):
    reading = read(text + "---\nkind: B\n")
    assert [d.root.scalar("kind").value for d in reading.documents] == ["B"]
    (fault,) = reading.faults
    assert fault.message == "this value contains itself"
    assert fault.anchor.span[1:3] == place


def test_unwanted_documents_are_counted():
    reading = read("kind: A\n---\nkind: B\n---\n# only a comment\n", wanted=lambda text: "kind: A" in text)
    assert len(reading.documents) == 1
    assert reading.passed_over == 1


def test_a_directive_keeps_the_stream_whole():
    reading = read("%YAML 1.1\n---\na: 1\n---\nb: 2\n")
    assert len(reading.documents) == 2


def test_keys_that_are_no_scalars_go_by_their_text():
    tree = root("name: {{ x }}\n")
    assert isinstance(tree.get("name"), Mapping)
    assert isinstance(root("? [a, b]\n: 1\n"), Mapping)


@given(st.text(alphabet=st.sampled_from("ab:-[]{},\n \t'\"#&*!|>%@`?~é漢\r"), max_size=80))
def test_no_text_crashes_the_reader(text):
    reading = read(text)
    for document in reading.documents:
        walk(document.root, set())
    for fault in reading.faults:
        assert fault.anchor.span.line >= 1


def walk(node, seen):
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, Mapping):
        for entry in node:
            assert isinstance(entry.key, Scalar)
            walk(entry.value, seen)
    elif isinstance(node, Sequence):
        for item in node:
            walk(item, seen)


@given(
    st.recursive(
        st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=8),
        lambda inner: (
            st.dictionaries(st.text("abcdé", min_size=1, max_size=4), inner, max_size=3)
            | st.lists(inner, max_size=3)
        ),
        max_leaves=8,
    ).filter(lambda value: isinstance(value, dict))
)
def test_values_and_places_agree_with_the_text(value):
    text = pyyaml.safe_dump(value, allow_unicode=True)
    check(root(text), value)


def check(node, value):
    if isinstance(value, dict):
        assert set(value) == set(node.entries)
        for key, inner in value.items():
            entry = node.entries[key]
            assert pyyaml.safe_load(written(entry.key.anchor)) == key
            check(entry.value, inner)
    elif isinstance(value, list):
        assert len(node) == len(value)
        for item, inner in zip(node, value, strict=True):
            check(item, inner)
    else:
        assert node.value == value
        if "\n" not in written(node.anchor):
            assert pyyaml.safe_load(written(node.anchor)) == value


def test_an_alias_means_the_last_anchor_of_its_name_before_it():
    """`kubectl kustomize` prints one, two and three for the first document."""
    text = "a: &x one\nb: *x\nc: &x two\nd: *x\ne: {f: &x [three], g: *x}\n---\na: &x four\nb: *x\n"
    reading = yaml.read(Source("a.yaml", text))
    first, second = (document.root for document in reading.documents)
    assert not reading.faults
    assert [first.get("b").value, first.get("d").value, second.get("b").value] == ["one", "two", "four"]
    assert [s.value for s in first.at("e", "g").items] == ["three"]
    assert written(first.entries["d"].key.anchor) == "d"


def test_an_alias_of_what_is_never_given_is_refused():
    (fault,) = yaml.read(Source("a.yaml", "a: &x one\nb: &x two\nc: *y\n")).faults
    assert (fault.anchor.line, fault.message) == (3, "found undefined alias")
