"""Ingresses whose authorization is asked through themselves: the question must be authorized first, and so on."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.model.kubernetes import Ingress, Workload
from upstreamlint.model.kubernetes.ingress import IngressBackend
from upstreamlint.values import entity

_URLS = {
    "nginx.ingress.kubernetes.io/auth-url": "ingress-nginx",
    "haproxy-ingress.github.io/auth-url": "HAProxy Ingress",
    "ingress.kubernetes.io/auth-url": "HAProxy Ingress",
}
_URL = patterns.compile(
    r"https?://(?P<host>\$host|\$http_host|[A-Za-z0-9.-]{1,253})(?::[0-9]{1,5})?(?P<path>/[^?#\s]{0,300})"
)


@entity(kw_only=True)
class AuthorizationLoop(Reference):
    """The address that is asked, which a path of the same Ingress serves; `by` is who asks."""

    ingress: Ingress
    by: str
    path: str


def link(index: Index) -> Iterator[AuthorizationLoop]:
    """Every Ingress that has itself asked."""
    every = index.of(Ingress)
    for ingress in every:
        if ingress.meta.patched or ingress.meta.annotations is None:
            continue
        for key, by in _URLS.items():
            entry = ingress.meta.annotations.entries.get(key)
            if entry is None or not isinstance(entry.value, Scalar):
                continue
            match = _URL.match(entry.value.value)
            if match is None:
                continue
            taken = _taken(ingress, every, match["host"], match["path"])
            assumption = ""
            if taken is None and (idle := _unrouted(index, every)) is not None:
                taken = _by_root(ingress, every, match["host"], match["path"])
                assumption = f"no Ingress elsewhere leads to `{idle.title}`"
            if taken is not None:
                yield AuthorizationLoop(
                    wanted=entry.value.value,
                    anchor=entry.value.anchor,
                    owner=ingress,
                    verdict=Verdict.CONFLICT,
                    near=(Candidate(taken.anchor, "this path takes the question, and asks in turn", ""),),
                    ingress=ingress,
                    by=by,
                    path=taken.path,
                    assumption=assumption,
                )


_SERVERS = frozenset(
    {"oauth2-proxy", "authelia", "vouch-proxy", "traefik-forward-auth", "authentik", "server"}
)
_AUTHENTIK = "goauthentik"


def _unrouted(index: Index, every: list[Ingress]) -> Workload | None:
    """The one server of authorization of the files, where no Ingress leads to it and no other route may."""
    found = [w for w in index.of(Workload) if not w.meta.patched and _authorizes(index, w)]
    if len(found) != 1 or index.of(GatewayRoute):
        return None
    own = {s.meta.name.value for s in index.selecting(found[0])}
    named = {b.service.value for i in every for b in i.backends if b.service is not None}
    return found[0] if own and own.isdisjoint(named) else None


def _authorizes(index: Index, workload: Workload) -> bool:
    return any(
        c.image_name in _SERVERS
        and (c.image_name != "server" or (c.image is not None and _AUTHENTIK in c.image.value))
        for c in index.containers(workload)
    )


def _by_root(ingress: Ingress, every: list[Ingress], host: str, path: str) -> IngressBackend | None:
    """The path of everything of the Ingress, where no longer one of any Ingress takes the question."""
    own = next(
        (b for b in ingress.backends if b.path == "/" and (host.startswith("$") or b.host == host)), None
    )
    rivals = (b for o in every for b in o.backends if own is not None and b.host in ("*", own.host))
    return own if not any(b is not own and b.path != "/" and _takes(b.path, path) for b in rivals) else None


def _taken(ingress: Ingress, every: list[Ingress], host: str, path: str) -> IngressBackend | None:
    """The path of the Ingress that takes the question, where it is there for it, and no other Ingress takes it.

    That of everything (`/`) may leave it to an Ingress that is not in the files.
    """
    own = [b for b in ingress.backends if b.host and (host.startswith("$") or b.host == host)]
    for backend in own:
        rivals = [
            b
            for other in every
            for b in other.backends
            if b.host == backend.host and _takes(b.path, path) and len(b.path) >= len(backend.path)
        ]
        if len(backend.path) > 1 and _takes(backend.path, path) and all(b in own for b in rivals):
            return backend
    return None


def _takes(prefix: str, path: str) -> bool:
    root = prefix.rstrip("/")
    return path == root or path.startswith(f"{root}/")
