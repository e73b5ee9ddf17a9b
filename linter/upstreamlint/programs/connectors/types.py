"""A connector: a program that takes requests from a tunnel or an identity-aware proxy to origins near it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from upstreamlint.documents import Scalar
from upstreamlint.model.compose.types import ComposeService, Project
from upstreamlint.model.kubernetes.workload import Container, Workload
from upstreamlint.source import Anchor
from upstreamlint.values import entity


class Program(StrEnum):
    """Which program reads the configuration, as messages name it."""

    CLOUDFLARED = "cloudflared"
    TAILSCALE = "Tailscale"
    POMERIUM = "Pomerium"
    TRAEFIK = "Traefik"
    TELEPORT = "Teleport"


@entity
class Origin:
    """An address that a connector dials. A missing port is one that nothing gives.

    `defaulted` says that the port is the scheme's own. `weight` is its part among the origins beside it.
    """

    written: Scalar
    scheme: str
    host: str
    port: int | None
    defaulted: bool
    host_anchor: Anchor
    port_anchor: Anchor
    weight: int = 1


@entity
class Pool:
    """What a rule leads to: its origins, none where the connector answers itself.

    `name` is set for a pool that rules share by its name.
    """

    name: str
    origins: tuple[Origin, ...]
    anchor: Anchor
    where: str = ""

    @property
    def id(self) -> str:
        """The file, and its name or place in it."""
        return f"{self.anchor.source.path}#{self.name or self.where}"


@entity
class ConnectorRule:
    """One rule: the public host and path that it takes, and where it leads.

    `hostname` and `path` are empty where none is written. `number` counts from 1. `service` is what it
    leads to as written, for cloudflared. `dangling` says that the pool
    is only named, and that no file of the connector defines it; `defined` are the pools that are.
    """

    number: int
    hostname: Scalar | None
    path: Scalar | None
    listener: str
    match: str
    pool: Pool
    anchor: Anchor
    service: Scalar | None = None
    dangling: bool = False
    defined: Mapping[str, Anchor] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The public host in lower case; empty when every host is meant."""
        text = self.hostname.value.strip().lower() if self.hostname else ""
        return "" if text == "*" else text

    @property
    def catches_all(self) -> bool:
        """Whether it takes every request."""
        return not self.host and self.path is None


@entity(kw_only=True)
class Connector:
    """A connector that runs: its rules, and the Compose service or the pods that it runs in.

    `complete` says that its configuration is whole: no template, no patch.
    """

    program: Program
    rules: tuple[ConnectorRule, ...]
    anchor: Anchor
    service: ComposeService | None = None
    project: Project | None = None
    workload: Workload | None = None
    container: Container | None = None
    complete: bool = True

    @property
    def client(self) -> ComposeService | Workload | None:
        """Where it runs."""
        return self.service or self.workload

    @property
    def alone(self) -> bool:
        """Whether nothing but the connector runs in its pod."""
        return self.workload is None or len(self.workload.containers) == 1

    @property
    def id(self) -> str:
        """Where it runs, and its file."""
        where = self.service.name.value if self.service else self.workload.id if self.workload else ""
        return f"{self.program}/{where}/{self.anchor.source.path}"

    @property
    def title(self) -> str:
        """How messages name the place that it runs in."""
        if self.service:
            return f"service `{self.service.name}`"
        return f"`{self.workload.title}`" if self.workload else self.program.value


_IMAGES = re.compile(r"cloudflared|tailscale|pomerium|traefik|teleport")
_OTHERS = re.compile(
    r"operator|ingress-controller|verify|exporter|whoami|certs|k8s-nameserver|kube-agent-updater"
)


def program_of(image: str) -> Program | None:
    """The connector in an image, by its name."""
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()
    found = _IMAGES.search(name)
    if found is None or _OTHERS.search(name):
        return None
    return next(p for p in Program if p.value.lower() == found[0])
