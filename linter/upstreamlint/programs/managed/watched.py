"""Which objects the controllers in the files take: those of a class that they are told, or of none.

Emissary: `python/ambassador/ir/irambassador.py`, `AMBASSADOR_ID`, and its documentation of `ambassador_id`; Traefik: `pkg/provider/kubernetes/crd/kubernetes.go`,
`shouldProcessIngress`; Contour: `internal/ingressclass/ingressclass.go`; NGINX Ingress Controller: `internal/k8s/controller.go`, `HasCorrectIngressClass`; ingress-nginx: `--watch-ingress-without-class`, whose default is `false`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress, IngressClass, Workload
from upstreamlint.programs.managed.controllers import Classes, Controller
from upstreamlint.programs.managed.installed import started
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.values import entity, frozen


@frozen(kw_only=True)
class _Watcher:
    """A program by its images, what tells it its class, those that it takes when told nothing or `always`, and the one that nothing written means."""

    images: tuple[str, ...]
    flag: str = ""
    variable: str = ""
    untold: tuple[str, ...]
    unwritten: str = ""
    needs: str = ""
    always: tuple[str, ...] = ()


_WATCHERS = {
    "Emissary": _Watcher(
        images=("emissary", "ambassador"),
        variable="AMBASSADOR_ID",
        untold=("default",),
        unwritten="default",
    ),
    "Traefik": _Watcher(
        images=("traefik",),
        flag="--providers.kubernetescrd.ingressclass",
        untold=("", "traefik"),
        needs="--providers.kubernetescrd",
    ),
    "Contour": _Watcher(
        images=("contour",),
        flag="--ingress-class-name",
        untold=("", "contour"),
        needs="serve",
    ),
    "NGINX Ingress Controller": _Watcher(
        images=("nginx-ingress", "nginx-plus-ingress"),
        flag="-ingress-class",
        untold=("", "nginx"),
        always=("",),
    ),
}


@entity(kw_only=True)
class ClassTaken(Reference):
    """The class of an object that no controller in the files takes; `taken` are those that they do take."""

    owner: ManagedRoute | Ingress | IngressClass
    by: str
    taken: tuple[str, ...]


def link(index: Index) -> Iterator[ClassTaken]:
    """Every object that the controllers of its kind, those that are here, leave alone."""
    for owner in index.of(ManagedRoute):
        watcher = _WATCHERS.get(owner.kind.by)
        if watcher is None or owner.kind.part or owner.meta.patched:
            continue
        written = owner.classes or _annotated(owner)
        classes = {one.value for one in written} or {watcher.unwritten}
        if any(is_placeholder(one) or one.startswith("--") for one in classes):
            continue
        running = _running(index, watcher)
        taken = [_taken(container, watcher) for container in running]
        if not taken or any(one is None or not classes.isdisjoint(one) for one in taken):
            continue
        place = written[0].anchor if written else owner.meta.name.anchor
        all_taken = sorted({name for one in taken if one is not None for name in one})
        yield ClassTaken(
            wanted=", ".join(sorted(classes)),
            anchor=place,
            owner=owner,
            verdict=Verdict.CONFLICT,
            near=(Candidate(running[0].anchor, f"{owner.kind.by} runs here", ""),),
            by=owner.kind.by,
            taken=tuple(all_taken),
        )


def _annotated(owner: ManagedRoute) -> Sequence[Scalar]:
    entries = owner.meta.annotations.entries if owner.meta.annotations is not None else {}
    values = (entries[key].value for key in _ANNOTATIONS if key in entries)
    return [value for value in values if isinstance(value, Scalar)]


_ANNOTATIONS = ("projectcontour.io/ingress.class", "kubernetes.io/ingress.class")


def _running(index: Index, watcher: _Watcher) -> list[Container]:
    return [
        c
        for c in started(index)
        if c.image_name in watcher.images
        and (not watcher.needs or any(word.value.lower().startswith(watcher.needs) for word in c.words))
    ]


def _taken(container: Container, watcher: _Watcher) -> frozenset[str] | None:
    """The classes that a controller takes; nothing where files or variables that are not here may tell it."""
    if container.incomplete:
        return None
    told = container.environment.get(watcher.variable) if watcher.variable else None
    if told is not None:
        return None if is_placeholder(told.value) else frozenset({told.value})
    for word in container.words:
        name, equals, value = word.value.partition("=")
        if watcher.flag and name.lower().lstrip("-") == watcher.flag.lstrip("-"):
            known = equals and not is_placeholder(value)
            return frozenset((*value.split(","), *watcher.always)) if known else None
        if _ELSEWHERE.match(word.value):
            return None
    if any(name.startswith("TRAEFIK_PROVIDERS") for name in container.environment):
        return None
    return frozenset(watcher.untold)


_ELSEWHERE = patterns.compile(r"(?i:--?(?:configfile|contour-config))")


_OF_INGRESSES = {
    Controller.KONG: _Watcher(
        images=("kubernetes-ingress-controller",),
        flag="--ingress-class",
        variable="CONTROLLER_INGRESS_CLASS",
        untold=("kong",),
    ),
    Controller.F5_NGINX: _Watcher(
        images=("nginx-ingress", "nginx-plus-ingress"), flag="-ingress-class", untold=("nginx",)
    ),
    Controller.TRAEFIK: _Watcher(
        images=("traefik",),
        flag="--providers.kubernetesingress.ingressclass",
        untold=(),
        needs="--providers.kubernetesingress",
    ),
}
"""By the controller of an Ingress's class: who takes only the class of the name that it is told. Traefik takes all of its classes where it is told none."""


