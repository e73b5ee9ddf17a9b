"""A release: a chart or a kustomization of this tree, with the name, namespace and values that it gets."""

from __future__ import annotations

from upstreamlint.documents import Node, Scalar
from upstreamlint.readers import yaml
from upstreamlint.releases.conditions import Part
from upstreamlint.releases.written import written
from upstreamlint.source import Anchor, Source
from upstreamlint.values import NamedTuple, field, frozen


class Values:
    """Values for a chart: the text that Helm reads, and the trees that say where each one is written."""

    __slots__ = ("_roots", "_source", "text")

    def __init__(self, text: str, source: Source | None = None, roots: tuple[Node, ...] = ()) -> None:
        self.text = text
        self._source = source
        self._roots = roots

    @property
    def path(self) -> str:
        """The file that holds nothing but these values; empty for others."""
        return self._source.path if self._source is not None else ""

    @property
    def roots(self) -> tuple[Node, ...]:
        """The trees; a file is read when somebody asks where a value is written."""
        if self._source is not None:
            return tuple(document.root for document in yaml.read(self._source).documents)
        return self._roots


def of_file(source: Source) -> Values:
    """The values that a file holds."""
    return Values(source.text, source)


def of_node(node: Node) -> Values:
    """The values that are written inside of another file."""
    return Values(written(node), roots=(node,))


@frozen(kw_only=True)
class Over:
    """What is laid over a kustomization as a whole; `patches` are items of its `patches`, as JSON.

    `variables` replace `${NAME}` in what was built; one that is in neither stays, as nobody knows its value.
    """

    namespace: str = ""
    prefix: str = ""
    suffix: str = ""
    patches: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()


NOTHING_OVER = Over()


@frozen
class Option:
    """Parts of templates that print with values only that are switched on or chosen."""

    parts: tuple[Part, ...]

    def needed(self, anchor: Anchor) -> str:
        """What must be set (`name=value`) for a place to be printed; nothing for one that is printed anyway, or unknown."""
        around = [
            p for p in self.parts if p.source.path == anchor.source.path and p.start <= anchor.start < p.end
        ]
        inner = max(around, key=lambda p: p.start, default=None)
        return ", ".join(f"`{name}={value}`" for name, value in inner.wanted) if inner is not None else ""


@frozen(kw_only=True)
class Release:
    """What is put onto a cluster as one.

    `folder` holds a chart, a kustomization or plain manifests. `name` and `namespace` are empty where only who
    installs it knows them; the namespace is for objects that name none. `values` are the weakest first, without those
    that the chart comes with; `set` are expressions as for `helm --set`, stronger than all files. `title` is what a
    person calls it, `said` where it is stated: nothing for a chart by itself. `option` is what it switches on to see whether
    that works: nobody says that it is ever installed so. `open` says that more is put there with it, which is not in this tree.
    """

    folder: str
    title: str
    name: str = ""
    namespace: str = ""
    values: tuple[Values, ...] = ()
    set: tuple[str, ...] = ()
    over: Over = NOTHING_OVER
    said: Anchor | None = None
    option: Option | None = None
    open: bool = False

    @property
    def same(self) -> tuple[object, ...]:
        """What two statements of one release have in common, whoever makes them."""
        texts = tuple(values.text for values in self.values)
        return self.folder, self.name, self.namespace, texts, self.set, self.over


class ValuesFile(NamedTuple):
    """A values file as it is named: seen from the root of the repository, or from the chart's folder; `written` is where."""

    path: str
    from_root: bool = False
    optional: bool = False
    written: Scalar | None = None


@frozen(kw_only=True)
class Stated:
    """A release as it is written, before anybody has looked which folder of this tree it means.

    `repository` tells repositories apart: a URL, or the name of what holds one; it is empty where paths are seen from
    the stating file. `doubt` says why what is rendered would not be what is deployed, `open` that the same
    statement speaks of more, as a chart of a registry. `written` is where the path is, if it stands there as it is.
    """

    title: str
    said: Anchor
    path: str
    repository: str = ""
    name: str = ""
    namespace: str = ""
    values: tuple[Values | ValuesFile, ...] = ()
    set: tuple[str, ...] = ()
    over: Over = field(default=NOTHING_OVER)
    doubt: str = ""
    open: bool = False
    written: Scalar | None = None
