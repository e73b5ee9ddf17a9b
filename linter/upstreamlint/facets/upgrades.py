"""Programs that send plain HTTP to TLS by themselves, unless they are told otherwise.

Argo CD: `server/server.go` (`newRedirectServer`, `useTLS`), its documentation of `--insecure` and of `server.insecure` in `argocd-cmd-params-cm`. ingress-nginx: docs,
`ssl-redirect` (308 for every host that has TLS), `force-ssl-redirect` and `use-forwarded-headers`.
"""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint.containers.container import Container
from upstreamlint.containers.data.reference import INGRESS_NGINX, image_reference
from upstreamlint.documents import Scalar
from upstreamlint.facets.reply import Reply, Request
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.model.kubernetes import ConfigMap, Ingress
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.programs.managed.controllers import Classes, Controller

_ARGO = ("argoproj/argocd",)
_TEMPORARY, _PERMANENT = 307, 308
_TRUE = frozenset({"true", "1", "t", "yes"})


def upgraded(index: Index, container: Container, request: Request) -> Reply | None:
    """The redirect that a request without TLS gets from the program of an image; nothing where that cannot be told."""
    image = container.image
    if image is None or container.part is None:
        return None
    reference = image_reference(image.value)
    if reference.ends_in(_ARGO):
        return _of_argo(index, container)
    if reference.ends_in(INGRESS_NGINX) and not container.incomplete and request.port == _HTTP:
        return _of_controller(index, container, request)
    return None


_HTTP = 80


def _of_argo(index: Index, container: Container) -> Reply | None:
    words = [word.value for word in container.words]
    image = container.image
    if image is None or not any(word.rpartition("/")[2] == "argocd-server" for word in words):
        return None
    flag = next((word for word in words if word.startswith("--insecure")), None)
    if flag is not None and flag.partition("=")[2] in ("", *_TRUE):
        return None
    told = container.environment.get("ARGOCD_SERVER_INSECURE")
    given = "" if told is None or is_placeholder(told.value) else told.value.lower()
    maps = _parameters(index, container)
    if given in _TRUE or any("server.insecure" in m.keys or m.meta.patched for m in maps):
        return None
    return Reply(
        status=_TEMPORARY,
        anchor=image.anchor,
        text="Argo CD's server sends plain HTTP to TLS, unless `server.insecure` is set",
        assumption="" if given or flag is not None or maps else _UNSET,
    )


_UNSET = "`argocd-cmd-params-cm` does not set `server.insecure`"


def _parameters(index: Index, container: Container) -> list[ConfigMap]:
    """The ConfigMap that its variables come from."""
    space = container.workload.meta.namespace if container.workload is not None else ""
    return [
        m
        for m in index.of(ConfigMap)
        if m.meta.name.value == "argocd-cmd-params-cm" and same_namespace(m.meta.namespace, space)
    ]


def _of_controller(index: Index, container: Container, request: Request) -> Reply | None:
    """ingress-nginx in pods, which names the ConfigMap of its settings."""
    named = next(
        (w.value.partition("=")[2] for w in container.words if w.value.startswith("--configmap=")), ""
    )
    name = named.rpartition("/")[2]
    maps = [m for m in index.of(ConfigMap) if name and m.meta.name.value == name]
    settings = {k: str(e.value) for m in maps for k, e in m.data.items() if isinstance(e.value, Scalar)}
    unread = "" if maps else "the ConfigMap of ingress-nginx does not set `use-forwarded-headers`"
    return by_ingresses(index, request, settings, unread)


def by_ingresses(
    index: Index, request: Request, settings: Mapping[str, str], unread: str = ""
) -> Reply | None:
    """What ingress-nginx answers to plain HTTP: of an Ingress that wants TLS for the host, where forwarded headers do not count."""
    if any(settings.get(key) == "true" for key in ("use-forwarded-headers", "use-proxy-protocol")):
        return None
    if not request.name:
        return None
    whole = settings.get("ssl-redirect") != "false"
    classes = Classes(index)
    for ingress in index.of(Ingress):
        if classes.controller(ingress) not in (None, Controller.INGRESS_NGINX):
            continue
        if ingress.meta.patched or not any(b.host == request.name for b in ingress.backends):
            continue
        entries = ingress.meta.annotations.entries if ingress.meta.annotations is not None else {}
        forced = entries.get(_FORCED)
        if forced is not None and str(forced.value) == "true":
            anchor, why = forced.value.anchor, "sends plain HTTP to TLS"
        elif whole and (ended := ingress.secured(request.name)) and ingress.meta.annotation(_SOFT) != "false":
            anchor, why = ended, "has TLS for the host, so that ingress-nginx sends plain HTTP there"
        else:
            continue
        return Reply(
            status=_PERMANENT, anchor=anchor, text=f"Ingress `{ingress.title}` {why}", assumption=unread
        )
    return None


_FORCED = "nginx.ingress.kubernetes.io/force-ssl-redirect"
_SOFT = "nginx.ingress.kubernetes.io/ssl-redirect"
