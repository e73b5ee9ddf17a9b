"""Who passes requests to a socket, or to a port of the own container, and whether a PHP-FPM whose pools are known listens there."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.answers import Failure, answer
from upstreamlint.containers.container import Container
from upstreamlint.facets.dial import Protocol
from upstreamlint.finding import Symptom
from upstreamlint.graph import Graph
from upstreamlint.graph.nodes import Node
from upstreamlint.model.compose.types import ComposeService, Mount
from upstreamlint.places.address import is_loopback
from upstreamlint.programs.forwarding import Forwarder
from upstreamlint.programs.nginx.dials.own import dialled, own_servers, written_in
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.programs.php_fpm.types import Fpm, Pool, resolved
from upstreamlint.source import Anchor
from upstreamlint.symptoms import nginx_answers
from upstreamlint.values import frozen

_NGINX = "nginx"


@frozen(kw_only=True)
class Dialled:
    """What a proxy passes to: the path of a socket, or `127.0.0.1:9000`, which is `port`."""

    program: str
    place: Container
    target: str
    port: int | None
    anchor: Anchor
    owner: Node

    @property
    def symptom(self) -> Symptom:
        """What clients get where nothing listens."""
        if self.program == _NGINX:
            why = "(111: Connection refused)" if self.port else "(2: No such file or directory)"
            return nginx_answers(
                502, f"connect() to {'' if self.port else 'unix:'}{self.target} failed {why}"
            )
        return Symptom(
            answer(self.program, Failure.REFUSED).status,
            log=f"{self.program} cannot connect to `{self.target}`",
        )


@frozen(kw_only=True)
class Missed:
    """A socket or port at which none of the pools that could be meant listens."""

    dialled: Dialled
    pools: tuple[Pool, ...]
    service: ComposeService


def missed(graph: Graph) -> Iterator[Missed]:
    """Every socket or port that the PHP-FPM which must be meant does not listen at."""
    by_service = {id(one.place.service): one for one in graph.nodes(Fpm)}
    if not by_service:
        return
    for one in _dialled(graph):
        service = one.place.service
        if service is None:
            continue
        shared = _shared(service, one.target) if one.port is None else None
        if shared is None:
            own = by_service.get(id(service))
            if own is not None and not any(_is_at(pool, one, resolved(one.target)) for pool in own.pools):
                yield Missed(dialled=one, pools=own.pools, service=service)
            continue
        yield from _through_volume(one, shared, by_service)


def _through_volume(one: Dialled, shared: Mount, by_service: dict[int, Fpm]) -> Iterator[Missed]:
    """The services that share the volume of a socket, where all of them are PHP-FPM and none makes it."""
    project = one.place.project
    if project is None or project.fragment or project.open:
        return
    rest = resolved(one.target)[len(resolved(shared.target.value)) :]
    pools: list[tuple[Pool, ComposeService]] = []
    for service in project.services.values():
        if service is one.place.service:
            continue
        for mount in service.mounts:
            if not _volume(mount) or _volume(mount) != _volume(shared):
                continue
            fpm = by_service.get(id(service))
            if fpm is None or any(_is_at(p, one, resolved(mount.target.value) + rest) for p in fpm.pools):
                return
            pools += [(pool, service) for pool in fpm.pools]
    if pools:
        yield Missed(dialled=one, pools=tuple(pool for pool, _ in pools), service=pools[0][1])


def _is_at(pool: Pool, one: Dialled, path: str) -> bool:
    return pool.port == str(one.port) if one.port is not None else pool.socket == path


def _shared(service: ComposeService, path: str) -> Mount | None:
    """The mount that a socket lies in, the deepest."""
    plain = resolved(path)
    found = [
        m
        for m in service.mounts
        if m.kind != "copy" and f"{plain}/".startswith(resolved(m.target.value).rstrip("/") + "/")
    ]
    return max(found, key=lambda m: len(resolved(m.target.value)), default=None)


def _volume(mount: Mount) -> str:
    """What is mounted, as it is written or found: two mounts of the same lead to the same files; empty where it is of nobody else."""
    if mount.source is not None:
        return mount.source
    written = mount.anchor.source.text[mount.anchor.start : mount.anchor.end]
    named = _SOURCE.search(written)
    if named is not None:
        return named[1]
    source, colon, _ = written.strip("\"'").partition(":")
    return source if colon else ""


_SOURCE = patterns.compile(r"\b(?:source|src):[ \t]*[\"']?([^\s\"',}]+)")


def _dialled(graph: Graph) -> Iterator[Dialled]:
    for passed in graph.references(ProxyPass):
        if passed.instance.place is not None:
            yield from _by_nginx(passed, passed.instance.place)
    for one in graph.every(Forwarder):
        yield from _by(one)


def _by_nginx(passed: ProxyPass, place: Container) -> Iterator[Dialled]:
    config = passed.instance.config
    own = {i.host for s in config.servers for i in s.listens if i.port is None}
    owner: Node = passed.upstreams[0] if passed.upstreams else passed.route
    for address, port in dialled(passed):
        at = written_in(passed, address.host) if passed.upstreams else passed.target.anchor
        if address.kind == "unix" and address.host not in own:
            yield Dialled(program=_NGINX, place=place, target=address.host, port=None, anchor=at, owner=owner)
        local = address.is_loopback and port and passed.target.kind == "fastcgi_pass"
        if local and not own_servers(passed.instance, address, port):
            target = f"{address.host}:{port}"
            yield Dialled(program=_NGINX, place=place, target=target, port=port, anchor=at, owner=owner)


def _by(one: Forwarder) -> Iterator[Dialled]:
    for path in one.sockets:
        yield Dialled(
            program=one.program,
            place=one.container,
            target=path.value,
            port=None,
            anchor=path.anchor,
            owner=one,
        )
    for pool in (way.pool for way in one.ways):
        for target in pool.targets if pool is not None else ():
            if target.protocol is Protocol.FASTCGI and is_loopback(target.host) and target.port is not None:
                yield Dialled(
                    program=one.program,
                    place=one.container,
                    target=f"{target.host}:{target.port}",
                    port=target.port,
                    anchor=target.port_anchor,
                    owner=pool or one,
                )
