"""What a Compose project is made of, typed: services, networks, ports, health checks, mounts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from upstreamlint.documents import Entry, Scalar
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING, Literal, TypeAlias
from upstreamlint.values import entity

if TYPE_CHECKING:
    from upstreamlint.model.compose.names import Directory
    from upstreamlint.readers.compose.faults import LoadFault
    from upstreamlint.readers.dockerfile_stage import Stage

HealthForm: TypeAlias = Literal["CMD", "CMD-SHELL", "NONE", "disabled", "inherited"]
MountKind: TypeAlias = Literal["bind", "volume", "tmpfs", "config", "secret", "copy", "other"]


@entity
class Network:
    """A network of the project. `name` is the engine's (`<project>_<key>`, unless the file names it)."""

    key: str
    name: str
    external: bool
    internal: bool
    driver: str
    anchor: Anchor


@entity
class Attachment:
    """A service's place on a network; `name` is the engine's name of it, `key` the project's.

    `addresses` are those that its container is given there (`ipv4_address`, `ipv6_address`).
    """

    key: str
    name: str
    aliases: tuple[Scalar, ...]
    anchor: Anchor
    addresses: tuple[Scalar, ...] = ()


@entity
class PublishedPort:
    """A container port that is published on the host.

    `published` and `target` are missing when they depend on an unknown variable; `published` also when the
    engine picks the number. `text` is the published part as written: a range, or empty for any port.
    """

    host_ip: str
    published: int | None
    target: int | None
    protocol: str
    text: str
    anchor: Anchor


@entity
class ExposedPort:
    """A port that `expose` names."""

    number: int
    protocol: str
    anchor: Anchor


@entity
class Link:
    """`links` and `external_links`: a service (or a container) under a name that only the linking service sees."""

    service: Scalar
    alias: Scalar


@entity
class Dependency:
    """One entry of `depends_on`; `condition_anchor` is the service's name where no condition is written."""

    service: Scalar
    condition: str
    required: bool
    anchor: Anchor
    condition_anchor: Anchor


@entity
class Healthcheck:
    """A health check. Times are seconds; what is not written is the engine's default.

    `form` is `inherited` when only timings are written and the image brings the test. `words` are the items
    of the exec form, or the one script of the shell form. `from_dockerfile` says that it is not the Compose
    file's.
    """

    form: HealthForm
    words: tuple[Scalar, ...]
    interval: float
    timeout: float
    retries: int
    start_period: float
    start_interval: float
    anchor: Anchor
    from_dockerfile: bool = False


@entity
class Mount:
    """Something put at a path of the container.

    `source` is a path like those that `Files` takes; it is missing for named volumes, for a path that
    depends on an unknown variable or lies in a home folder, and for `content` that is written in place.
    `beside` are the files of the same suffix in the folder of a source that does not exist, `likely` is what is kept
    among the files of a source that lies elsewhere on the machine.
    """

    kind: MountKind
    source: str | None
    content: Scalar | None
    target: Scalar
    read_only: bool
    anchor: Anchor
    beside: tuple[str, ...] = ()
    likely: str | None = None


@entity
class Build:
    """How a service's image is made. `stage` is missing when the Dockerfile is not among the files."""

    context: str | None
    dockerfile: str | None
    target: str
    stage: Stage | None
    anchor: Anchor


@entity
class Command:
    """`command` or `entrypoint`: words of a list, or the one text of a string."""

    words: tuple[Scalar, ...]
    shell: bool
    anchor: Anchor


