"""Variables of nginx itself that something replaces by nothing before nginx reads them: Compose in inline `content`, `envsubst`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.programs.nginx.installation.templates import Emptied
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.language.known_variables import is_built_in
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple

_DEFINED = patterns.compile(
    r"(?:\bset\s+|\b(?:map|geo|split_clients)\s[^{;]{0,300}?)\${1,9}\{?(\w{1,100})\}?\s{0,20}[^\s;{]{0,200}\s{0,20}[;{]"
)


class Taken(NamedTuple):
    """A text of nginx out of which variables are taken: by what, their names in order, and the place of the first."""

    by: str
    text: Anchor
    names: tuple[str, ...]
    anchor: Anchor


COMPOSE = "Compose"
ENVSUBST = "`envsubst`"


def taken(instance: NginxInstance) -> Iterator[Taken]:
    """The texts of an nginx whose own variables something replaces by nothing."""
    yield from _by_compose(instance)
    texts: dict[str, list[Emptied]] = {}
    for emptied in instance.emptied:
        texts.setdefault(emptied.anchor.source.path, []).append(emptied)
    for found in texts.values():
        source, first = found[0].anchor.source, found[0].anchor
        names = tuple(dict.fromkeys(one.name for one in found))
        yield Taken(ENVSUBST, Anchor(source, 0, len(source.text)), names, first)


def _by_compose(instance: NginxInstance) -> Iterator[Taken]:
    project = instance.place.project if instance.place is not None else None
    if instance.service is None or project is None:
        return
    for mount in instance.service.mounts:
        content = mount.content
        if content is None or not is_unknown(content):
            continue
        raw = content.source.text[content.start : content.end]
        own = {name.lower() for name in _DEFINED.findall(raw)}
        unset = dict.fromkeys(name for name, anchor in project.unset if anchor == content.anchor)
        names = tuple(n for n in unset if n == n.lower() and (n in own or is_built_in(n)))
        at = re.search(rf"(?<!\$)(?:\$\$)*\$\{{?{names[0]}\b", raw) if names else None
        if at is not None:
            start = content.start + at.start()
            first = Anchor(content.source, start, content.start + at.end())
            yield Taken(COMPOSE, content.anchor, names, first)


def holds(found: Taken, anchor: Anchor) -> bool:
    """Whether a place lies in such a text."""
    text = found.text
    return anchor.source is text.source and text.start <= anchor.start < text.end
