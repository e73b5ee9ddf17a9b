"""Files that a program is told of, where nothing puts them into its container."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.graph.likeness import is_misspelt
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple

_MADE = ("/docker-entrypoint", "/entrypoint", "/usr/local/bin", "/usr/bin", "/etc/cont-init.d", "/custom-")
"""Where scripts are put that may make files."""
_OWN = ("/dev", "/proc", "/sys", "/run/secrets", "/var/run/secrets")
_PATH = patterns.compile(r"/[\w./ @+-]+\Z")


class Lack(NamedTuple):
    """A file that a container has not. `meant` is one of the folder that is mounted around its path, `place`, that must have been meant."""

    meant: str = ""
    place: Anchor | None = None

    @property
    def related(self) -> tuple[tuple[Anchor, str], ...]:
        """Where the folder is mounted."""
        return ((self.place, f"the folder holds `{self.meant}`"),) if self.place is not None else ()

    @property
    def help(self) -> str:
        """What to do."""
        return (
            f"name `{self.meant}`, or put the file there"
            if self.meant
            else "mount it there, or mend the path"
        )


def lack(container: Container, path: str, named: Collection[str]) -> Lack | None:
    """Whether a file is not there: nothing is put around its path, or a folder of the run that holds another one.

    `named` are all paths that the program is told of: a file that one of them leads to is not meant by another.
    """
    if is_absent(container, path):
        return Lack()
    at = posixpath.normpath(path)
    layer = container.files.holder(at) if _may_tell(container, at) else None
    if layer is None or layer.source is None or not (layer.hides and layer.known) or layer.target == at:
        return None
    folder, name = posixpath.split(at)
    there = container.files.names(folder)
    if name in there:
        return None
    taken = {posixpath.basename(one) for one in named if posixpath.dirname(posixpath.normpath(one)) == folder}
    meant = _meant(name, [one for one in there if one not in taken])
    return Lack(meant, layer.anchor) if meant else None


def _meant(name: str, names: Sequence[str]) -> str:
    """The file that must have been meant: one of nearly the name, or the only one of its kind that nothing names."""
    kind, stem = _kind(name), posixpath.splitext(name)[0]
    same = [one for one in names if _kind(one) == kind and not _SPECIAL.search(one)]
    near = [one for one in same if posixpath.splitext(one)[0] == stem or is_misspelt(name, one)]
    found = near or (same if kind in (_CERTIFICATE, _KEY) else [])
    return found[0] if len(found) == 1 else ""


def _kind(name: str) -> str:
    """What a file is by its name: a certificate, a key, or what its ending says."""
    ending = posixpath.splitext(name)[1]
    if ending == ".key" or (ending == ".pem" and "key" in name):
        return _KEY
    return _CERTIFICATE if ending in (".crt", ".cer", ".cert", ".pem") else ending


_CERTIFICATE, _KEY = "certificate", "key"
_SPECIAL = patterns.compile(
    r"(?:\A|[^a-z])(?:dh|dhparams?|ca|root|chain|csr|client)(?:[^a-z]|\Z)|rootca", re.IGNORECASE
)
"""Certificates and the like that no server shows as its own."""


def is_absent(container: Container, path: str) -> bool:
    """Whether an image that is taken as it comes is given nothing at a path, above it or below it; its own files are not known."""
    service, at = container.service, posixpath.normpath(path)
    if service is None or not _may_tell(container, path):
        return False
    targets = {layer.target for layer in container.files.layers} | {
        mount.target.value for mount in service.mounts
    }
    if any(is_unknown(mount.target) or not mount.target.value.startswith("/") for mount in service.mounts):
        return False
    return not any(_holds(own, at) for own in _OWN) and not any(
        _holds(target, at) or _holds(at, target) or target.startswith(_MADE) for target in targets
    )


def _may_tell(container: Container, path: str) -> bool:
    """Whether all that is put into a container is known, and nothing that it starts makes files."""
    service = container.service
    if service is None or service.volumes_from or container.built or container.piece:
        return False
    return _PATH.match(path) is not None and _is_own(container)


def _is_own(container: Container) -> bool:
    """Whether the image's own entry point runs its program."""
    start = container.start
    first = start.arguments[0] if start.arguments else None
    return start.entrypoint is None and (
        first is None or (not is_unknown(first) and first.value.startswith(("-", *_PROGRAMS)))
    )


_PROGRAMS = ("nginx", "haproxy", "caddy", "httpd")


def _holds(folder: str, path: str) -> bool:
    folder = posixpath.normpath(folder)
    return path == folder or path.startswith(folder.rstrip("/") + "/")
