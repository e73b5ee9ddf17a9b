"""A chart with the charts below it: its files, the values that it comes with, its dependencies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.charts.archived import ENDING, archived
from upstreamlint.documents import Mapping, Node
from upstreamlint.files.discover import CHART
from upstreamlint.files.readable import Files, join
from upstreamlint.numerals import is_digits
from upstreamlint.readers import yaml
from upstreamlint.render.helm_local import Local, local
from upstreamlint.source import Source
from upstreamlint.values import NamedTuple, frozen

MOST = 400
"""So many files of a chart are read."""
_REQUIREMENTS = "requirements.yaml"
_LIBRARY = patterns.compile(r"^type:[ \t]*[\"']?library\b", re.MULTILINE)
_PROSE = (".md", ".gotmpl", ".tgz", ".lock")


class Part(NamedTuple):
    """A dependency: the key of its values, the chart if it is here, its own name and where it is from."""

    key: str
    chart: Chart | None
    name: str = ""
    repository: str = ""


@frozen
class Chart:
    """A chart.

    `templates` are the files of `templates/`, `texts` others that a template may read with `tpl`. `values` is the tree
    of `values.yaml`; nothing where there is none or it does not parse. `packed` says that it is in an archive, where nobody edits it.
    """

    folder: str
    templates: tuple[Source, ...]
    texts: tuple[Source, ...]
    values: Node | None
    parts: tuple[Part, ...]
    library: bool = False
    packed: bool = False

    @property
    def lacks(self) -> bool:
        """Whether a dependency of it, or of one below it, is not here."""
        return any(part.chart is None or part.chart.lacks for part in self.parts)

    def below(self) -> Iterator[Chart]:
        """The chart and all below it."""
        yield self
        for part in self.parts:
            if part.chart is not None:
                yield from part.chart.below()


def read(folder: str, files: Files) -> Chart:
    """The chart in a folder."""
    return _read(folder, folder, local(folder, files), files)


def _read(folder: str, taker: str, taken: Sequence[Local], files: Files) -> Chart:
    sources = list(_sources(folder, files))
    inside = f"{join(folder, 'templates')}/"
    own = files.source(join(folder, "values.yaml"))
    return Chart(
        folder,
        tuple(s for s in sources if s.path.startswith(inside)),
        tuple(s for s in sources if not s.path.startswith(inside)),
        root_of(own) if own is not None else None,
        tuple(_parts(folder, taker, taken, files)),
        _is_library(folder, files),
    )


def _is_library(folder: str, files: Files) -> bool:
    source = files.source(join(folder, CHART))
    return source is not None and _LIBRARY.search(source.text) is not None


def _sources(folder: str, files: Files) -> Iterator[Source]:
    """The files of a chart that may hold templates, without those of the charts below it."""
    todo, count = [folder], 0
    while todo:
        here = todo.pop()
        for name in files.listing(here):
            path = join(here, name)
            if files.is_folder(path):
                if name != "charts" and not name.startswith(".") and not files.is_file(join(path, CHART)):
                    todo.append(path)
            elif not name.endswith(_PROSE) and count < MOST:
                count += 1
                source = files.source(path)
                if source is not None and "{{" in source.text:
                    yield source


def _parts(folder: str, taker: str, taken: Sequence[Local], files: Files) -> Iterator[Part]:
    below = join(folder, "charts")
    there = {}
    for folder_name in files.listing(below) if files.is_folder(below) else ():
        if files.is_file(join(below, f"{folder_name}/{CHART}")):
            there[folder_name] = join(below, folder_name)
    places = {posixpath.basename(one.link): one.folder for one in taken if one.taker == folder}
    named = set()
    for item in _dependencies(folder, files):
        name, alias, repository = (item.scalar(key) for key in ("name", "alias", "repository"))
        if name is None:
            continue
        found = there.get(name.value) or places.get(name.value)
        named.add(name.value)
        chart = _read(found, taker, taken, files) if found is not None else _packed(below, name.value, files)
        yield Part((alias or name).value, chart, name.value, repository.value if repository else "")
    for own, place in there.items():
        if own not in named:
            yield Part(own, _read(place, taker, taken, files))


def _packed(below: str, name: str, files: Files) -> Chart | None:
    """A dependency that lies in an archive among the charts of another."""
    for one in files.listing(below) if files.is_folder(below) else ():
        if one.startswith(f"{name}-") and one.endswith(ENDING) and is_digits(one[len(name) + 1 :][:1]):
            found = archived(join(below, one), files)
            if found is not None:
                is_library = _LIBRARY.search(found.about) is not None
                return Chart(join(below, one), found.templates, (), None, (), is_library, packed=True)
    return None


def _dependencies(folder: str, files: Files) -> Iterator[Mapping]:
    for file in (CHART, _REQUIREMENTS):
        source = files.source(join(folder, file))
        root = root_of(source) if source is not None else None
        yield from root.mappings("dependencies") if isinstance(root, Mapping) else ()


def root_of(source: Source) -> Node | None:
    """The tree of a file of one document; nothing where it does not parse."""
    reading = yaml.read(source)
    return reading.documents[0].root if reading.documents and not reading.faults else None


def at(node: Node | None, path: Sequence[str]) -> Node | None:
    """What is at a path of keys."""
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node
