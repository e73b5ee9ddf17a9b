"""Which Dockerfile makes the image of a pod's container, and the container that it comes to.

A Compose service with `build` and the same image says so. Else the name tells: the folder of a Dockerfile is called like the image, or like its end behind a dash; or there is
one Dockerfile, and one image of which nothing is known.
"""

from __future__ import annotations

import posixpath

from upstreamlint.containers.compose import ServiceFacts
from upstreamlint.containers.container import Container
from upstreamlint.containers.data.reference import image_reference
from upstreamlint.documents import UNKNOWN
from upstreamlint.files.kinds import Kind
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.grouping import grouped
from upstreamlint.model.compose import project
from upstreamlint.programs.reading import Found, Run
from upstreamlint.readers.compose.load import load as read_compose
from upstreamlint.source import Source
from upstreamlint.values import entity


@entity(kw_only=True)
class BuiltImage:
    """What a Dockerfile here makes of a container of pods; `by` names what makes it."""

    container: Container
    built: Container
    by: str


def load(run: Run) -> Found:
    """Every image of pods whose Dockerfile is here, and that the manifest starts as it is."""
    asked = [c for c in run.containers if c.part is not None and _is_own(c)]
    if not asked:
        return Found()
    services = _services(run)
    dockerfiles = run.paths_of(Kind.DOCKERFILE)
    plain = (d for d in dockerfiles if posixpath.basename(d) == "Dockerfile")
    in_folders = grouped(plain, lambda d: posixpath.basename(parent(d)))
    single = len({_name(c) for c in asked}) == 1 and len(dockerfiles) == 1
    found: list[BuiltImage] = []
    for container in asked:
        service = services.get(_name(container))
        if service is not None:
            found.append(BuiltImage(container=container, built=service, by=f"service `{service.name}`"))
            continue
        fitting = [d for end in _ends(_name(container)) for d in in_folders.get(end, ())]
        fitting = fitting or (dockerfiles if single else [])
        made = (
            [b for b in (_built(d, run.files) for d in fitting) if b is not None] if len(fitting) == 1 else []
        )
        found += [BuiltImage(container=container, built=b, by=f"`{fitting[0]}`") for b in made]
    return Found(resources=tuple(found))


def _is_own(container: Container) -> bool:
    """Whether an image is nobody's that is known, and is started as it was built."""
    image, part, workload = container.image, container.part, container.workload
    if image is None or part is None or workload is None or workload.meta.patched:
        return False
    if container.image_facts is not None or image.tag == UNKNOWN or is_placeholder(image.value):
        return False
    return not (part.command or part.args or part.mounts or part.hooked)


def _name(container: Container) -> str:
    return image_reference(container.image.value).name if container.image is not None else ""


def _services(run: Run) -> dict[str, Container]:
    """The first Compose service that builds each image."""
    found: dict[str, Container] = {}
    for container in run.containers:
        service = container.service
        if service is not None and service.image is not None and container.built and container.stage:
            found.setdefault(image_reference(service.image.value).name, container)
    return found


def _ends(image: str) -> set[str]:
    """The last part of an image's name, and what it ends in behind a dash: what a folder may be called."""
    name = image.rpartition("/")[2]
    return {name, *(name[at:] for at in range(1, len(name)) if name[at - 1] in "-_")} - {"", "."}


def _built(dockerfile: str, files: Files) -> Container | None:
    """The container that Compose would make of a Dockerfile with its folder as the context."""
    folder, name = parent(dockerfile), posixpath.basename(dockerfile)
    path = join(folder, "compose.image.yaml")
    over = _Beside(
        files, Source(path, f"services:\n  image:\n    build: {{context: ., dockerfile: {name}}}\n")
    )
    made = project(read_compose((path,), over), over)
    service = made.services.get("image")
    if service is None or service.stage is None:
        return None
    return Container(service, ServiceFacts(service, files), project=made)


class _Beside:
    """The files of a run, and one beside them."""

    def __init__(self, files: Files, one: Source) -> None:
        self._files, self._one = files, one

    def source(self, path: str) -> Source | None:
        """The file as text."""
        return self._one if path == self._one.path else self._files.source(path)

    def is_file(self, path: str) -> bool:
        """Whether a readable file is there."""
        return path == self._one.path or self._files.is_file(path)

    def is_folder(self, path: str) -> bool:
        """Whether a folder is there."""
        return self._files.is_folder(path)

    def knows(self, path: str) -> bool:
        """Whether the path lies inside what may be read."""
        return self._files.knows(path)

    def listing(self, folder: str) -> list[str]:
        """The names in a folder."""
        return self._files.listing(folder)
