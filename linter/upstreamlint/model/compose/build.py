"""The build of a service: its context, its Dockerfile, the stage that it asks for."""

from __future__ import annotations

from collections.abc import Mapping as Table

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.files.readable import Files, join
from upstreamlint.model.compose.mounts import host_path_of
from upstreamlint.model.compose.types import Build
from upstreamlint.readers import dockerfile
from upstreamlint.readers.compose.tree import is_unknown, is_unknown_text
from upstreamlint.source import Source


def _inline(text: Scalar) -> Source:
    """A Dockerfile written in a Compose file, as a source whose lines are those of the Compose file."""
    written = text.source.text[text.start : text.end]
    line = text.anchor.line
    if written[:1] not in ("|", ">"):
        return Source(text.source.path, "\n" * (line - 1) + text.value)
    first = written.partition("\n")[2]
    indent = first[: len(first) - len(first.lstrip(" "))]
    return Source(
        text.source.path, "\n" * line + "".join(indent + part_ for part_ in text.value.splitlines(True))
    )


def build_of(service: Mapping, folders: Table[str, str], files: Files) -> Build | None:
    """The build of a service, with the stage of its Dockerfile that it is of, where that is here."""
    build = service.mapping("build")
    if build is None:
        return None
    where = service.key("build")
    target = build.scalar("target")
    wanted = target.value if target is not None and not is_unknown(target) else ""
    written, inline, file = (
        build.scalar("context"),
        build.scalar("dockerfile_inline"),
        build.scalar("dockerfile"),
    )
    base = folders.get(build.source.path, ".")
    context = host_path_of(written, folders) if written is not None else base
    if written is not None and "://" in written.value:
        context = None
    arguments = {
        e.key.value: e.value.value
        for e in build.mapping("args") or ()
        if isinstance(e.value, Scalar) and not is_unknown(e.value) and not e.value.is_null
    }
    path: str | None = None
    source: Source | None = None
    if inline is not None:
        source = _inline(inline)
    elif context is not None and not (file is not None and is_unknown_text(file.value)):
        path = join(context, file.value if file is not None else "Dockerfile")
        source = files.source(path)
    stage = dockerfile.read(source, wanted, arguments) if source is not None else None
    return Build(context, path, wanted, stage, where)
