"""The order in which Compose starts services."""

from __future__ import annotations

from upstreamlint.model.compose import ComposeService, Project


def needs(service: ComposeService) -> list[str]:
    """The services that Compose starts before a service: `depends_on`, `links`, `volumes_from`, a shared network namespace."""
    names = [d.service.value for d in service.depends_on]
    names += service.volumes_from
    names += [link.service.value for link in service.links]
    if service.shares is not None:
        names.append(service.shares)
    return names


def waits_for(service: ComposeService, other: ComposeService, project: Project) -> bool:
    """Whether Compose starts a service only after another, however far back in the chain."""
    todo, seen = [service], {id(service)}
    while todo:
        for name in needs(todo.pop()):
            found = project.services.get(name)
            if found is other:
                return True
            if found is not None and id(found) not in seen:
                seen.add(id(found))
                todo.append(found)
    return False
