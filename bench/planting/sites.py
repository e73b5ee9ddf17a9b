"""A place where one fault can be planted, and the files of a project to look for such places in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.files.discover import discover
from upstreamlint.files.kinds import Kind
from upstreamlint.readers import yaml
from upstreamlint.source import Source

_READ = (Kind.YAML, Kind.NGINX, Kind.CADDY, Kind.HAPROXY)


@dataclass(frozen=True)
class Site:
    """What stands there now, what may not stand there instead because it would be right, and what it is.

    `old` is the text from `start` on in the file. A site without it is an insertion of `text`, which is a fault by itself.
    """

    technology: str
    kind: str
    path: str
    start: int
    old: str
    taken: frozenset[str] = frozenset()
    text: str = ""


@dataclass
class Project:
    """The files under a folder: objects of Kubernetes, Compose files, others, each with where it is."""

    folder: Path
    files: dict[str, Source] = field(default_factory=dict)
    documents: list[tuple[str, Mapping]] = field(default_factory=list)

    @property
    def objects(self) -> list[tuple[str, Mapping]]:
        return [(p, d) for p, d in self.documents if d.scalar("kind") and d.scalar("apiVersion")]


def read(folder: Path, names: Collection[str]) -> Project:
    """The project in a folder; `names` are its files, relative to it."""
    project = Project(folder)
    for name in sorted(names):
        try:
            text = (folder / name).read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            continue
        source = Source(name, text)
        project.files[name] = source
        if name.endswith((".yaml", ".yml")) and "{{" not in text:
            reading = yaml.read(source)
            if not reading.faults:
                project.documents += [
                    (name, d.root) for d in reading.documents if isinstance(d.root, Mapping)
                ]
    return project


def files(folder: Path) -> list[str]:
    """What a run over a folder reads, without what it leaves out."""
    found = discover([str(folder)])
    below = [Path(f.path) for f in found.files if f.kind in _READ]
    below += [path for chart in found.charts for path in Path(chart, "templates").rglob("*.yaml")]
    below += [path for chart in found.charts for path in Path(chart).glob("*.yaml") if path not in below]
    return [p.resolve().relative_to(folder.resolve()).as_posix() for p in below]


def at(
    technology: str, kind: str, scalar: Node | None, old: str, taken: Collection[str] = ()
) -> Iterator[Site]:
    """The site of a text inside a scalar, where it stands there exactly once."""
    if not isinstance(scalar, Scalar) or not old:
        return
    text = scalar.source.text[scalar.start : scalar.end]
    if text.count(old) == 1:
        start = scalar.start + text.index(old)
        yield Site(technology, kind, scalar.source.path, start, old, frozenset(taken))


def each(node: Node | None, *path: str) -> Iterator[Node]:
    """The nodes at a path of keys; a sequence on the way stands for each of its items."""
    if node is None:
        return
    if not isinstance(node, Mapping | Scalar):
        for item in node.items:
            yield from each(item, *path)
    elif not path:
        yield node
    elif isinstance(node, Mapping):
        yield from each(node.get(path[0]), *path[1:])


def text_of(node: Node | None) -> str:
    return node.value if isinstance(node, Scalar) else ""
