"""Files that are almost right: the examples of the rules' pages, with parts replaced, moved, doubled or broken.

A mutation knows what it changes: a value of a key, a line with what is indented below it, a word, a run of characters.
So most of what comes out still parses, and reaches what lies behind the parser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st

from upstreamlint.rules import load
from upstreamlint.testing import examples

READERS = {
    "kustomization": re.compile(r"kustomization\.ya?ml\Z"),
    "Dockerfile": re.compile(r"Dockerfile\Z"),
    "env file": re.compile(r"\.env\Z"),
    "Caddyfile": re.compile(r"Caddyfile\Z"),
    "HAProxy": re.compile(r"\.cfg\Z"),
    "nginx": re.compile(r"\.conf(?:\.template)?\Z|\Anginx/"),
}
"""Readers by the name of the file; YAML is told apart by what it holds."""
CONTENTS = {
    "Istio": re.compile(r"istio\.io/"),
    "Gateway API": re.compile(r"gateway\.networking\.k8s\.io"),
    "Envoy": re.compile(r"static_resources"),
    "Compose": re.compile(r"^services:", re.MULTILINE),
    "Kubernetes": re.compile(r"^kind:", re.MULTILINE),
}

HOSTILE = [
    "²", "٣", "9" * 5000, "-1", "1e3", "0777", "0x1F", "65536", "1.5", "", "~", "null", "[]", "{}", "[x]", "{a: b}", "true", "'", '"', "|", ">",
    '"\\0"', '"\\ud800"', "\ufeff", "\u2028", "${A}", "${A:-${B}}", "$$", "$A$A", "{{ .Values.x }}", "{% if x %}", "*", "*a", "&a x", "<<: *a",
    "!reset x", "../..", "/dev/zero", "/etc/passwd", "a/" * 300, "x" * 3000, ":", "::", "a:b:c", "1-65535", "[::1]:80", "unix:/a", "http://", "http://a:b@c:d/e",
    "a.b.svc.cluster.local.", "*.a", "-", "- - - x", "# upstreamlint: ignore[x]", "---", "...", "\t", "\r", "}", "{", ";", "\\", "<<EOF", "é", "\U0001f600",
]  # fmt: skip
_VALUE = re.compile(r"(?<=[:\s\[{,=\"'/])[^\s\[\]{},:;\"'=/]+")


class Seed(NamedTuple):
    """An example, and the file of it that a reader is for."""

    texts: Mapping[str, str]
    path: str


def reader_of(path: str, text: str) -> str | None:
    by_name = next((name for name, pattern in READERS.items() if pattern.search(path)), None)
    return by_name or next((name for name, pattern in CONTENTS.items() if pattern.search(text)), None)


def seeds() -> dict[str, list[Seed]]:
    """The examples of every rule's page, by reader."""
    found: dict[str, list[Seed]] = {}
    for rule in load().values():
        for example in examples(rule):
            for path, text in example.texts.items():
                reader = reader_of(path, text)
                if reader is not None:
                    found.setdefault(reader, []).append(Seed(example.texts, path))
    return found


SEEDS = seeds()


@st.composite
def mutated(draw: Any, reader: str) -> dict[str, str]:
    """A seed of a reader whose file went through one to five mutations."""
    seed = draw(st.sampled_from(SEEDS[reader]))
    text = seed.texts[seed.path]
    for _ in range(draw(st.integers(1, 5))):
        text = draw(st.sampled_from(MUTATIONS))(draw, text, reader)
    return {**seed.texts, seed.path: text[:200_000]}


def _value(draw: Any, text: str, _reader: str) -> str:
    """A value becomes one that nobody expects there."""
    places = list(_VALUE.finditer(text))
    if not places:
        return text
    place = draw(st.sampled_from(places))
    return text[: place.start()] + draw(st.sampled_from(HOSTILE)) + text[place.end() :]


def _block(draw: Any, text: str, _reader: str) -> str:
    """A line and what is below it goes, comes twice, or moves."""
    lines = text.split("\n")
    start = draw(st.integers(0, len(lines) - 1))
    depth = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > depth:
        end += 1
    block = lines[start:end]
    to = draw(st.integers(0, len(lines)))
    changed = draw(
        st.sampled_from(
            [lines[:start] + lines[end:], lines[:end] + block + lines[end:], lines[:to] + block + lines[to:]]
        )
    )
    return "\n".join(changed)


def _splice(draw: Any, text: str, reader: str) -> str:
    """A part of another file of the same kind stands in this one."""
    other = draw(st.sampled_from(SEEDS[reader]))
    lines, foreign = text.split("\n"), other.texts[other.path].split("\n")
    at, start = draw(st.integers(0, len(lines))), draw(st.integers(0, len(foreign) - 1))
    return "\n".join([*lines[:at], *foreign[start : start + draw(st.integers(1, 8))], *lines[at:]])


def _characters(draw: Any, text: str, _reader: str) -> str:
    """A few characters go, and others come."""
    at = draw(st.integers(0, len(text)))
    gone = draw(st.integers(0, 3))
    come = draw(
        st.sampled_from(HOSTILE)
        | st.text(max_size=3)
        | st.sampled_from(list("{}[]\"'#:;\\$\n \t-*&!|>%@`=,/<"))
    )
    return text[:at] + come + text[at + gone :]


def _indent(draw: Any, text: str, _reader: str) -> str:
    """A line stands further in or out."""
    lines = text.split("\n")
    at = draw(st.integers(0, len(lines) - 1))
    lines[at] = draw(st.sampled_from(["  " + lines[at], lines[at][2:], "\t" + lines[at], "- " + lines[at]]))
    return "\n".join(lines)


def _cut(draw: Any, text: str, _reader: str) -> str:
    return text[: draw(st.integers(0, len(text)))]


MUTATIONS = [_value, _value, _value, _block, _splice, _characters, _indent, _cut]