@entity
class ComposeService:
    """A service. `replicas` is missing when it depends on an unknown variable.

    `networks` holds the implicit `default` too, and is empty with a `network_mode`. `environment` includes
    the `env_file`s; a value that depends on the shell is tagged unknown. `terminal` says that a
    terminal or an open input keeps a prompt waiting. `incomplete` says that a part of the service lies outside
    the files, or that a variable without a value decides on its networks, `unread` that variables of it are in a
    file that is not here. `swarmed` says that its `deploy` has what Swarm alone heeds.
    """

    name: Scalar
    image: Scalar | None
    build: Build | None
    networks: tuple[Attachment, ...]
    network_mode: Scalar | None
    ports: tuple[PublishedPort, ...]
    expose: tuple[ExposedPort, ...]
    links: tuple[Link, ...]
    external_links: tuple[Link, ...]
    extra_hosts: Mapping[str, tuple[Scalar, ...]]
    hostname: Scalar | None
    container_name: Scalar | None
    profiles: tuple[Scalar, ...]
    depends_on: tuple[Dependency, ...]
    volumes_from: tuple[str, ...]
    healthcheck: Healthcheck | None
    command: Command | None
    entrypoint: Command | None
    restart: Scalar | None
    terminal: bool
    replicas: int | None
    replicas_anchor: Anchor | None
    environment: Mapping[str, Scalar]
    mounts: tuple[Mount, ...]
    labels: Mapping[str, Entry]
    deploy_labels: Mapping[str, Entry]
    working_dir: Scalar | None
    swarmed: bool
    incomplete: bool
    unread: bool
    anchor: Anchor

    @cached_property
    def spans(self) -> Mapping[Anchor, list[PublishedPort]]:
        """The ports that each entry publishes: those of a range have one place."""
        found: dict[Anchor, list[PublishedPort]] = {}
        for port in self.ports:
            found.setdefault(port.anchor, []).append(port)
        return found

    @cached_property
    def targets(self) -> frozenset[int | None]:
        """The ports of the container that are published."""
        return frozenset(port.target for port in self.ports)

    @cached_property
    def exposed(self) -> frozenset[int | None]:
        """The ports of the container that are exposed."""
        return frozenset(port.number for port in self.expose)

    @property
    def id(self) -> str:
        """Where it is written, and its name."""
        return f"{self.name.source.path}#services.{self.name.value}"

    @property
    def stage(self) -> Stage | None:
        """What the Dockerfile says, if the service is built from one that is known."""
        return self.build.stage if self.build else None

    @property
    def shares(self) -> str | None:
        """The service whose network namespace this one lives in."""
        mode = self.network_mode.value if self.network_mode else ""
        return mode.removeprefix("service:") if mode.startswith("service:") else None


@entity
class Config:
    """An entry of `configs` or `secrets`."""

    key: str
    source: str | None
    content: Scalar | None
    external: bool
    anchor: Anchor


@entity
class Project:
    """A Compose project.

    `fragment`: the files are a piece of something, so that nothing absent may be called broken. `settled` are
    the services of a piece that stand whole in it, and in no file around it. `open`:
    names may live outside (an external network or link, a service whose base is not in the files).
    `profiles` are the active ones; services of other profiles are part of the project all the same.
    `include` is the list of the files that belong to it, where it has one. `podman` says that Podman runs it.
    `unset` are the variables without a value, `given` those that `.env` and the environment have one for.
    `together` are the files that commands give to Compose in its folder, where one names its own beside others.
    """

    name: str
    files: tuple[str, ...]
    services: Mapping[str, ComposeService]
    networks: Mapping[str, Network]
    volumes: Mapping[str, Anchor]
    configs: Mapping[str, Config]
    secrets: Mapping[str, Config]
    faults: tuple[LoadFault, ...]
    unset: tuple[tuple[str, Anchor], ...]
    profiles: frozenset[str]
    fragment: bool
    open: bool
    anchor: Anchor
    include: Anchor | None = None
    podman: bool = False
    settled: frozenset[str] = frozenset()
    together: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()

    @cached_property
    def directory(self) -> Directory:
        """Its names, and who shares a network namespace."""
        from upstreamlint.model.compose.names import Directory

        return Directory(self)

    def settles(self, service: ComposeService) -> bool:
        """Whether all that decides what a service of this project is stands here."""
        return not service.incomplete and (not self.fragment or service.name.value in self.settled)

    @property
    def prefix(self) -> str:
        """What the engine's names of its containers and networks start with; the folder's name may not be known."""
        return self.name or "<project>"
