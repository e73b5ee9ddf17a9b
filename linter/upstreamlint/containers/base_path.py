"""The path below which a container's program serves everything, and what it answers outside of it: `data/base_paths.json`.

A context path of servlets, the base path of Kibana, the route prefix of Prometheus: who asks for health without it gets
404, although the program is well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

from upstreamlint.containers.container import Container
from upstreamlint.containers.data import Row, image_reference, known_base_paths
from upstreamlint.containers.data.given import any_given
from upstreamlint.containers.listening.of_container import starts_own
from upstreamlint.containers.listening.told import Told, flags
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.facets.reply import Reply, Request
from upstreamlint.readers.compose.tree import part

_OPEN = frozenset("${}<>")
"""What something fills in."""
_ELSEWHERE = 404


def outside(container: Container, request: Request) -> Reply | None:
    """What a request outside the path gets; nothing where it is inside, or no path is known."""
    for row, told in _told_by(container):
        if not _is_judged(row, container, request):
            continue
        base = _path(told.text)
        path = request.path.partition("?")[0]
        if not base or path == base or path.startswith(f"{base}/"):
            return None
        return Reply(
            status=row.get("status", _ELSEWHERE),
            anchor=told.anchor,
            text=f"{row['program']} serves everything below `{base}` (`{told.told}`)",
            assumption=row.get("assumption", ""),
            path=f"{base}{path}" if path != "/" else f"{base}/",
        )
    return None


@lru_cache(maxsize=64)
def _told_by(container: Container) -> tuple[tuple[Row, Told], ...]:
    """What tells a container its path, with the row of the program; each of its probes asks for it."""
    rows = (row for row in known_base_paths() if _runs(row, container))
    return tuple((row, told) for row in rows if (told := next(_told(row, container), None)) is not None)


def _runs(row: Row, container: Container) -> bool:
    """Whether a container runs the program of a row, as far as a row says how it is known."""
    image = container.image
    if "images" in row:
        known = image is not None and image_reference(image.value).name in row["images"]
        return known and not container.built and (starts_own(container) or _takes_flags(container))
    if "commands" in row:
        return any(fnmatchcase(c.program, glob) for c in container.commands for glob in row["commands"])
    return True


def _takes_flags(container: Container) -> bool:
    """Whether the program of an image of which nothing else is known is given arguments alone."""
    return container.image_facts is None and container.words[0].value.startswith("-")


def _is_judged(row: Row, container: Container, request: Request) -> bool:
    variables, words = container.environment, container.words
    if request.port not in row.get("ports", (request.port,)) or request.path in row.get("but", ()):
        return False
    if "when" in row and not any_given(row["when"], variables, words):
        return False
    return not any_given(row.get("unless", ()), variables, words)


def _told(row: Row, container: Container) -> Iterator[Told]:
    """The values that tell the path, the one that counts first; none where one is not known."""
    names = tuple(row.get("flags", ()))
    for name in names:
        yield from _known_flag(container, name)
    for name in row.get("options", ()):
        held = container.environment.get(name)
        if held is not None:
            yield from (told for told in flags(_words(held), names) if not _OPEN & set(told.text))
    for name in row.get("variables", ()):
        value = container.environment.get(name)
        if value is not None:
            if value.tag != UNKNOWN and not _OPEN & set(value.value):
                yield Told(value.value, value.anchor, f"{name}={value.value}")
            return
    yield from _set(row, container)


def _known_flag(container: Container, name: str) -> Iterator[Told]:
    lines: Sequence[tuple[Scalar, ...]] = [command.words for command in container.commands]
    for words in lines or [container.words]:
        yield from (told for told in flags(words, (name,)) if not _OPEN & set(told.text))


def _words(held: Scalar) -> list[Scalar]:
    """The words of a variable that holds flags."""
    return (
        [part(held, m.start(), m.end()) for m in re.finditer(r"\S+", held.value)]
        if held.tag != UNKNOWN
        else []
    )


def _set(row: Row, container: Container) -> Iterator[Told]:
    """What its files say, where all of them agree."""
    keys = row.get("settings", ())
    if not keys or not any(file.may_hold(keys) for file in container.settings):
        return
    found = [setting for file in container.settings for setting in file.settings]
    if any(setting.key in row.get("beside", ()) for setting in found):
        return
    told = [s for s in found if s.key in keys]
    if len({s.value.value for s in told}) == 1:
        yield Told(told[0].value.value, told[0].value.anchor, f"{told[0].key}: {told[0].value.value}")


def _path(text: str) -> str:
    """The path that a value means, with a slash before it and none behind; empty for the root."""
    _, scheme, rest = text.partition("://")
    path = rest.partition("/")[2].partition("?")[0] if scheme else text
    return f"/{path.strip('/')}" if path.strip("/") else ""
