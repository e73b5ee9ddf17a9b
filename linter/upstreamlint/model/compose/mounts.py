"""What is put into a container: bind mounts and volumes, configs and secrets, and what a Dockerfile copies."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from collections.abc import Mapping as Table

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.files.readable import Files, join
from upstreamlint.model.compose.types import Build, Config, Mount, MountKind
from upstreamlint.readers.compose.short import VolumeError, volume
from upstreamlint.readers.compose.tree import anchor_of, is_unknown_text

_KINDS: dict[str, MountKind] = {"bind": "bind", "volume": "volume", "tmpfs": "tmpfs"}


def host_path_of(scalar: Scalar, folders: Table[str, str]) -> str | None:
    """A path written in a Compose file, as the files know it; nothing when it depends on what is not known."""
    text = scalar.value
    if not text or is_unknown_text(text) or text.startswith("~") or "\\" in text:
        return None
    return join(folders.get(scalar.source.path, "."), text)


def mounts(
    service: Mapping,
    build: Build | None,
    configs: Table[str, Config],
    secrets: Table[str, Config],
    folders: Table[str, str],
    files: Files,
) -> Iterator[Mount]:
    """Everything that a service is given, what its image holds first: later entries cover earlier ones."""
    if build is not None and build.stage is not None:
        yield from _copies(build)
    for key, known, root in (("configs", configs, "/"), ("secrets", secrets, "/run/secrets/")):
        yield from _references(service, key, known, root)
    for item in service.sequence("volumes") or ():
        try:
            found = volume(item)
        except VolumeError:
            continue
        if found is not None:
            kind = _KINDS.get(found.kind, "other")
            source = host_path_of(found.source, folders) if found.source and kind == "bind" else None
            near = _beside(source, files) if source is not None else ()
            likely = (
                _likely(found.source, source, folders, files) if found.source and kind == "bind" else None
            )
            yield Mount(kind, source, None, found.target, found.read_only, anchor_of(item), near, likely)


def _beside(source: str, files: Files) -> tuple[str, ...]:
    """The files that a missing one may have been meant for: same folder, same suffix."""
    suffix = posixpath.splitext(source)[1]
    if not suffix or not files.knows(source) or files.is_file(source) or files.is_folder(source):
        return ()
    folder = posixpath.dirname(source) or "."
    names = files.listing(folder) if files.is_folder(folder) else ()
    return tuple(n for n in names if n.endswith(suffix) and files.is_file(join(folder, n)))


def _likely(written: Scalar, source: str | None, folders: Table[str, str], files: Files) -> str | None:
    """What lies beside the Compose file as the source does on the machine: the longest end of its path that is there.

    A Compose file is none of these, also where it is called as the missing file is: `compose/traefik.yml`.
    """
    if source is not None and files.knows(source):
        return None
    parts = written.value.split("/")
    unknown = [number for number, text in enumerate(parts) if is_unknown_text(text) or text[:1] in ("%", "~")]
    parts = [text for text in parts[unknown[-1] + 1 if unknown else 0 :] if text]
    home = folders.get(written.source.path, ".")
    paths = (join(home, "/".join(parts[at:])) for at in range(len(parts)) if ".." not in parts[at:])
    there = (path for path in paths if files.is_file(path) or files.is_folder(path))
    return next((path for path in there if path not in folders), None)


def _references(service: Mapping, key: str, known: Table[str, Config], root: str) -> Iterator[Mount]:
    kind: MountKind = "config" if key == "configs" else "secret"
    for item in service.mappings(key):
        name, target = item.scalar("source"), item.scalar("target")
        config = known.get(name.value) if name else None
        if name is None or config is None:
            continue
        place = target or name
        path = place.value if place.value.startswith("/") else root + place.value
        yield Mount(kind, config.source, config.content, place._replace(value=path), True, anchor_of(item))


def _copies(build: Build) -> Iterator[Mount]:
    stage, context = build.stage, build.context
    if stage is None:
        return
    for copy in stage.copies:
        if copy.content is not None:
            yield Mount("copy", None, copy.content, copy.target, False, copy.anchor)
            continue
        for source in copy.sources:
            outside = context is None or is_unknown_text(source.value) or "://" in source.value
            # Sources never leave the context: a leading slash means its root.
            path = None if outside or context is None else join(context, source.value.lstrip("/") or ".")
            yield Mount("copy", path, None, copy.target, False, copy.anchor)
