"""A container: where a process runs, whether Compose or a pod describes it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from upstreamlint.containers.facts import Declared, Facts, Start
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.model.kubernetes.container import PodContainer
from upstreamlint.model.kubernetes.workload import Workload
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.containers.commands import Around, Command
    from upstreamlint.containers.data import ImageFacts
    from upstreamlint.containers.settings import SettingsFile
    from upstreamlint.containers.shared import Shared
    from upstreamlint.containers.tree import Tree
    from upstreamlint.model.compose.types import ComposeService, Project
    from upstreamlint.readers.dockerfile_stage import Stage
    from upstreamlint.readers.fragment import Fragment


class Container:
    """A Compose service, or a container of a pod.

    `node` is what the graph knows it by: the service, or the workload that `part` is a container of. `project` is
    the service's. All that takes work is worked out when it is asked for: most containers are never looked into.
    """

    def __init__(
        self,
        node: ComposeService | Workload,
        facts: Facts,
        *,
        part: PodContainer | None = None,
        project: Project | None = None,
    ) -> None:
        self.node = node
        self.part = part
        self.project = project
        self._facts = facts

    def __repr__(self) -> str:
        return f"Container({self.id})"

    @property
    def name(self) -> str:
        """Its name, empty where it has none."""
        return self._facts.name.value if self._facts.name is not None else ""

    @property
    def id(self) -> str:
        """The node, and its name there."""
        return self.node.id if self.part is None else f"{self.node.id}#{self.name}"

    @property
    def title(self) -> str:
        """How messages name the place that it is in."""
        return self._facts.title

    @property
    def anchor(self) -> Anchor:
        """Where it is written."""
        return self._facts.anchor

    @property
    def service(self) -> ComposeService | None:
        """The Compose service that it is."""
        return None if isinstance(self.node, Workload) else self.node

    @property
    def workload(self) -> Workload | None:
        """The workload whose pods it is in."""
        return self.node if isinstance(self.node, Workload) else None

    @property
    def alone(self) -> bool:
        """Whether nothing else runs in its pod."""
        return self.part is None or len(self.workload.containers if self.workload else ()) == 1

    @cached_property
    def image(self) -> Scalar | None:
        """The image that it runs, or that its Dockerfile is built from; missing where a build is not among the files."""
        return self._facts.image

    @cached_property
    def image_name(self) -> str:
        """The last part of its image's name, without registry, folders and tag; empty where it has none."""
        written = self.image.value if self.image is not None else ""
        return written.partition("@")[0].rpartition("/")[2].partition(":")[0]

    @cached_property
    def image_facts(self) -> ImageFacts | None:
        """What is known of the image that it runs, or is built from."""
        from upstreamlint.containers.data import known_images

        image = self.image
        return known_images().facts(image.value) if image is not None and image.tag != UNKNOWN else None

    @property
    def built(self) -> bool:
        """Whether its image is made here."""
        return self._facts.built

    @property
    def stage(self) -> Stage | None:
        """The stage of a Dockerfile that makes its image."""
        return self._facts.stage

    @property
    def folder(self) -> str:
        """Its working directory, `/` where the image decides."""
        return self._facts.folder

    @property
    def incomplete(self) -> bool:
        """Whether a part of it is not in the files: what it lacks may be there."""
        return self._facts.incomplete

    @property
    def piece(self) -> bool:
        """Whether files that are merged over those at hand may give it more: mounts, variables."""
        return self.incomplete or self.unread or (self.project is not None and self.project.fragment)

    @property
    def unread(self) -> bool:
        """Whether it is given variables that are not in the files: what they lack may be there."""
        return self._facts.unread

    @cached_property
    def start(self) -> Start:
        """What the engine starts."""
        return self._facts.start()

    @property
    def words(self) -> tuple[Scalar, ...]:
        """The entry point, then its arguments, as far as they are known."""
        return self.start.words

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """The programs that the words come to, in order, the last one being what stays: see `commands`."""
        from upstreamlint.containers.commands import commands

        return tuple(commands(self.words, self.around))

    @property
    def around(self) -> Around:
        """What its words are seen against."""
        from upstreamlint.containers.commands import Around

        return Around(self.files.read, self._facts.beside, self.environment, self.folder)

    def beside(self, name: str) -> Fragment | None:
        """A file of the build context, which its image was probably made from."""
        layer = self._facts.beside(name)
        return layer.text if layer is not None else None

    @cached_property
    def environment(self) -> Mapping[str, Scalar]:
        """Its variables, in the order in which the engine merges them; a value that nobody knows is tagged so."""
        return self._facts.environment()

    @property
    def shared(self) -> Shared:
        """The variables that other containers of its project are given as well."""
        from upstreamlint.containers.shared import NOTHING_SHARED, shared_of

        return shared_of(self.project) if self.project is not None else NOTHING_SHARED

    @cached_property
    def declared(self) -> tuple[Declared, ...]:
        """The ports that files say it has, which proves nothing about who listens."""
        return tuple(self._facts.declared())

    @cached_property
    def files(self) -> Tree:
        """The files that it sees, secrets left out."""
        return self._facts.tree()

    @cached_property
    def settings(self) -> tuple[SettingsFile, ...]:
        """The files with settings that its program is likely to read."""
        from upstreamlint.containers.settings import settings_files

        return tuple(settings_files(self))

    @cached_property
    def configured_by_build(self) -> bool:
        """Whether the commands of its Dockerfile write or change a file of configuration."""
        from upstreamlint.readers.dockerfile_run import configures

        return self.stage is not None and any(map(configures, self.stage.changes))

    @cached_property
    def as_shipped(self) -> bool:
        """Whether no file is put into it that may change how the program of its image serves."""
        from fnmatch import fnmatchcase

        facts = self.image_facts
        if facts is None or self.built or self.piece:
            return False
        return all(
            any(fnmatchcase(layer.target, glob) for glob in facts.inert) for layer in self.files.layers
        )

    @cached_property
    def traces(self) -> str:
        """Its image, its words and the paths of its files in lower case: where a program may be named."""
        image = [self.image.value] if self.image is not None else []
        paths = (layer.target for layer in self.files.layers)
        return "\n".join((*image, *(word.value for word in self.words), *paths)).lower()
