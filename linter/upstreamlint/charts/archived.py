"""The templates of a chart that lies in another's folder as an archive, as `helm dependency update` leaves it there."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterator

from upstreamlint.files import asked
from upstreamlint.files.readable import Files
from upstreamlint.source import Source
from upstreamlint.values import NamedTuple

_LONGEST = 4_000_000
"""Bytes of an archive that is read."""
_UNPACKED = 32_000_000
"""Bytes that come out of it at most; what follows is not looked at."""
_MOST = 400
ENDING = ".tgz"


class Archived(NamedTuple):
    """A chart in an archive: what `Chart.yaml` says, and its templates."""

    about: str
    templates: tuple[Source, ...]


def archived(path: str, files: Files) -> Archived | None:
    """The chart in an archive; nothing where it cannot be read."""
    if not files.is_file(path):
        return None
    try:
        data = asked.content(path, _LONGEST)
        unpacked = zlib.decompressobj(wbits=31).decompress(data, _UNPACKED)
        found = list(_files(unpacked))
    except (OSError, zlib.error, tarfile.TarError):
        return None
    about = next((text for inside, text in found if inside == "Chart.yaml"), "")
    templates = (Source(f"{path}/{inside}", text) for inside, text in found if inside != "Chart.yaml")
    return Archived(about, tuple(templates)) if about else None


def _files(unpacked: bytes) -> Iterator[tuple[str, str]]:
    """`Chart.yaml` and the templates, those of the charts below it too."""
    with tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:") as tar:
        for count, member in enumerate(tar):
            inside = member.name.partition("/")[2]
            if count >= _MOST:
                return
            wanted = inside == "Chart.yaml" or "/templates/" in f"/{inside}"
            stream = tar.extractfile(member) if wanted and member.isfile() else None
            if stream is not None:
                yield inside, stream.read().decode(errors="replace")
