"""ExternalName Services that a controller takes for no backend, because it is not told to, or is told not to.

Traefik, `allowExternalNameServices` of both providers, false since 2.5 (traefik: pkg/provider/kubernetes/crd/kubernetes_http.go, kubernetes/ingress/kubernetes.go);
ingress-nginx, `--disable-svc-external-name` (pkg/flags/flags.go).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.containers.data.reference import INGRESS_NGINX, image_reference
from upstreamlint.documents import Scalar
from upstreamlint.finding import Symptom
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress, Service
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.controllers import Classes, Controller
from upstreamlint.programs.managed.foreign import may_be_told
from upstreamlint.programs.managed.installed import started
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.values import entity

_TRAEFIK = "Traefik"
_ALLOWED = "allowexternalnameservices"
_NO_ROUTER = Symptom(
    404, "404 page not found", "", "Traefik makes no router: `externalName services not allowed`"
)
_FORBIDS = "--disable-svc-external-name"
_NO_ENDPOINTS = Symptom(
    503, "503 Service Temporarily Unavailable", "", "ingress-nginx logs that the Service has no endpoints"
)
_ALWAYS = frozenset({"v1", "1", "2.0", "2.1", "2.2", "2.3", "2.4"})
"""Releases of Traefik without the option."""


@entity(kw_only=True)
class AliasRefused(Reference):
    """An ExternalName Service that a controller, which runs here, does not take; `remedy` is what would have to be told."""

    owner: ManagedRoute | Ingress
    service: Service
    by: str
    host: str
    path: str
    symptom: Symptom
    remedy: str


def link(index: Index) -> Iterator[AliasRefused]:
    """Every one that a route leads to."""
    containers = list(started(index))
    traefiks = [c for c in containers if c.image_name == "traefik"]
    for owner in index.of(ManagedRoute):
        if owner.kind.by == _TRAEFIK and not owner.kind.part and not owner.meta.patched:
            flag = "--providers.kubernetescrd"
            for rule in owner.rules:
                for backend in rule.backends:
                    space = backend.namespace.value if backend.namespace else owner.meta.namespace
                    yield from _refused(
                        index, owner, backend.service, space, rule.host, rule.path, traefiks, flag
                    )
    classes = Classes(index)
    nginxes = [
        c for c in containers if image_reference(c.image.value if c.image else "").ends_in(INGRESS_NGINX)
    ]
    for ingress in index.of(Ingress):
        controller = classes.controller(ingress) if not ingress.meta.patched else None
        for one in ingress.backends if controller in (Controller.TRAEFIK, Controller.INGRESS_NGINX) else ():
            if one.service is None:
                continue
            space = ingress.meta.namespace
            if controller is Controller.TRAEFIK:
                flag = "--providers.kubernetesingress"
                yield from _refused(index, ingress, one.service, space, one.host, one.path, traefiks, flag)
            else:
                yield from _forbidden(index, ingress, one.service, one.host, one.path, nginxes)


def _refused(
    index: Index,
    owner: ManagedRoute | Ingress,
    name: Scalar,
    space: str,
    host: str,
    path: str,
    traefiks: list[Container],
    provider: str,
) -> Iterator[AliasRefused]:
    running = [c for c in traefiks if may_be_told(c, provider)]
    if not running or any(may_be_told(c, f"{provider}.{_ALLOWED}") or _is_old(c) for c in running):
        return
    for service in _aliases(index, name, space, owner):
        yield AliasRefused(
            wanted=name.value,
            anchor=name.anchor,
            owner=owner,
            verdict=Verdict.CONFLICT,
            near=(
                Candidate(
                    running[0].anchor, f"{_TRAEFIK} is started here without `{provider}.{_ALLOWED}`", ""
                ),
            ),
            service=service,
            by=_TRAEFIK,
            host=host,
            path=path,
            symptom=_NO_ROUTER,
            remedy=f"start {_TRAEFIK} with `{provider}.{_ALLOWED}=true`",
        )


def _forbidden(
    index: Index, owner: Ingress, name: Scalar, host: str, path: str, nginxes: list[Container]
) -> Iterator[AliasRefused]:
    told = [next((w for w in c.words if w.value in (_FORBIDS, f"{_FORBIDS}=true")), None) for c in nginxes]
    if not told or any(word is None for word in told) or any(c.incomplete for c in nginxes):
        return
    for service in _aliases(index, name, owner.meta.namespace, owner):
        yield AliasRefused(
            wanted=name.value,
            anchor=name.anchor,
            owner=owner,
            verdict=Verdict.CONFLICT,
            near=tuple(
                Candidate(w.anchor, "no ExternalName is taken", "") for w in told[:1] if w is not None
            ),
            service=service,
            by=str(Controller.INGRESS_NGINX),
            host=host,
            path=path,
            symptom=_NO_ENDPOINTS,
            remedy=f"drop `{_FORBIDS}`",
        )


def _aliases(index: Index, name: Scalar, space: str, owner: ManagedRoute | Ingress) -> list[Service]:
    found = index.services(name.value, space, owner.meta.folder)
    return [s for s in found[:1] if s.type == "ExternalName" and not s.meta.patched]


def _is_old(container: Container) -> bool:
    tag = image_reference(container.image.value).tag if container.image is not None else ""
    major, _, rest = (tag or "").lstrip("v").partition(".")
    return decimal(major) == 1 or f"{major}.{rest.partition('.')[0]}" in _ALWAYS
