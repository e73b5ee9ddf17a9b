"""Routes and components that a chart makes only when a value switches them on: nobody sees them break until somebody does.

A chart's own values mostly switch its Ingress off, and what most users can do without. The release of this module switches on what stands in plain conditions, or beside
others in an `and`; whatever else such a release is wrong about may be for want of more values, and is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.files.readable import Files, join
from upstreamlint.readers import yaml
from upstreamlint.releases.release import Option, Release

_WIRED = patterns.compile(
    r"^kind:[ \t]*(?:Ingress|(?:HTTP|GRPC|TCP|TLS)Route|VirtualService|IngressRoute|HTTPProxy|VirtualServer|Route"
    r"|Service|Deployment|StatefulSet|DaemonSet)\b",
    re.MULTILINE,
)
"""What sends requests somewhere, or is sent some."""
_CONDITION = patterns.compile(r"\{\{-?[ \t]*(if|else|end|range|with|define)\b([^{}]*?)-?\}\}")
_PLAIN = patterns.compile(r"\(?[ \t]*\$?\.Values((?:\.[A-Za-z_]\w*)+)[ \t]*\)?")
_EQUAL = patterns.compile(
    r"\(?[ \t]*eq[ \t]+\$?\.Values((?:\.[A-Za-z_]\w*)+)[ \t]+\"([a-zA-Z][\w-]{0,60})\"[ \t]*\)?"
)
"""A choice by words: `eq .Values.kind "StatefulSet"`."""
_CHOSEN = patterns.compile(r"\([ \t]*(?:eq|ne|not|semverCompare|kindIs|hasKey|gt|ge|lt|le)\b[^()]*\)")
"""What is true or not by values that this module leaves as they are; where it is not true, nothing is printed."""
_HOSTS = patterns.compile(r"range\b[^{}]{0,200}?\.Values\.([\w.]{0,100}hosts)\b")
"""Lists that charts leave empty for their users to fill, mostly with a comment that shows how."""
_HOST = (".host=chart-example.local", ".paths[0].path=/", ".paths[0].pathType=Prefix")
_UNSET = frozenset({"", "null", "~"})
_OFF = _UNSET | {"false"}
_SWITCH = patterns.compile(r"enabled?\w*|\w*enabled|create|exposed?")


def release(folder: str, silent: Collection[str], files: Files) -> Release | None:
    """The release that switches on what is wired among a chart's templates that no other release prints."""
    source = files.source(join(folder, "values.yaml"))
    documents = yaml.read(source).documents if source is not None else ()
    root = documents[0].root if documents else None
    names: dict[str, str] = {}
    hosts: dict[str, None] = {}
    templates: set[str] = set()
    for path in sorted(silent):
        template = files.source(path)
        wired = _WIRED.search(template.text) if template is not None else None
        if template is None or wired is None:
            continue
        found = list(_switches(template.text[: wired.start()], root))
        wanted = dict(pair for pair in found if pair is not None)
        # Of several that want different things of one value, the first is tried.
        if wanted and None not in found and all(names.get(n, v) == v for n, v in wanted.items()):
            names.update(wanted)
            hosts.update(dict.fromkeys(_hosts(template.text, root)))
            templates.add(path)
    if not names:
        return None
    written = tuple(f"{name}={value}" for name, value in names.items())
    return Release(
        folder=folder,
        title=f"{folder} with {', '.join(written)}",
        set=(*written, *hosts),
        option=Option(written, frozenset(templates)),
    )


def _switches(text: str, root: Node | None) -> Iterator[tuple[str, str] | None]:
    """What switches on the conditions that are open at the end of a text: values with their names; nothing for what is no plain switch."""
    opened: list[str] = []
    for word, condition in _CONDITION.findall(text):
        if word == "end" and opened:
            opened.pop()
        elif word == "else" and opened:
            opened[-1] = "else"
        elif word not in ("end", "else"):
            opened.append(condition if word == "if" else "")
    for condition in filter(None, opened):
        for operand in _operands(condition):
            chosen = _EQUAL.fullmatch(operand)
            if chosen is not None:
                yield from _choice(chosen[1].removeprefix("."), chosen[2], root)
                continue
            plain = _PLAIN.fullmatch(operand)
            if plain is None:
                yield None
                continue
            name = plain[1].removeprefix(".")
            held = _at(root, name.split("."))
            switch = _SWITCH.fullmatch(name.rpartition(".")[2].lower()) is not None
            on = isinstance(held, Scalar) and held.value not in _OFF
            # What is `false` is a switch, whatever it is called.
            switch = switch or (isinstance(held, Scalar) and held.plain and held.value == "false")
            if not on:
                yield (name, "true") if switch and (held is None or isinstance(held, Scalar)) else None


def _choice(name: str, value: str, root: Node | None) -> Iterator[tuple[str, str] | None]:
    """The value that a condition compares another with; nothing where the chart has none to choose from."""
    held = _at(root, name.split("."))
    if not isinstance(held, Scalar) or held.value in _UNSET:
        yield None
    elif held.value != value:
        yield name, value


def _operands(condition: str) -> list[str]:
    """What must be true for a condition to be, but for what values choose in an `and`."""
    head, _, rest = condition.strip().partition(" ")
    if head != "and":
        return [condition.strip()]
    inner = _CHOSEN.sub(" ", rest).replace("(", " ").replace(")", " ")
    return inner.split()


def _hosts(text: str, root: Node | None) -> Iterator[str]:
    """Expressions that put one host into lists that are empty, in the shape that `helm create` gives them where the template asks for it."""
    for name in _HOSTS.findall(text):
        held = _at(root, name.split("."))
        if held is None or (isinstance(held, Scalar) and held.value in _UNSET) or not _items(held):
            shaped = ".host " in text and ".paths" in text
            yield from (f"{name}[0]{field}" for field in (_HOST if shaped else ("=chart-example.local",)))


def _items(node: Node) -> bool:
    return not isinstance(node, Sequence) or len(node.items) > 0


def _at(node: Node | None, path: list[str]) -> Node | None:
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node
