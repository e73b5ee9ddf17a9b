"""What listens in a container: its commands first, else what its image starts by itself."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.containers.data import ImageFacts, known_images
from upstreamlint.containers.listening import images, servers
from upstreamlint.containers.listening.listen import Listen, Listening
from upstreamlint.documents import UNKNOWN
from upstreamlint.readers.fragment import Fragment


def listening(container: Container) -> Listening:
    """All that the files, and the tables of images and servers, tell to listen in a container."""
    found = tuple(_listens(container))
    return Listening(listens=found)


def _listens(container: Container) -> Iterator[Listen]:
    started = False
    for command in container.commands:
        if not command.certain:
            continue

        def read(name: str, folder: str = command.folder) -> Fragment | None:
            return container.files.read(f"{folder.rstrip('/')}/{name}") or container.beside(name)

        for listen in servers.listens(command, read):
            started = True
            yield listen
    image, facts = container.image, facts_of(container)
    if started or _replaced(container):
        return
    if image is not None and facts is not None and facts.serves is not None:
        told = bool(container.files.layers) or bool(container.words)
        yield from images.listens(image, facts, container.environment, told=told)
    elif not container.commands:
        yield from servers.by_variables(container.environment)


def facts_of(container: Container) -> ImageFacts | None:
    """What is known of the image that a container runs, or is built from."""
    image = container.image
    return known_images().facts(image.value) if image is not None and image.tag != UNKNOWN else None


def _replaced(container: Container) -> bool:
    """Whether something else is started than what the image starts by itself."""
    start = container.start
    return bool(start.entrypoint) or (container.built and bool(start.arguments))
