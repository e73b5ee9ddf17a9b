"""Docker Compose projects as typed values, and the questions that can be asked of them.

The names are loaded when they are first asked for: what only wants to know a service imports no reader.
"""

from __future__ import annotations

from importlib import import_module

from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.model.compose.health import HealthState, effective_healthcheck, health_state
    from upstreamlint.model.compose.images import ImageFacts, ImageName, image_facts, image_name
    from upstreamlint.model.compose.names import (
        container_names,
        lookup,
        names_on,
        namespace_owner,
        shared_networks,
    )
    from upstreamlint.model.compose.ports import ContainerPort, Evidence, container_ports
    from upstreamlint.model.compose.read import project
    from upstreamlint.model.compose.types import (
        Attachment,
        Build,
        Command,
        ComposeService,
        Config,
        Dependency,
        ExposedPort,
        Healthcheck,
        Link,
        Mount,
        Network,
        Project,
        PublishedPort,
    )

__all__ = [
    "Attachment",
    "Build",
    "Command",
    "ComposeService",
    "Config",
    "ContainerPort",
    "Dependency",
    "Evidence",
    "ExposedPort",
    "HealthState",
    "Healthcheck",
    "ImageFacts",
    "ImageName",
    "Link",
    "Mount",
    "Network",
    "Project",
    "PublishedPort",
    "container_names",
    "container_ports",
    "effective_healthcheck",
    "health_state",
    "image_facts",
    "image_name",
    "lookup",
    "names_on",
    "namespace_owner",
    "project",
    "shared_networks",
]

_HOMES = {
    "health": frozenset({"HealthState", "effective_healthcheck", "health_state"}),
    "images": frozenset({"ImageFacts", "ImageName", "image_facts", "image_name"}),
    "names": frozenset({"container_names", "lookup", "names_on", "namespace_owner", "shared_networks"}),
    "ports": frozenset({"ContainerPort", "Evidence", "container_ports"}),
    "read": frozenset({"project"}),
    "types": frozenset(
        {
            "Attachment",
            "Build",
            "Command",
            "ComposeService",
            "Config",
            "Dependency",
            "ExposedPort",
            "Healthcheck",
            "Link",
            "Mount",
            "Network",
            "Project",
            "PublishedPort",
        }
    ),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(name)
