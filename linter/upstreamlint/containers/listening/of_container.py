"""What listens in a container: its commands first, else what its image starts by itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.containers.commands import Command
from upstreamlint.containers.container import Container
from upstreamlint.containers.data import ImageFacts, known_servers
from upstreamlint.containers.listening import images, kestrel, servers, sources
from upstreamlint.containers.listening.listen import Evidence, Listen, Listening
from upstreamlint.documents import UNKNOWN
from upstreamlint.readers.fragment import Fragment
from upstreamlint.values import replace

_STARTS_OTHERS = patterns.compile(r"\.sh\Z|\Asupervisord\Z|\As6-svscan\Z|\Arunsvdir\Z")
"""Programs that start others, which nobody can tell where their own files are not at hand."""


def listening(container: Container) -> Listening:
    """All that the files, and the tables of images and servers, tell to listen in a container."""
    found = tuple(_listens(container))
    return Listening(listens=found, usual=_usual(container, found), others=_others(container))


def _others(container: Container) -> bool:
    """Whether a command is put beside the others of which nobody knows what it is."""
    return any(command.background and not _server(command) for command in container.commands)


def _usual(container: Container, found: Sequence[Listen]) -> frozenset[int]:
    """The ports of the image, and those that its program is told, where nothing else is given that might move them."""
    facts = container.image_facts
    own = [one for one in found if not one.beside]
    if facts is None or not facts.serves or any(o.port is None or o.evidence not in _PLAIN for o in own):
        return frozenset()
    given = container.built or container.files.configures or _names_file(container)
    unknown = any(v.tag == UNKNOWN and _MOVES.search(k.upper()) for k, v in container.environment.items())
    moved = given and facts.moved_by_files
    if moved or unknown or container.incomplete or container.unread or not _starts_own(container, facts):
        return frozenset()
    left = {s.port for s in facts.serves if images.stays(s, container.environment, container.words)}
    return frozenset(left | {o.port for o in own if o.port is not None})


_PLAIN = frozenset({Evidence.IMAGE, Evidence.SERVER, Evidence.TOLD})


def _names_file(container: Container) -> bool:
    """Whether what is started may read another file: a word names one, or nobody knows the word."""
    words = [word for command in container.commands for word in command.words] or list(container.words)
    before = ""
    for word in words:
        value = word.value
        of_flag = before.startswith("-") and "=" not in before and not _OF_FILES.search(before)
        free = not value.startswith("-") and not of_flag
        if _OF_FILES.search(value) or (free and (word.tag == UNKNOWN or "/" in value[1:] or "$" in value)):
            return True
        before = value
    return False


_OF_FILES = patterns.compile(
    r"conf(?:ig)?(?:[=/._-]|\Z)|file|include|\.(?:ya?ml|ini|cnf|toml|json|properties)\Z", re.IGNORECASE
)


_MOVES = patterns.compile(r"PORT|LISTEN|ADDR|BIND|HOST|URL|ARG|OPT|CONF|FLAG|COMMAND")
"""Parts of the names of variables that may move a port; a password that nobody knows does not."""


def _starts_own(container: Container, facts: ImageFacts) -> bool:
    """Whether what is started is what the image is there for."""
    words = container.words
    if not _replaced(container) and (not words or words[0].value.rpartition("/")[2] in facts.programs):
        return True
    if not _replaced(container) and not facts.starts and not _SHELL.search(words[0].value):
        # What the row of an image knows the flags of takes its arguments: `server /data` of MinIO.
        known = any(served.flags for served in facts.serves or ())
        return known and all(_are_arguments(command, facts) for command in container.commands)
    return bool(container.commands) and all(
        command.certain and _server(command) in facts.programs for command in container.commands
    )


def starts_own(container: Container) -> bool:
    """Whether what is started is the program of the image, whatever arguments it is given."""
    facts = container.image_facts
    if facts is None or (container.words and (facts.starts or _replaced(container))):
        return facts is not None and _starts_own(container, facts)
    return not any(_SHELL.search(command.program) for command in container.commands)


_SHELL = patterns.compile(r"(?:\A|[a-z])sh\Z")


def _server(command: Command) -> str:
    matched = known_servers().match(tuple(word.value for word in command.words))
    return matched[0].server if matched is not None else ""


def _listens(container: Container) -> Iterator[Listen]:
    for one in tuple(_known(container)) or tuple(_by_variables_of_build(container)):
        # Variables that are not in the files may set another address.
        yield replace(one, address="", tls=None) if one.implied and container.unread else one


def _known(container: Container) -> Iterator[Listen]:
    started = False
    image, facts, replaced = container.image, container.image_facts, _replaced(container)
    for command in container.commands:
        if not command.certain or _STARTS_OTHERS.search(command.program):
            continue
        if facts is not None and not replaced and _are_arguments(command, facts):
            continue  # the row of the image says which of its flags move what

        def read(name: str, folder: str = command.folder) -> Fragment | None:
            return container.files.read(posixpath.join(folder, name)) or container.beside(name)

        own = tuple(sources.listens(command, read, complete=not container.piece)) or tuple(
            kestrel.listens(command, read)
        )
        for listen in own or servers.listens(command, read, container.shared):
            started = started or not listen.beside
            set_up = None if own else _set_up(listen, command, facts, replaced=replaced)
            yield set_up or _told(listen, container)
    if not started and (facts is None or not facts.serves):
        from upstreamlint.containers.listening.files import listens_in_files

        yield from listens_in_files(container)
    if started or (replaced and not (facts is not None and _starts_own(container, facts))):
        return
    if image is not None and facts is not None and facts.serves is not None:
        written = _written(container, facts)
        untold = list(
            images.listens(
                image,
                facts,
                container.environment,
                container.words,
                files=bool(container.files.layers) or container.configured_by_build,
                read=written is not None,
                shipped=container.as_shipped,
            )
        )
        told = any(listen.evidence > Evidence.IMAGE for listen in untold)
        yield from untold if told or not written else written
    elif not container.commands:
        variables = container.shared.without(container.environment)
        yield from (_told(listen, container) for listen in servers.by_variables(variables))


def _by_variables_of_build(container: Container) -> Iterator[Listen]:
    """Where a program of which nothing is known is told to listen by variables that its own Dockerfile has: it reads them."""
    if not container.built or container.stage is None:
        return
    defaults = container.stage.environment
    own = {n: container.environment[n] for n in servers.ANY_SERVER.port_variables if n in defaults}
    # What the Dockerfile alone says, its build may have copied into a file.
    if any(value.value != defaults[name].value for name, value in own.items()):
        yield from servers.by_variables(own)


def _are_arguments(command: Command, facts: ImageFacts) -> bool:
    """Whether words go to the entry point of an image whose ports are known, and start no program of their own."""
    if not facts.serves:
        return False
    return command.program.startswith("-") or not (facts.starts or _server(command))


def _set_up(listen: Listen, command: Command, facts: ImageFacts | None, *, replaced: bool) -> Listen | None:
    """What a server listens on as its image has set it up; where another command starts it, what the image sets stays: `OLLAMA_HOST`."""
    if facts is None:
        return None
    if not replaced:
        return images.as_set_up(listen, facts)
    own = listen.implied and command.program in facts.programs
    return replace(listen, address="") if own else None


def _written(container: Container, facts: ImageFacts) -> tuple[Listen, ...] | None:
    """What the files of the program of an image say, where it is known how to read them; flags and variables win over them."""
    for program in facts.programs:
        server = known_servers().named(program)
        if server is not None and server.settings:
            return servers.in_files(server, container.words, container.files.read)
    return None


def _told(listen: Listen, container: Container) -> Listen:
    """What a server listens on by default; where its image is not known, what the image's own configuration may say is not."""
    opens = listen.protocol in _OPENED and container.image_facts is None
    return replace(listen, address="") if listen.implied and opens else listen


_OPENED = frozenset({"postgres", "mongodb"})
"""Protocols of servers that listen on loopback until a file says otherwise, which images of them bring."""


def _replaced(container: Container) -> bool:
    """Whether something else is started than what the image starts by itself."""
    start = container.start
    return bool(start.entrypoint) or (container.built and bool(start.arguments))