def of_ingresses(index: Index) -> Iterator[ClassTaken]:
    """Ingresses whose class is one of a controller's, and not the one that the controllers in the files take."""
    classes = Classes(index)
    for ingress in index.of(Ingress):
        name, controller = ingress.class_name, classes.controller(ingress)
        watcher = _OF_INGRESSES.get(controller) if controller is not None else None
        if name is None or watcher is None or controller is None or ingress.meta.patched:
            continue
        running = _running(index, watcher)
        taken = [_taken(container, watcher) for container in running]
        if not taken or any(not one or name.value in one for one in taken) or is_placeholder(name.value):
            continue
        yield ClassTaken(
            wanted=name.value,
            anchor=name.anchor,
            owner=ingress,
            verdict=Verdict.CONFLICT,
            near=(Candidate(running[0].anchor, f"{controller} runs here", ""),),
            by=str(controller),
            taken=tuple(sorted({one for some in taken for one in some or ()})),
        )


def unserved_classes(index: Index) -> Iterator[ClassTaken]:
    """IngressClasses of ingress-nginx whose `controller` is that of none of the controllers in the files."""
    running = [
        c for w in index.of(Workload) if not w.meta.patched for c in index.containers(w) if _is_nginx(c)
    ]
    taken = [_controller_class(container) for container in running]
    if not taken or any(not one for one in taken):
        return
    for found in index.of(IngressClass):
        text = found.controller
        if text is None or text.value in taken or found.meta.patched or not _NGINX_CLASS.match(text.value):
            continue
        yield ClassTaken(
            wanted=text.value,
            anchor=text.anchor,
            owner=found,
            verdict=Verdict.CONFLICT,
            near=(Candidate(running[0].anchor, "ingress-nginx runs here", ""),),
            by="ingress-nginx",
            taken=tuple(sorted(set(taken))),
        )


def _controller_class(container: Container) -> str:
    """The `controller` of the classes that an ingress-nginx takes; empty where that is not known."""
    if container.incomplete:
        return ""
    told = [w.value.partition("=")[2] for w in container.words if w.value.startswith("--controller-class")]
    by_name = any(w.value.startswith("--ingress-class-by-name") for w in container.words)
    return "" if by_name or any(is_placeholder(t) for t in told) else told[-1] if told else _OWN_CLASS


_OWN_CLASS = "k8s.io/ingress-nginx"
_NGINX_CLASS = patterns.compile(r"k8s\.io/[a-z0-9.-]{0,60}nginx[a-z0-9.-]{0,60}\Z")


def leaves_classless(index: Index) -> bool:
    """Whether all that is here is ingress-nginx, which leaves Ingresses without a class alone, and no class is the default one."""
    classes = index.of(IngressClass)
    if not classes or any(c.is_default for c in classes):
        return False
    others = [c for c in classes if c.controller is None or c.controller.value != "k8s.io/ingress-nginx"]
    running = [
        c for w in index.of(Workload) if not w.meta.patched for c in index.containers(w) if _is_nginx(c)
    ]
    return not others and bool(running) and not any(_takes_all(c) for c in running)


def classless(index: Index) -> Iterator[ClassTaken]:
    """Ingresses without a class, where nobody takes those."""
    if not leaves_classless(index):
        return
    classes = index.of(IngressClass)
    for ingress in index.of(Ingress):
        keys = ingress.meta.annotations.entries if ingress.meta.annotations is not None else {}
        if ingress.class_name is not None or ingress.meta.patched or any(map(_OTHERS.match, keys)):
            continue
        yield ClassTaken(
            wanted="",
            anchor=ingress.meta.name.anchor,
            owner=ingress,
            verdict=Verdict.CONFLICT,
            near=(Candidate(classes[0].meta.anchor, "this class is not the default", ""),),
            by="ingress-nginx",
            taken=tuple(sorted({c.meta.name.value for c in classes})),
        )


def _is_nginx(container: Container) -> bool:
    image = container.image.value if container.image is not None else ""
    return _NGINX.search(image) is not None


def _takes_all(container: Container) -> bool:
    words = [word.value for word in container.words]
    return container.incomplete or any(
        word.startswith("--watch-ingress-without-class") and not word.endswith("=false") for word in words
    )


_NGINX = patterns.compile(r"ingress-nginx/controller(?:-chroot)?:v?[1-9]")
_OTHERS = patterns.compile(
    r"(?:traefik|alb|haproxy|konghq|appgw|ingress\.gcp|networking\.gke|kubernetes\.io/ingress|projectcontour)[.\w-]*"
)
