"""The charts that a chart takes from folders of the same tree: `repository: file://../common`.

What `helm dependency build` would put into its folder `charts`. A chart that is there already counts over them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from upstreamlint.documents import Mapping
from upstreamlint.files.discover import CHART
from upstreamlint.files.readable import Files, join
from upstreamlint.readers import yaml
from upstreamlint.releases.unnamed import chart_name
from upstreamlint.values import NamedTuple


class Local(NamedTuple):
    """A chart that another one takes.

    `folder` is where it is, `taker` the folder of the other, `link` where Helm looks for it there, and `printed` what the paths of its templates begin with.
    """

    folder: str
    taker: str
    link: str
    printed: str


def local(folder: str, files: Files) -> tuple[Local, ...]:
    """The charts that a chart takes, and those that these take; none of them where they go in a circle, or are too many."""
    found = tuple(islice(_taken(folder, "", (folder,), files), MOST))
    return found if len(found) < MOST and all(one.printed for one in found) else ()


def _taken(folder: str, printed: str, above: tuple[str, ...], files: Files) -> Iterator[Local]:
    for name, alias, place in _dependencies(folder, files):
        if place in above:
            yield Local(place, folder, "", "")
            return
        own = f"{printed}charts/{alias or name}"
        yield Local(place, folder, f"charts/{name}", own)
        yield from _taken(place, f"{own}/", (*above, place), files)


MOST = 200
"""So many charts are taken at most, each counted as often as it is."""


def _dependencies(folder: str, files: Files) -> Iterator[tuple[str, str, str]]:
    """The names, aliases and folders of the dependencies of a chart that are in this tree, and not in its own folder."""
    source = files.source(join(folder, CHART))
    if source is None or _SCHEME not in source.text:
        return
    there = files.listing(join(folder, "charts")) if files.is_folder(join(folder, "charts")) else ()
    for document in yaml.read(source).documents[:1]:
        root = document.root
        for item in root.mappings("dependencies") if isinstance(root, Mapping) else ():
            name, repository, alias = (item.scalar(key) for key in ("name", "repository", "alias"))
            if name is None or repository is None or not repository.value.startswith(_SCHEME):
                continue
            place = join(folder, repository.value.removeprefix(_SCHEME))
            held = any(one == name.value or one.startswith(f"{name.value}-") for one in there)
            if not held and files.knows(place) and chart_name(place, files) == name.value:
                yield name.value, alias.value if alias is not None else "", place


_SCHEME = "file://"


def named_place(folder: str, path: str, files: Files) -> str:
    """Where a file is whose path in the rendered chart is known: Helm calls the charts in `charts` by name or alias, whatever their folders are called."""
    while path.startswith("charts/"):
        called, _, path = path.removeprefix("charts/").partition("/")
        there = join(folder, "charts")
        name = _aliases(folder, files).get(called, called)
        folders = (join(there, one) for one in files.listing(there))
        folder = next((one for one in folders if chart_name(one, files) == name), join(there, called))
    return join(folder, path)


def _aliases(folder: str, files: Files) -> dict[str, str]:
    """The names of the dependencies of a chart by their aliases."""
    source = files.source(join(folder, CHART))
    root = yaml.read(source).documents[0].root if source is not None and "alias:" in source.text else None
    items = root.mappings("dependencies") if isinstance(root, Mapping) else ()
    pairs = ((item.scalar("alias"), item.scalar("name")) for item in items)
    return {alias.value: name.value for alias, name in pairs if alias is not None and name is not None}


def place_of(folder: str, taken: Sequence[Local], path: str) -> str:
    """Where a file is whose path in the rendered chart is known."""
    for one in sorted(taken, key=lambda one: -len(one.printed)):
        if path.startswith(f"{one.printed}/"):
            return join(one.folder, path.removeprefix(f"{one.printed}/"))
    return join(folder, path)
