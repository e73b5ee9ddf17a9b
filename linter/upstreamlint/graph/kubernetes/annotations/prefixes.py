"""Controllers in the files that are told to read annotations behind another prefix than their own.

`--annotations-prefix` of ingress-nginx and of HAProxy Ingress; which Ingresses a controller serves is said by `--ingress-class`, and by
`--controller-class`, which the IngressClass names (their documentation: command line arguments).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.graph.index import Index
from upstreamlint.model.kubernetes import Ingress, IngressClass, Workload
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

_OWN = {
    "ingress-nginx/controller": ("nginx", ("nginx.ingress.kubernetes.io/",)),
    "nginx-ingress-controller": ("nginx", ("nginx.ingress.kubernetes.io/",)),
    "haproxy-ingress": ("haproxy", ("haproxy-ingress.github.io/", "ingress.kubernetes.io/")),
}
"""What the image of a controller is called by, the class that it serves, and its prefixes, where it is told nothing."""


@frozen(kw_only=True)
class Prefix:
    """The prefixes that a controller is told to read, those that it does not read for it, and where that stands."""

    told: tuple[str, ...]
    lost: tuple[str, ...]
    anchor: Anchor


def prefixes(index: Index) -> dict[str, Prefix]:
    """What is read behind, by the name of a class whose controller is told so."""
    containers = (c for w in index.of(Workload) for c in index.containers(w))
    return dict(found for container in containers for found in _of(index, container))


def prefix_of(ingress: Ingress, known: dict[str, Prefix]) -> Prefix | None:
    """What the controller of an Ingress is told to read; nothing where it reads its own."""
    return known.get(ingress.class_name.value) if ingress.class_name is not None else None


def _of(index: Index, container: Container) -> Iterator[tuple[str, Prefix]]:
    image = container.image.value if container.image is not None else ""
    own = next((found for name, found in _OWN.items() if name in image), None)
    given = _flag(container, "--annotations-prefix")
    if own is None or given is None:
        return
    told = tuple(f"{one.strip()}/" for one in given[0].split(",") if one.strip())
    lost = tuple(one for one in own[1] if one not in told)
    served = _flag(container, "--ingress-class")
    controller = _flag(container, "--controller-class")
    names = {
        c.meta.name.value
        for c in index.of(IngressClass)
        if controller is not None and c.controller is not None and c.controller.value == controller[0]
    }
    if served is not None or not names:
        names.add(served[0] if served is not None else own[0])
    for name in names:
        if lost and told:
            yield name, Prefix(told=told, lost=lost, anchor=given[1])


def _flag(container: Container, flag: str) -> tuple[str, Anchor] | None:
    for word in container.words:
        name, equals, value = word.value.partition("=")
        if equals and name == flag and value:
            return value, word.anchor
    return None
