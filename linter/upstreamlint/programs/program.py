"""A program: how it is recognised, where its configuration comes from, and who reads and links it.

Programs of other distributions are named by the entry point group `upstreamlint.programs`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import translate
from functools import cache
from importlib import import_module

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.documents import UNKNOWN
from upstreamlint.files.kinds import Kind
from upstreamlint.programs.reading import Found, Run
from upstreamlint.typed import TYPE_CHECKING, Any, TypeAlias
from upstreamlint.values import entity, field, frozen

if TYPE_CHECKING:
    from upstreamlint.facets.dial import Dial
    from upstreamlint.graph.index import Index
    from upstreamlint.graph.nodes import Edge, Route
    from upstreamlint.graph.references import Reference

    Link: TypeAlias = Route | Edge | Reference | Dial


@frozen(kw_only=True)
class Layout:
    """Where images keep a program's configuration.

    `images` are globs of names without registry and tag. `main` is the file that the program starts with, `stock`
    what that file comes to where it is the image's own, and `folders` are where all the files lie. `ports` are those
    of a server that the image brings in the file `server`. `beside` are the ports that other programs of the image
    serve, where those are all. `whole` says that nothing else in the image writes
    configuration, `seeded` that the entry point puts what is missing into a folder that is mounted. `parts` are files
    of the image that users' own files include, by their paths. `source` is where all this is to be read.
    """

    images: tuple[str, ...]
    main: str
    stock: str = ""
    folders: tuple[str, ...] = ()
    server: str = ""
    ports: frozenset[int] = frozenset()
    beside: frozenset[int] = frozenset()
    whole: bool = False
    seeded: bool = False
    parts: tuple[tuple[str, str], ...] = ()
    source: str = ""


@entity(kw_only=True)
class Program:
    """A program that has routes.

    `name` is how messages call it, `technology` what rules need, `ports` what it may serve itself. `images` is what the last part of an image's
    name holds, `other` what it must not hold, `alone` are globs of those that hold nothing else. `commands` are the names of its executables. `arguments` are the
    options and `variables` the environment variables that name its configuration. `load` reads its configurations
    if the run `concerns` it, and `link` says what they route and dial. `kind` are files that it reads wherever they lie.
    """

    name: str
    load: Callable[[Run], Found]
    link: Callable[[Index], Iterator[Link]]
    technology: str = ""
    images: str = ""
    other: str = ""
    commands: frozenset[str] = frozenset()
    arguments: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    ports: frozenset[int] = frozenset()
    alone: tuple[str, ...] = ()
    layouts: tuple[Layout, ...] = field(default=())
    concerns: Callable[[Run], bool] | None = None
    kind: Kind | None = None

    def __str__(self) -> str:
        return self.name

    def reads(self, run: Run) -> bool:
        """Whether there may be anything to read."""
        if self.kind is not None and run.paths_of(self.kind):
            return True
        if self.concerns is not None:
            return self.concerns(run)
        return any(True for _ in self.places(run))

    def places(self, run: Run) -> Iterator[Container]:
        """The containers that it runs in."""
        return (container for container in run.containers if self.runs_in(container))

    def runs_in(self, container: Container) -> bool:
        """Whether it is what a container runs: by its image, or by what is started in one that is made here."""
        if container.image is not None and self.made_of(container.image.value):
            return True
        if not container.built or not self.commands:
            return False
        return any(command.program in self.commands for command in container.commands)

    def made_of(self, image: str) -> bool:
        """Whether it is what an image is there for."""
        return bool(self.images) and _holds(self.images, self.other, image)

    def alone_in(self, container: Container) -> bool:
        """Whether it certainly is all that runs in a container, and in its pod."""
        if container.workload is not None or container.image is None:
            return container.alone
        if container.built and container.stage is None:
            return False
        if not _fits(container.image.value, self.alone) and not self._all_started(container):
            return False
        if container.service is not None and container.service.shares:
            return False
        if _BESIDE.search(" ".join(word.value for word in container.words)):
            return False
        started = [command.program in self.commands for command in container.commands]
        return all(started) or not container.start.entrypoint

    def _all_started(self, container: Container) -> bool:
        """Whether it is all that a command starts in an image made here, whose entry point starts nothing else."""
        facts, commands = container.image_facts, container.commands
        plain = container.start.entrypoint or (facts is not None and (facts.starts or facts.ends))
        ours = all(c.certain and not c.background and c.program in self.commands for c in commands)
        return container.built and bool(commands) and bool(plain) and ours

    def layout(self, image: str) -> Layout | None:
        """Where an image keeps the configuration, if that is known."""
        return next((row for row in self.layouts if _fits(image, row.images)), None)

    def told(self, container: Container) -> list[str]:
        """The paths that arguments and variables name, those of arguments first."""
        named = list(_values(container, self.commands, self.arguments))
        variables = (container.environment.get(name) for name in self.variables)
        named += [v.value for v in variables if v is not None and v.tag != UNKNOWN]
        folder = container.folder if container.folder != "/" else ""
        paths = (posixpath.normpath(posixpath.join(folder, path)) for path in named if path)
        # Where a relative path starts is the image's to say.
        return [path for path in paths if path.startswith("/")]


def later(module: str, name: str) -> Callable[[Any], Any]:
    """A function of a module of this package that is imported when it is called."""

    def call(given: Any) -> Any:
        return getattr(import_module(f"{__package__}.{module}"), name)(given)

    return call


def marked(*words: str, expression: str = "") -> Callable[[Run], bool]:
    """Whether a word or an expression, in lower case, is in the image, the words or a path of any container of a run."""
    mark = patterns.compile(expression)

    def concerns(run: Run) -> bool:
        found = any(word in run.traces for word in words)
        return found or (bool(expression) and mark.search(run.traces) is not None)

    return concerns


_BESIDE = patterns.compile(r"supervis|runit|s6-|foreman|(?<!&)&(?!&)|\.(?:sh|py|js)\b")
"""What starts more than one program, or may."""


@cache
def _holds(images: str, other: str, image: str) -> bool:
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()
    return re.search(images, name) is not None and not (other and re.search(other, name))


@cache
def _fits(image: str, globs: tuple[str, ...]) -> bool:
    from upstreamlint.containers.data.reference import image_reference

    return bool(globs) and _any_of(globs).match(image_reference(image).name) is not None


@cache
def _any_of(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, globs)))


def _values(container: Container, commands: frozenset[str], options: Iterable[str]) -> Iterator[str]:
    """The values of options, `--option value`, `--option=value` or `-ovalue`, of the program's own command if it is known."""
    wanted = tuple(options)
    if not wanted or not container.words:
        return
    own = [c for c in container.commands if c.program in commands]
    # What is started otherwise is an argument of the image's own program, as far as it is the image that starts it.
    others = () if container.built or container.start.entrypoint else container.commands
    for command in own or others:
        words = [word.value for word in command.words]
        for number, word in enumerate(words):
            option, equals, value = word.partition("=")
            if option in wanted or (option.startswith("--") and option.lower() in wanted):
                yield value if equals else words[number + 1] if number + 1 < len(words) else ""
            elif (short := word[:2]) in wanted and short[1:2] != "-" and len(word) > len(short):
                yield word[2:]
