"""VirtualService: hosts, gateways, and routes with their destinations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta, integer
from upstreamlint.model.rewriting import Glue, glue
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity
class RouteDestination:
    """A destination of a route. `weight` is nothing when it is not written."""

    host: Scalar
    subset: Scalar | None
    port: Scalar | None
    weight: int | None
    anchor: Anchor


@entity
class VirtualRoute:
    """One entry of `http`, `tcp` or `tls`, in the order written.

    `paths` are those that it matches, `/` when it takes everything. `gateways` are those that its matches
    are limited to, none when one of them is not.
    `answers_itself` says that it redirects, or answers without a destination; `direct` is the status that it then
    answers with. `abort` is the one that it answers some requests with by fault injection, `authority` the Host that
    it sends instead of the one that came. `glued` are prefixes that run together with what is put in their place.
    """

    protocol: str
    name: Scalar | None
    paths: tuple[str, ...]
    matches: tuple[Mapping, ...]
    matches_all: bool
    gateways: tuple[Scalar, ...]
    destinations: tuple[RouteDestination, ...]
    mirrors: tuple[RouteDestination, ...]
    delegate: Delegate | None
    answers_itself: bool
    direct: Scalar | None
    abort: Scalar | None
    anchor: Anchor
    authority: Scalar | None = None
    glued: tuple[Glue, ...] = ()


@entity
class Delegate:
    """The VirtualService that a route hands over to."""

    name: Scalar
    namespace: Scalar | None


@entity
class VirtualService(KubernetesObject):
    """A VirtualService; no gateways means the mesh."""

    hosts: tuple[Scalar, ...]
    gateways: tuple[Scalar, ...]
    routes: tuple[VirtualRoute, ...]
    export_to: tuple[Scalar, ...]


def virtual_service(meta: Meta, root: Mapping) -> VirtualService | None:
    """A VirtualService from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    routes = [_route(p, n) for p in ("http", "tls", "tcp") for n in spec.mappings(p)]
    return VirtualService(
        meta,
        tuple(spec.scalars("hosts")),
        tuple(spec.scalars("gateways")),
        tuple(routes),
        tuple(spec.scalars("exportTo")),
    )


def _route(protocol: str, node: Mapping) -> VirtualRoute:
    matches = node.mappings("match")
    paths: list[str] = []
    narrowed = [match.scalars("gateways") for match in matches]
    for match in matches:
        uri = match.mapping("uri")
        for key in ("exact", "prefix", "regex"):
            value = uri.scalar(key) if uri else None
            if value is not None:
                paths.append(value.value)
    delegate = node.mapping("delegate")
    target = delegate.scalar("name") if delegate else None
    mirrors = [m for m in [node.mapping("mirror")] if m is not None]
    mirrors += [d for m in node.mappings("mirrors") if (d := m.mapping("destination")) is not None]
    return VirtualRoute(
        protocol=protocol,
        name=node.scalar("name"),
        paths=tuple(paths) or ("/",),
        matches=tuple(matches),
        matches_all=not matches or any(not _narrows(m) for m in matches),
        gateways=tuple(g for names in narrowed for g in names) if narrowed and all(narrowed) else (),
        destinations=tuple(t for r in node.mappings("route") if (t := _destination(r)) is not None),
        mirrors=tuple(t for m in mirrors if (t := _target(m, None, m.anchor)) is not None),
        delegate=Delegate(target, delegate.scalar("namespace") if delegate else None) if target else None,
        answers_itself=any(node.get(k) is not None for k in ("redirect", "directResponse")),
        direct=status if isinstance(status := node.at("directResponse", "status"), Scalar) else None,
        abort=_abort(node),
        anchor=node.anchor,
        authority=authority if isinstance(authority := node.at("rewrite", "authority"), Scalar) else None,
        glued=tuple(_glued(node, matches)),
    )


def _glued(node: Mapping, matches: Sequence[Mapping]) -> Iterator[Glue]:
    instead = node.at("rewrite", "uri")
    if isinstance(instead, Scalar):
        for match in matches:
            uri = match.mapping("uri")
            found = glue(uri.scalar("prefix"), instead) if uri is not None else None
            if found is not None:
                yield found


def _abort(node: Mapping) -> Scalar | None:
    """The status of a fault injection that happens at all: without a percentage it is for every request."""
    status, share = node.at("fault", "abort", "httpStatus"), node.at("fault", "abort", "percentage", "value")
    never = isinstance(share, Scalar) and not share.value.strip("0.")
    return status if isinstance(status, Scalar) and not never else None


def _narrows(match: Mapping) -> bool:
    """Whether a match takes less than every request; a match-all prefix and a mere name do not narrow."""
    for entry in match:
        if entry.key.value in ("name", "ignoreUriCase", "statPrefix"):
            continue
        if entry.key.value == "uri" and isinstance(entry.value, Mapping):
            prefix = entry.value.scalar("prefix")
            if prefix is not None and prefix.value == "/":
                continue
        return True
    return False


def _destination(node: Mapping) -> RouteDestination | None:
    target = node.mapping("destination")
    return _target(target, integer(node.scalar("weight")), node.anchor) if target else None


def _target(node: Mapping, weight: int | None, anchor: Anchor) -> RouteDestination | None:
    host = node.scalar("host")
    if host is None:
        return None
    port = node.mapping("port")
    return RouteDestination(
        host, node.scalar("subset"), port.scalar("number") if port else None, weight, anchor
    )
