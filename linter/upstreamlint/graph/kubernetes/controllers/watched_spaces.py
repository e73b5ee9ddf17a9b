"""Which namespaces the controllers in the files look into: all, or those that they are told.

ingress-nginx, `--watch-namespace` (pkg/flags/flags.go); NGINX Ingress Controller, `-watch-namespace` (cmd/nginx-ingress/flags.go); Traefik,
`providers.kubernetescrd.namespaces` and `providers.kubernetesingress.namespaces`; Contour, `--watch-namespaces` (cmd/contour/serve.go); Kong,
`--watch-namespace` and `CONTROLLER_WATCH_NAMESPACE`; HAProxy Technologies, `--namespace-whitelist` (documentation/controller.md).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress
from upstreamlint.programs.managed.controllers import Classes, Controller
from upstreamlint.programs.managed.installed import started
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.values import entity, frozen

_OWN = "$(POD_NAMESPACE)"


@frozen(kw_only=True)
class _Looker:
    """A program by its images, what tells it its namespaces, and whose objects that concerns: those of its kinds, and Ingresses that it serves."""

    by: str
    images: tuple[str, ...]
    flag: str
    variable: str = ""
    kinds: bool = True
    serves: Controller | None = None


_LOOKERS = (
    _Looker(
        by="ingress-nginx",
        images=("controller", "controller-chroot", "nginx-ingress-controller"),
        flag="watch-namespace",
        serves=Controller.INGRESS_NGINX,
    ),
    _Looker(
        by="NGINX Ingress Controller",
        images=("nginx-ingress", "nginx-plus-ingress"),
        flag="watch-namespace",
        serves=Controller.F5_NGINX,
    ),
    _Looker(by="Traefik", images=("traefik",), flag="providers.kubernetescrd.namespaces"),
    _Looker(
        by="Traefik",
        images=("traefik",),
        flag="providers.kubernetesingress.namespaces",
        kinds=False,
        serves=Controller.TRAEFIK,
    ),
    _Looker(by="Contour", images=("contour",), flag="watch-namespaces", serves=Controller.CONTOUR),
    _Looker(
        by="Kong",
        images=("kubernetes-ingress-controller",),
        flag="watch-namespace",
        variable="CONTROLLER_WATCH_NAMESPACE",
        serves=Controller.KONG,
    ),
    _Looker(
        by="the HAProxy Ingress Controller",
        images=("kubernetes-ingress",),
        flag="namespace-whitelist",
        serves=Controller.HAPROXY,
    ),
)


@entity(kw_only=True)
class UnwatchedSpace(Reference):
    """An object in a namespace that no controller of its kind in the files looks into; `watched` are those that they do."""

    owner: ManagedRoute | Ingress
    by: str
    watched: tuple[str, ...]


def link(index: Index) -> Iterator[UnwatchedSpace]:
    """Every object that is out of sight of all controllers that are to take it, where some are here."""
    classes: Classes | None = None
    for looker in _LOOKERS:
        told = [
            _told(container, looker) for container in started(index) if container.image_name in looker.images
        ]
        if not told or any(one is None for one in told):
            continue
        spaces = {name: at for one in told if one is not None for name, at in one.items()}
        owners: list[ManagedRoute | Ingress] = []
        if looker.kinds:
            owners += [o for o in index.of(ManagedRoute) if o.kind.by == looker.by and not o.kind.part]
        if looker.serves is not None:
            classes = classes or Classes(index)
            owners += [i for i in index.of(Ingress) if classes.controller(i) is looker.serves]
        for owner in owners:
            space = owner.meta.namespace
            if not space or space in spaces or owner.meta.patched or is_placeholder(space):
                continue
            yield UnwatchedSpace(
                wanted=space,
                anchor=owner.meta.name.anchor,
                owner=owner,
                verdict=Verdict.CONFLICT,
                near=tuple(
                    Candidate(at.anchor, f"{looker.by} looks into `{name}` alone", "")
                    for name, at in list(spaces.items())[:2]
                ),
                by=looker.by,
                watched=tuple(spaces),
            )


def _told(container: Container, looker: _Looker) -> dict[str, Scalar] | None:
    """The namespaces that a controller looks into; nothing where it looks into all, or that is not known."""
    written = container.environment.get(looker.variable) if looker.variable else None
    text = written.value if written is not None else ""
    for word in container.words:
        name, equals, value = word.value.partition("=")
        if name.lstrip("-").lower() == looker.flag and equals:
            written, text = word, value
    if written is None or container.incomplete or not text:
        return None
    workload = container.workload
    own = workload.meta.namespace if workload is not None else ""
    found = [own if one.strip() == _OWN else one.strip() for one in text.split(",")]
    if any(not one or is_placeholder(one) for one in found):
        return None
    return dict.fromkeys(found, written)
