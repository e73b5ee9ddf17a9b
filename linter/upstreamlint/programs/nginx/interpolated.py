"""Variables of nginx in a Compose file's inline `content`, which Compose takes for its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.known_variables import is_built_in
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple

_DEFINED = patterns.compile(
    r"(?:\bset\s+|\b(?:map|geo|split_clients)\s[^{;]{0,300}?)\${1,9}\{?(\w{1,100})\}?\s{0,20}[^\s;{]{0,200}\s{0,20}[;{]"
)


class Taken(NamedTuple):
    """A text of nginx of which Compose takes variables: their names, in order, and the place of the first."""

    content: Scalar
    names: tuple[str, ...]
    anchor: Anchor


def taken(instance: NginxInstance) -> Iterator[Taken]:
    """The inline texts of an nginx whose own variables Compose replaces by nothing."""
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
            yield Taken(content, names, Anchor(content.source, start, content.start + at.end()))


def holds(found: Taken, anchor: Anchor) -> bool:
    """Whether a place lies in such a text."""
    return anchor.source is found.content.source and found.content.start <= anchor.start < found.content.end
