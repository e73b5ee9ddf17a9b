"""Files that a program is told of, where nothing puts them into its container."""

from __future__ import annotations

import posixpath

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.readers.compose.tree import is_unknown

_MADE = ("/docker-entrypoint", "/entrypoint", "/usr/local/bin", "/usr/bin", "/etc/cont-init.d", "/custom-")
"""Where scripts are put that may make files."""
_OWN = ("/dev", "/proc", "/sys", "/run/secrets", "/var/run/secrets")
_PATH = patterns.compile(r"/[\w./ @+-]+\Z")


def is_absent(container: Container, path: str) -> bool:
    """Whether an image that is taken as it comes is given nothing at a path, above it or below it; its own files are not known."""
    service = container.service
    if service is None or service.volumes_from or container.built or container.piece:
        return False
    if _PATH.match(path) is None or not _is_own(container):
        return False
    at = posixpath.normpath(path)
    targets = {layer.target for layer in container.files.layers} | {
        mount.target.value for mount in service.mounts
    }
    if any(is_unknown(mount.target) or not mount.target.value.startswith("/") for mount in service.mounts):
        return False
    return not any(_holds(own, at) for own in _OWN) and not any(
        _holds(target, at) or _holds(at, target) or target.startswith(_MADE) for target in targets
    )


def _is_own(container: Container) -> bool:
    """Whether the image's own entry point runs its program."""
    start = container.start
    first = start.arguments[0] if start.arguments else None
    return start.entrypoint is None and (
        first is None or (not is_unknown(first) and first.value.startswith(("-", *_PROGRAMS)))
    )


_PROGRAMS = ("nginx", "haproxy", "caddy")


def _holds(folder: str, path: str) -> bool:
    folder = posixpath.normpath(folder)
    return path == folder or path.startswith(folder.rstrip("/") + "/")
