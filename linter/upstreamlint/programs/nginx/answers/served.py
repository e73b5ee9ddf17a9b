"""The files that an nginx serves, as far as the files of the run show them."""

from __future__ import annotations

import posixpath

from upstreamlint.containers.container import Container
from upstreamlint.programs.nginx.installation.container import is_official, started_plainly

_STOCK = frozenset({"/usr/share/nginx/html/index.html", "/usr/share/nginx/html/50x.html"})
"""What the official images bring (docker-nginx, docker-nginx-unprivileged: `html/`)."""

_SAMPLES = (".dist", ".example", ".sample", ".template", ".tmpl", ".j2", ".gz", ".br")
"""What a file is called that another one is made from, or that stands in for it."""


class Served:
    """The files of a container; those of the image's own folder are all known where nothing but nginx starts."""

    def __init__(self, container: Container) -> None:
        self._tree = container.files
        image = container.image
        plain = not container.built and not container.incomplete and started_plainly(container.start)
        self._whole = plain and image is not None and is_official(image)

    def exists(self, path: str) -> bool | None:
        """Whether a file is at a path; nothing where nobody can tell."""
        path = posixpath.normpath(path)
        if self._tree.read(path) is not None:
            return True
        folder, name = posixpath.split(path)
        beside = self._tree.names(folder)
        if name in beside or self._tree.unknown(path) or any(name + end in beside for end in _SAMPLES):
            return None
        if self._tree.hides(path):
            return False
        if self._whole and path.startswith("/usr/share/nginx/html/"):
            return path in _STOCK
        return None

    def is_folder(self, path: str) -> bool | None:
        """Whether a folder is at a path."""
        path = posixpath.normpath(path)
        if self._tree.names(path):
            return True
        return None if self._tree.unknown(path) or not self._tree.hides(path) else False
