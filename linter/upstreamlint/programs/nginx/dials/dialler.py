"""What nginx dials: the targets of its passes, and the servers of its upstreams."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Caller, Dial, Permission, Protocol, Purpose, Tls, caller
from upstreamlint.facets.judgement import Candidate
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.nodes import Node, Route
from upstreamlint.programs.built_in import NGINX
from upstreamlint.programs.nginx.address import part
from upstreamlint.programs.nginx.answers.subrequests import Role, roles
from upstreamlint.programs.nginx.dials.health import Check, check
from upstreamlint.programs.nginx.dials.pool import pool
from upstreamlint.programs.nginx.dials.sent import begins_with_header, hosts, name
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.model import Address, Pass, Target, Upstream, targets
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, replace

HTTP = 80


class Scheme(NamedTuple):
    """The scheme of a pass, empty where it is not known, and where it is written."""

    name: str
    anchor: Anchor


class Dialler:
    """One nginx that dials."""

    def __init__(self, instance: NginxInstance) -> None:
        self.instance = instance
        self._roles = roles(instance.config)
        listens = (item.port for s in instance.config.servers for item in s.listens)
        self.caller = (
            caller(
                instance.place,
                "nginx",
                listens=frozenset(port for port in listens if port is not None) | instance.beside,
                own=instance.own,
                alone=bool(instance.beside)
                or (NGINX.alone_in(instance.place) if instance.service else instance.alone),
                complete=instance.complete or bool(instance.beside),
            )
            if instance.place is not None
            else Caller(program="nginx", own=instance.own, complete=instance.complete)
        )

    def dial_target(self, found: ProxyPass, one: Target, share: float | None) -> Dial | None:
        """What a pass dials itself, if that is known."""
        target, address = found.target, one.address
        if address is None or one.fault or one.port is None or address.kind not in ("name", "ip"):
            return None
        known = self.instance.config.implicit(address.host, one.port, target.context)
        written = one.host_word or target.target
        literal = written is target.target and target.address is not None
        host = target.host_anchor if literal else _inside(written, address)
        port = target.port_anchor if literal else (one.port_word or written).anchor
        return self._dial(
            address,
            one.port,
            (host, port),
            found.route,
            found.route,
            (found,),
            # What a pass without variables names is resolved at start, for those with variables too.
            at_start=not target.variables or known is not None,
            share=share,
            scheme=self._scheme(target, one),
        )

    def _scheme(self, target: Pass, one: Target) -> Scheme:
        """What a pass speaks to one of its targets; where variables bring several schemes, that is not known."""
        if not target.variables or target.scheme:
            return Scheme(target.scheme, target.anchor)
        word = one.value.origin_at(0)
        known = {t.scheme for t in targets(self.instance.config, target) or ()} == {one.scheme}
        return Scheme(one.scheme if known else "", word.anchor if word is not None else target.anchor)

    def dial_upstream(self, upstream: Upstream, passed: tuple[ProxyPass, ...]) -> Iterator[Dial]:
        """What the servers of an upstream dial for the passes that name it."""
        health = check(passed)
        pooled = pool(upstream, passed, checked=health is not None)
        for server, share, rank, spread in zip(upstream.servers, *pooled, strict=True):
            if server.address.kind not in ("name", "ip") or server.service:
                continue
            target = passed[0].target if passed else None
            dial = self._dial(
                server.address,
                server.address.port or HTTP,
                (server.host_anchor, server.port_anchor),
                upstream,
                passed[0].route if passed else None,
                passed,
                at_start=not server.resolve,
                share=share,
                scheme=Scheme(target.scheme, target.anchor) if target is not None else None,
            )
            dial = replace(dial, spread=spread, backup=rank)
            yield from _asked(dial, health) if share else (dial,)

    def _dial(
        self,
        address: Address,
        port: int,
        at: tuple[Anchor, Anchor],
        owner: Node,
        route: Route | None,
        passed: tuple[ProxyPass, ...],
        *,
        at_start: bool,
        share: float | None,
        scheme: Scheme | None,
    ) -> Dial:
        defaulted, direct = address.port is None, owner is route
        passes = passed[0].target if passed else None
        names, names_at = hosts(passed)
        purpose = self._purpose(passed)
        caller = replace(self.caller, answers_as=_ANSWERS[purpose]) if purpose in _ANSWERS else self.caller
        return Dial(
            caller=caller,
            owner=owner,
            route=route,
            host=address.host,
            host_anchor=at[0],
            port=port,
            port_anchor=at[1],
            defaulted=defaulted,
            at_start=at_start,
            own_resolver=not at_start,
            share=share,
            purpose=purpose,
            permission=_permission(passed[0], self._roles.get(id(passed[0].location)))
            if purpose is Purpose.DEPENDENCY
            else None,
            protocol=_protocol(passes, scheme.name if scheme is not None else ""),
            protocol_anchor=scheme.anchor if scheme is not None else None,
            tls=Tls(sni=name(passes))
            if passes is not None and scheme is not None and scheme.name in _SECURE
            else None,
            proxy_header=passes is not None and begins_with_header(passes),
            hosts=names,
            hosts_anchor=names_at,
            ended=_ended(passed),
            known=self._upstreams_near(address.host, route) if direct else (),
            # Without the whole configuration a name without a port may be an upstream's.
            vague=defaulted and direct and not self.instance.complete,
        )

    def _purpose(self, passed: tuple[ProxyPass, ...]) -> Purpose:
        """Why it is dialled, where all locations that pass there say the same."""
        roles = [self._roles.get(id(p.location)) for p in passed]
        found = {role.purpose if role is not None else Purpose.ROUTE for role in roles}
        return found.pop() if len(found) == 1 else Purpose.ROUTE

    def _upstreams_near(self, host: str, route: Route | None) -> tuple[Candidate, ...]:
        """The upstream that a pass to an unknown name was probably meant for: a like name, or the only idle one."""
        context = "http" if route is None or route.kind != "stream" else "stream"
        known = {u.name.value: u for u in self.instance.config.upstreams if u.context == context}
        if not known:
            return ()
        idle = [name for name in known if name.lower() not in self._passed]
        like = near_names(host, known.keys())
        name = like[0] if like else idle[0] if len(idle) == 1 else None
        if name is None:
            return ()
        text = "has a similar name" if like else "is defined, but nothing is passed to it"
        return (Candidate(known[name].anchor, f"upstream `{name}` {text}", name, certain=sole(host, like)),)

    @cached_property
    def _passed(self) -> frozenset[str]:
        """The hosts that passes name."""
        return frozenset(
            one.address.host.lower()
            for _, _, target in self.instance.config.routes
            for one in targets(self.instance.config, target) or ()
            if one.address is not None
        )


def _asked(dial: Dial, health: Check | None) -> Iterator[Dial]:
    """A dial with what is asked there, or beside what is asked on another port."""
    if health is None:
        yield dial
        return
    if health.port in (None, dial.port):
        yield replace(dial, ask=health.ask)
        return
    anchor = health.directive.head
    yield dial
    yield replace(dial, port=health.port, port_anchor=anchor, purpose=Purpose.ASK, ask=health.ask)


def _permission(passed: ProxyPass, role: Role | None) -> Permission | None:
    """The path that `auth_request` asks of another server: what it names, or what a pass makes of that."""
    passes, location = passed.target, passed.location
    if passes.kind != "proxy_pass" or passes.variables or role is None:
        return None
    if not passes.uri:
        return Permission(path=role.asked, asker="subrequest")
    at = passes.target.value.find(passes.uri)
    place = part(passes.target, at, at + len(passes.uri)) if at >= 0 else passes.target.anchor
    taken = location.path.value if location is not None and location.path is not None else role.asked.value
    text = passes.uri + role.asked.value.removeprefix(taken)
    path = Scalar(text, True, place.source, place.start, place.end)
    return Permission(path=path, asker="subrequest")


_ANSWERS = {Purpose.DEPENDENCY: "nginx (auth_request)", Purpose.MIRROR: "nginx (mirror)"}
_SECURE = frozenset({"https", "grpcs", "suwsgi"})
_PROTOCOLS = {
    "proxy_pass": Protocol.HTTP1,
    "fastcgi_pass": Protocol.FASTCGI,
    "uwsgi_pass": Protocol.UWSGI,
    "scgi_pass": Protocol.SCGI,
    "grpc_pass": Protocol.GRPC,
}


def _protocol(passes: Pass | None, scheme: str) -> Protocol:
    """What a pass speaks."""
    if passes is None:
        return Protocol.UNKNOWN
    if passes.context == "stream":
        return Protocol.TCP
    unknown = passes.kind == "proxy_pass" and scheme not in ("http", "https")
    return Protocol.UNKNOWN if unknown else _PROTOCOLS.get(passes.kind, Protocol.UNKNOWN)


def _inside(written: Scalar, address: Address) -> Anchor:
    """Where a host stands in the word that gave it."""
    at = written.value.lower().find(address.host)
    return part(written, at, at + len(address.host)) if at >= 0 else written.anchor


def _ended(passed: tuple[ProxyPass, ...]) -> Anchor | None:
    """The listener that ends the TLS of clients, where the server of every pass has one."""
    found = [next((i.anchor for i in p.server.listens if "ssl" in i.parameters), None) for p in passed]
    return found[0] if found and None not in found else None
