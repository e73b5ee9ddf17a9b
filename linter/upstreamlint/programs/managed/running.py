"""The Ingress controllers that run in the files, and the names of classes that they take.

ingress-nginx: `--ingress-class`, `nginx` by default; F5: `-ingress-class`; Kong: `CONTROLLER_INGRESS_CLASS`; HAProxy Ingress (jcmoraisjr/haproxy-ingress, docs:
command-line): `--ingress-class`, `haproxy` by default; haproxytech/kubernetes-ingress, pkg/utils/flags.go: `--ingress.class`; AWS Load Balancer
Controller: `--ingress-class`, `alb` by default; Traefik and Contour take all of their kind where they are told none.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from upstreamlint.containers.container import Container
from upstreamlint.containers.data.reference import image_reference
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.grouping import grouped_many
from upstreamlint.graph.index import Index
from upstreamlint.model.kubernetes import Workload
from upstreamlint.programs.managed.controllers import Controller
from upstreamlint.values import frozen


@frozen(kw_only=True)
class Running:
    """A controller that runs here; `classes` are the names that it takes, nothing where the files do not tell."""

    controller: Controller
    container: Container
    classes: frozenset[str] | None


@frozen(kw_only=True)
class _Program:
    """A controller by its images, what tells it its class, and the one that it takes when told none (empty: any)."""

    controller: Controller
    images: tuple[str, ...]
    flag: str
    untold: str = ""
    variable: str = ""
    needs: str = ""


_PROGRAMS = (
    _Program(
        controller=Controller.INGRESS_NGINX,
        images=(
            "ingress-nginx/controller",
            "ingress-controller/nginx-ingress-controller",
            "rancher/nginx-ingress-controller",
        ),
        flag="ingress-class",
        untold="nginx",
    ),
    _Program(
        controller=Controller.F5_NGINX,
        images=("nginx/nginx-ingress", "nginx/nginx-plus-ingress"),
        flag="ingress-class",
        untold="nginx",
    ),
    _Program(
        controller=Controller.TRAEFIK,
        images=("traefik",),
        flag="providers.kubernetesingress.ingressclass",
        needs="providers.kubernetesingress",
    ),
    _Program(
        controller=Controller.KONG,
        images=("kong/kubernetes-ingress-controller",),
        flag="ingress-class",
        untold="kong",
        variable="CONTROLLER_INGRESS_CLASS",
    ),
    _Program(
        controller=Controller.HAPROXY,
        images=("haproxytech/kubernetes-ingress",),
        flag="ingress.class",
    ),
    _Program(
        controller=Controller.HAPROXY_INGRESS,
        images=("jcmoraisjr/haproxy-ingress",),
        flag="ingress-class",
        untold="haproxy",
    ),
    _Program(
        controller=Controller.CONTOUR,
        images=("projectcontour/contour",),
        flag="ingress-class-name",
        needs="serve",
    ),
    _Program(
        controller=Controller.ALB,
        images=("aws-load-balancer-controller",),
        flag="ingress-class",
        untold="alb",
    ),
)
_BY_NAME = grouped_many(_PROGRAMS, lambda program: {name.rpartition("/")[2] for name in program.images})
"""The programs by the last parts of their images' names."""


@lru_cache(maxsize=1)
def running(index: Index) -> tuple[Running, ...]:
    """Every Ingress controller among the workloads of a run, for which many ask."""
    return tuple(_running(index))


def _running(index: Index) -> Iterator[Running]:
    for workload in index.of(Workload):
        if workload.meta.patched or workload.finishes:
            continue
        for container in index.containers(workload):
            program = _program(container)
            if program is not None and _does(container, program.needs):
                yield Running(
                    controller=program.controller,
                    container=container,
                    classes=_classes(container, program),
                )


def runs(container: Container) -> Controller | None:
    """The controller that a container is made of, if any."""
    program = _program(container)
    return program.controller if program is not None else None


def _program(container: Container) -> _Program | None:
    image, programs = container.image, _BY_NAME.get(container.image_name, ())
    return next((p for p in programs if image and image_reference(image.value).ends_in(p.images)), None)


def _does(container: Container, needed: str) -> bool:
    return not needed or any(word.value.lower().lstrip("-").startswith(needed) for word in container.words)


def _classes(container: Container, program: _Program) -> frozenset[str] | None:
    """The names that it takes: as it is told, or else by default."""
    if container.incomplete:
        return None
    if program.variable and program.variable in container.environment:
        told = container.environment[program.variable].value
        return None if is_placeholder(told) else frozenset({told})
    words = [word.value for word in container.words]
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name.lower().lstrip("-") != program.flag or not word.startswith("-"):
            continue
        given = value if equals else words[place + 1] if place + 1 < len(words) else ""
        return None if not given or is_placeholder(given) else frozenset(given.split(","))
    return frozenset({program.untold}) if program.untold else None
