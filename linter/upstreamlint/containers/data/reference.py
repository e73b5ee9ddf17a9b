"""Image references in parts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from upstreamlint.readers.compose.tree import split_fields
from upstreamlint.values import frozen

_SAME: tuple[tuple[str, str], ...] = (
    ("index.docker.io/", ""),
    ("registry-1.docker.io/", ""),
    ("registry.hub.docker.com/", ""),
    ("docker.io/", ""),
    ("mirror.gcr.io/", ""),
    ("public.ecr.aws/docker/", ""),
    ("public.ecr.aws/bitnami/", "bitnami/"),
    ("bitnamilegacy/", "bitnami/"),
    ("lscr.io/linuxserver/", "linuxserver/"),
    ("ghcr.io/linuxserver/", "linuxserver/"),
    ("library/", ""),
)
"""Registries and folders with the same images under another name, outermost first."""
_PREFIXES = tuple(prefix for prefix, _ in _SAME)

INGRESS_NGINX = ("ingress-nginx/controller", "ingress-nginx/controller-chroot", "nginx-ingress-controller")
"""The names that the images of ingress-nginx end in (registry.k8s.io, and quay.io before)."""


@frozen
class ImageReference:
    """An image by its shortest name. `tag` is None where nothing tells it: a digest alone, or a variable."""

    name: str
    tag: str | None = "latest"
    digest: str = ""

    def ends_in(self, names: Iterable[str]) -> bool:
        """Whether it has one of some names in whatever registry or folder."""
        return f"/{self.name}".endswith(tuple(f"/{name}" for name in names))


@lru_cache(maxsize=4_096)
def image_reference(text: str) -> ImageReference:
    """Take an image reference apart: `docker.io/library/nginx:1.27@sha256:…` is `nginx`, `1.27`, `sha256:…`."""
    name, _, digest = text.strip().partition("@")
    tag: str | None = None if digest else "latest"
    fields = split_fields(name)
    if len(fields) > 1 and "/" not in fields[-1]:
        tag, name = fields[-1], ":".join(fields[:-1])
        tag = None if "$" in tag or not tag else tag
    return ImageReference(shortest(name), tag, digest)


def shortest(repository: str) -> str:
    """The shortest of the names that a repository goes by: `docker.io/library/nginx` is `nginx`."""
    for prefix, short in _SAME if repository.startswith(_PREFIXES) else ():
        if repository.startswith(prefix):
            repository = short + repository[len(prefix) :]
    return repository
