"""Which controller serves an Ingress: by its class, and by the object of that class."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.index import Index
from upstreamlint.model.kubernetes import Ingress, IngressClass
from upstreamlint.model.kubernetes.nearest import nearest
from upstreamlint.values import StrEnum


class Controller(StrEnum):
    """The controllers whose habits are known, as messages call them."""

    INGRESS_NGINX = "ingress-nginx"
    F5_NGINX = "the NGINX Ingress Controller of F5"
    ALB = "the AWS Load Balancer Controller"
    GCE = "GKE"
    AGIC = "the Application Gateway Ingress Controller"
    TRAEFIK = "Traefik"
    KONG = "Kong"
    HAPROXY = "the HAProxy Ingress Controller of HAProxy Technologies"
    HAPROXY_INGRESS = "HAProxy Ingress"
    CONTOUR = "Contour"
    ISTIO = "Istio"


_CONTROLLERS = {
    "k8s.io/ingress-nginx": Controller.INGRESS_NGINX,
    "nginx.org/ingress-controller": Controller.F5_NGINX,
    "ingress.k8s.aws/alb": Controller.ALB,
    "azure/application-gateway": Controller.AGIC,
    "traefik.io/ingress-controller": Controller.TRAEFIK,
    "ingress-controllers.konghq.com/kong": Controller.KONG,
    "haproxy.org/ingress-controller": Controller.HAPROXY,
    "haproxy.org/ingress-controller/haproxy": Controller.HAPROXY,
    "haproxy-ingress.github.io/controller": Controller.HAPROXY_INGRESS,
    "projectcontour.io/ingress-controller": Controller.CONTOUR,
    "istio.io/ingress-controller": Controller.ISTIO,
}
"""What the `controller` of an IngressClass says; from the charts and documentation of each."""

_CLASSES = {
    "alb": Controller.ALB,
    "gce": Controller.GCE,
    "gce-internal": Controller.GCE,
    "azure-application-gateway": Controller.AGIC,
    "azure/application-gateway": Controller.AGIC,
    "traefik": Controller.TRAEFIK,
    "kong": Controller.KONG,
    "contour": Controller.CONTOUR,
    "istio": Controller.ISTIO,
}
"""Names of classes that controllers set, or watch, themselves. `nginx` and `haproxy` may be either of two."""

OF_CLOUDS = frozenset({Controller.GCE, Controller.ALB, Controller.AGIC})
"""The controllers that have a cloud make a load balancer."""

KNOWN_CLASSES = frozenset(_CLASSES)


class Classes:
    """The IngressClasses of a run."""

    def __init__(self, index: Index) -> None:
        self.by_name = grouped(index.of(IngressClass), lambda c: c.meta.name.value)
        self._index = index

    def controller(self, ingress: Ingress) -> Controller | None:
        """The controller that serves an Ingress; nothing where that cannot be told.

        A class that no object explains is that of the one controller in the files that takes the name.
        """
        found = controller_of(ingress, self.by_name)
        name = ingress.class_name.value if ingress.class_name is not None else ""
        return found if found is not None or not name or name in self.by_name else self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Controller]:
        from upstreamlint.programs.managed.running import running

        takers: dict[str, set[Controller]] = {}
        for one in running(self._index):
            for name in one.classes or ():
                takers.setdefault(name, set()).add(one.controller)
        return {name: next(iter(some)) for name, some in takers.items() if len(some) == 1}


def controller_of(ingress: Ingress, by_name: Mapping[str, list[IngressClass]]) -> Controller | None:
    """The controller that serves an Ingress, of the IngressClasses of each name; nothing where that cannot be told."""
    if ingress.class_name is not None:
        name = ingress.class_name.value
        found = nearest(by_name.get(name, []), ingress.meta.folder)
    else:
        name = ""
        found = [c for group in by_name.values() for c in group if c.is_default]
    controllers = {c.controller.value for c in found if c.controller is not None}
    return _CONTROLLERS.get(controllers.pop()) if len(controllers) == 1 else _CLASSES.get(name)


_ANNOTATED = {
    "nginx.ingress.kubernetes.io/": Controller.INGRESS_NGINX,
    "nginx.org/": Controller.F5_NGINX,
    "alb.ingress.kubernetes.io/": Controller.ALB,
    "appgw.ingress.kubernetes.io/": Controller.AGIC,
    "traefik.ingress.kubernetes.io/": Controller.TRAEFIK,
    "konghq.com/": Controller.KONG,
    "haproxy-ingress.github.io/": Controller.HAPROXY_INGRESS,
}


def annotated_for(ingress: Ingress) -> Controller | None:
    """The one controller whose annotations an Ingress has: what it was written for, where no class tells."""
    if ingress.meta.annotations is None:
        return None
    keys = ingress.meta.annotations.entries
    found = {by for prefix, by in _ANNOTATED.items() if any(key.startswith(prefix) for key in keys)}
    return found.pop() if len(found) == 1 else None
