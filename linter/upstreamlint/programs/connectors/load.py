"""What connectors read: the files that arguments and variables name, or those that hold rules of their kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from upstreamlint.containers import structured
from upstreamlint.containers.container import Container
from upstreamlint.containers.tree import Tree
from upstreamlint.documents import Mapping
from upstreamlint.programs.connectors.types import Connector, ConnectorRule
from upstreamlint.programs.program import Program
from upstreamlint.programs.reading import Found, Run
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.values import frozen


@frozen(kw_only=True)
class Reader:
    """How a connector reads its files.

    Each document that `holds` rules (by default: from which `rules` come) is a configuration of its own; with
    `together` all of them are one. `asked` programs read nothing unless they are told a path, also by what
    `named` finds. `managed` says that the rules come from elsewhere, `verifies` that a container believes public authorities alone, `listens` which ports are its own
    (by default those of the program).
    """

    program: Program
    rules: Callable[[Mapping], Iterator[ConnectorRule]] | None = None
    together: Callable[[Sequence[Mapping]], Iterator[ConnectorRule]] | None = None
    holds: Callable[[Mapping], bool] | None = None
    managed: Callable[[Container], bool] | None = None
    named: Callable[[Container], Iterable[str]] | None = None
    verifies: Callable[[Container], bool] | None = None
    listens: Callable[[Container], frozenset[int]] | None = None
    asked: bool = False
    ordered: bool = False


def read(run: Run, reader: Reader) -> Found:
    """Every connector of a program whose rules are known."""
    found = tuple(one for place in reader.program.places(run) for one in _of(place, reader))
    return Found(resources=found, sources=tuple(one.anchor.source for one in found))


def _of(place: Container, reader: Reader) -> Iterator[Connector]:
    if reader.managed is not None and reader.managed(place):
        return
    tree, chosen = place.files, reader.program.told(place)
    if not chosen and reader.named is not None:
        chosen = [path for path in reader.named(place) if path.startswith("/")]
    if not chosen and reader.asked:
        return
    roots: list[Mapping] = []
    found, known = chosen_documents(tree, chosen)
    for root, plain in found:
        if not _holds(reader, root):
            continue
        roots.append(root)
        if reader.rules is not None:
            yield _connector(place, reader, root, reader.rules(root), complete=plain)
    if reader.together is not None and roots:
        yield _connector(place, reader, roots[0], reader.together(roots), complete=known)


def chosen_documents(tree: Tree, chosen: Sequence[str]) -> tuple[list[tuple[Mapping, bool]], bool]:
    """The documents at and below paths, each with whether it is no template, and whether they are all that is there."""
    # What is put there and cannot be read may be the rest.
    known = not any(_is_chosen(layer.target, chosen) and tree.unknown(layer.target) for layer in tree.layers)
    found = []
    for path, text in texts(tree):
        if not _is_chosen(path, chosen):
            continue
        plain = "{{" not in text.text and "{%" not in text.text
        root = structured.root(text, path)
        known = known and plain and root is not None
        if root is not None:
            found.append((root, plain))
    return found, known


def _holds(reader: Reader, root: Mapping) -> bool:
    if reader.holds is not None:
        return reader.holds(root)
    return reader.rules is not None and next(reader.rules(root), None) is not None


def _connector(
    place: Container, reader: Reader, root: Mapping, rules: Iterable[ConnectorRule], *, complete: bool
) -> Connector:
    return Connector(
        program=reader.program,
        rules=tuple(rules),
        anchor=Anchor(root.source, root.start, root.start),
        place=place,
        complete=complete and not (place.incomplete or place.unread),
        ordered=reader.ordered,
        verifies=reader.verifies is not None and reader.verifies(place),
        listens=reader.listens(place) if reader.listens is not None else reader.program.ports,
    )


def texts(tree: Tree) -> Iterator[tuple[str, Fragment]]:
    """The YAML, JSON, TOML and INI files that a container is given, the nearest folders looked into."""
    return tree.walk("/", (".yml", ".yaml", ".json", ".toml", ".ini"), levels=2)


def _is_chosen(path: str, chosen: Sequence[str]) -> bool:
    return not chosen or any(path == c or path.startswith(c.rstrip("/") + "/") for c in chosen)
