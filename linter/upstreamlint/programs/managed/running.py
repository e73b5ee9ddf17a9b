"""The Ingress controllers that run in the files, and the names of classes that they take.

ingress-nginx: `--ingress-class`, `nginx` by default; F5: `-ingress-class`; Kong: `CONTROLLER_INGRESS_CLASS`; HAProxy Ingress (jcmoraisjr/haproxy-ingress, docs:
command-line): `--ingress-class`, `haproxy` by default; haproxytech/kubernetes-ingress, pkg/utils/flags.go: `--ingress.class`; AWS Load Balancer
Controller: `--ingress-class`, `alb` by default; Traefik and Contour take all of their kind where they are told none.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.graph.evidence import is_placeholder
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
    """A controller by its image, what tells it its class, and the one that it takes when told none (empty: any)."""

    controller: Controller
    image: str
    flag: str
    untold: str = ""
    variable: str = ""
    needs: str = ""


_PROGRAMS = (
    _Program(
        controller=Controller.INGRESS_NGINX,
        image=r"ingress-nginx/controller|ingress-controller/nginx-ingress-controller|rancher/nginx-ingress-controller",
        flag="ingress-class",
        untold="nginx",
    ),
    _Program(
        controller=Controller.F5_NGINX,
        image="nginx/nginx-(?:plus-)?ingress",
        flag="ingress-class",
        untold="nginx",
    ),
    _Program(
        controller=Controller.TRAEFIK,
        image="(?:library/)?traefik",
        flag="providers.kubernetesingress.ingressclass",
        needs="providers.kubernetesingress",
    ),
    _Program(
        controller=Controller.KONG,
        image="kong/kubernetes-ingress-controller",
        flag="ingress-class",
        untold="kong",
        variable="CONTROLLER_INGRESS_CLASS",
    ),
    _Program(
        controller=Controller.HAPROXY,
        image="haproxytech/kubernetes-ingress",
        flag="ingress.class",
    ),
    _Program(
        controller=Controller.HAPROXY_INGRESS,
        image="jcmoraisjr/haproxy-ingress",
        flag="ingress-class",
        untold="haproxy",
    ),
    _Program(
        controller=Controller.CONTOUR,
        image="projectcontour/contour",
        flag="ingress-class-name",
        needs="serve",
    ),
    _Program(
        controller=Controller.ALB,
        image="aws-load-balancer-controller",
        flag="ingress-class",
        untold="alb",
    ),
)
_MADE = {
    program: patterns.compile(rf"(?:\A|/)(?:{program.image})(?::[^/]*|@[^/]*)?\Z") for program in _PROGRAMS
}


def running(index: Index) -> Iterator[Running]:
    """Every Ingress controller among the workloads of a run."""
    for workload in index.of(Workload):
        if workload.meta.patched or workload.finishes:
            continue
        for container in index.containers(workload):
            image = container.image.value if container.image is not None else ""
            for program, made in _MADE.items():
                if image and made.search(image) is not None and _does(container, program.needs):
                    yield Running(
                        controller=program.controller,
                        container=container,
                        classes=_classes(container, program),
                    )


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
