"""Ingresses whose authorization is asked through themselves: the question must be authorized first, and so on."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress
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
            taken = _taken(ingress, every, match["host"], match["path"]) if match is not None else None
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
                )


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
