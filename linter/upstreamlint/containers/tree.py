"""The files that a container sees, as far as the files of the run show them.

What an image was given comes first; what is mounted comes over it, deeper mounts over those that they lie in.
Nothing is read before somebody asks for a path, so that a mounted repository costs nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.files.readable import Files, join
from upstreamlint.numerals import tells
from upstreamlint.readers.fragment import Fragment, embedded, whole
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

_PATTERN = patterns.compile(r"[*?\[]")
_CONFIGURATION = patterns.compile(
    r"/(?:etc|conf|config|configs|conf\.d|templates)(?:/|\Z)|\.[A-Za-z]{1,12}\Z|file\Z"
)
"""Where a program's configuration is put; any other folder may be a whole repository."""
_MOST_TOLD = 50


@frozen
class Layer:
    """Something put at a path.

    It is a file or folder of the run (`source`), a `text`, one that is `written` in another file, or an empty folder;
    unless `known`, nobody can tell what it is: a `source` is then what it most likely is. A layer that `hides` is mounted: what was at and below its path is not to be seen. `anchor` is
    where it is written.
    """

    target: str
    source: str | None = None
    text: Fragment | None = None
    written: Scalar | None = None
    hides: bool = False
    known: bool = True
    anchor: Anchor | None = None

    @cached_property
    def content(self) -> Fragment | None:
        """The text of a file that is none of the run."""
        return embedded(self.written) if self.written is not None else self.text


class Tree:
    """The files of a container by their paths in it."""

    def __init__(self, layers: Sequence[Layer], files: Files | None) -> None:
        self.layers = tuple(layers)
        self._files = files

    def plus(self, texts: Mapping[str, Fragment]) -> Tree:
        """With files that a program writes when it starts."""
        made = (Layer(posixpath.normpath(path), text=text) for path, text in texts.items())
        return Tree((*self.layers, *made), self._files)

    def layer(self, path: str) -> Layer | None:
        """What puts a file at a path; nothing where the image's own may be, or where that is not known."""
        path = posixpath.normpath(path)
        return next((layer for layer in self._above(path) if self._text(layer, path) is not None), None)

    def holder(self, path: str) -> Layer | None:
        """What is put at or above a path, the nearest."""
        return next(self._above(posixpath.normpath(path)), None)

    def read(self, path: str) -> Fragment | None:
        """The text at a path."""
        path = posixpath.normpath(path)
        return next((t for layer in self._above(path) if (t := self._text(layer, path)) is not None), None)

    def find(self, pattern: str) -> list[tuple[str, Fragment]]:
        """The files at a path or pattern, by their paths, sorted; `*` does not cross folders."""
        pattern = posixpath.normpath(pattern)
        found = ["/"]
        for part in pattern.strip("/").split("/"):
            if _PATTERN.search(part):
                found = [join(f, n) for f in found for n in self.names(f) if _fits(n, part)]
            else:
                found = [join(f, part) for f in found]
        return [(path, text) for path in sorted(found) if (text := self.read(path)) is not None]

    def walk(
        self, folder: str, suffixes: tuple[str, ...] = (), levels: int = 4, limit: int = 500
    ) -> Iterator[tuple[str, Fragment]]:
        """The files at and below a folder, sorted, `levels` deep from where something is put; `limit` are looked at."""
        seen = 0
        todo = [(posixpath.normpath(folder), 0)]
        while todo and seen < limit:
            path, level = todo.pop()
            level = 0 if any(_below(layer.target, path) for layer in self.layers) else level
            text = self.read(path) if path.endswith(suffixes or "") else None
            seen += 1
            if text is not None:
                yield path, text
            elif level <= levels:
                todo.extend((join(path, name), level + 1) for name in reversed(self.names(path)[:limit]))

    def unknown(self, path: str) -> bool:
        """Whether something is put at or above a path, or where a pattern looks, and nobody can tell what it is."""
        path = posixpath.normpath(path)
        folder, name = posixpath.split(path)
        above = any(self._is_unknown(layer, path) for layer in self._above(path))
        return above or any(
            self._is_unknown(layer, layer.target) and posixpath.dirname(layer.target) == folder
            for layer in (self.layers if _PATTERN.search(name) else ())
            if _fits(posixpath.basename(layer.target), name)
        )

    @property
    def configures(self) -> bool:
        """Whether anything that is put here may be configuration: a volume for data is none, wherever it comes from."""
        return any(_may_configure(layer) for layer in self.layers)

    def tells(self, number: int) -> bool:
        """Whether a text that is put here names a port: `listen_port = 3100`, `":3100"`."""
        if not any(_may_tell(layer, str(number)) for layer in self.layers):
            return False
        for layer in self.layers:
            texts = self.walk(layer.target, limit=_MOST_TOLD) if _is_told(layer) else ()
            if any(tells(text.text, number) for _, text in texts):
                return True
        return False

    def hides(self, path: str) -> bool:
        """Whether something is mounted over a path, so that the image's own file is not there."""
        return any(layer.hides for layer in self._above(posixpath.normpath(path)))

    def names(self, folder: str) -> list[str]:
        """What is known to be in a folder, sorted."""
        found: set[str] = set()
        prefix = folder.rstrip("/") + "/"
        for layer in reversed(self.layers):
            if layer.target.startswith(prefix) and layer.target != folder:
                found.add(layer.target[len(prefix) :].partition("/")[0])
            elif _below(folder, layer.target):
                if layer.source is not None and self._files is not None:
                    found.update(self._files.listing(_inside(layer, folder)))
                if layer.hides:
                    break
        return sorted(found)

    def _above(self, path: str) -> Iterator[Layer]:
        """The layers that a path lies in, the last first, down to one that hides the rest."""
        for layer in reversed(self.layers):
            if _below(path, layer.target):
                yield layer
                if layer.hides:
                    return

    def _text(self, layer: Layer, path: str) -> Fragment | None:
        if layer.text is not None or layer.written is not None:
            return layer.content if path == layer.target else None
        if layer.source is None or self._files is None:
            return None
        source = self._files.source(_inside(layer, path))
        return whole(source) if source is not None else None

    def _is_unknown(self, layer: Layer, path: str) -> bool:
        """Whether a layer may hold anything at a path: what is no text is no configuration, unless it stands alone."""
        if not layer.known:
            return True
        if path != layer.target or layer.source is None or self._files is None:
            return False
        return self._files.is_file(layer.source) and self._files.source(layer.source) is None


def _may_configure(layer: Layer) -> bool:
    given = layer.source is not None or layer.text is not None
    return given or is_configuration(layer.target)


def _is_told(layer: Layer) -> bool:
    return layer.known and is_configuration(layer.target)


def is_configuration(path: str) -> bool:
    """Whether configuration is usually put at a path."""
    return _CONFIGURATION.search(path) is not None


def _may_tell(layer: Layer, digits: str) -> bool:
    """Whether the digits of a number may be in what a layer holds: nothing is read to say that they are not."""
    text = layer.written.value if layer.written is not None else layer.text.text if layer.text else ""
    return layer.source is not None or digits in text


def _inside(layer: Layer, path: str) -> str:
    return join(layer.source or "", path[len(layer.target) :].lstrip("/") or ".")


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) and (not name.startswith(".") or pattern.startswith("."))


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
