"""A configuration file of a container as a tree whose parts stand where they are written."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Node
from upstreamlint.readers import yaml
from upstreamlint.readers.fragment import Fragment
from upstreamlint.render.move import moved
from upstreamlint.source import Anchor, Source


def root(fragment: Fragment, path: str = "") -> Mapping | None:
    """The first YAML (or JSON) document of a text, if it is a mapping; TOML or INI where a path is called so."""
    source = Source(fragment.source.path, fragment.text)
    if path.endswith(".toml"):
        from upstreamlint.readers import toml

        found: Node | None = toml.root(source)
    elif path.endswith(".ini"):
        from upstreamlint.readers import ini

        found = ini.root(source)
    else:
        read = yaml.read(source).documents
        found = read[0].root if read else None
    if not isinstance(found, Mapping):
        return None

    def place(node: Node) -> Anchor:
        return fragment.place(node.start, node.end)

    put = moved(found, place)
    return put if isinstance(put, Mapping) else None
