"""A port on a service that a name leads to: the container's, the host's, or nobody's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.containers.data import known_images
from upstreamlint.containers.listening.listen import Evidence, Listen
from upstreamlint.documents import Scalar
from upstreamlint.facets.judgement import Candidate, Obstacle
from upstreamlint.facets.port import against
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.likeness import near_numbers
from upstreamlint.model.compose import (
    ComposeService,
    ContainerPort,
    PublishedPort,
    container_ports,
    namespace_owner,
)
from upstreamlint.model.compose import Evidence as Declared
from upstreamlint.numerals import names
from upstreamlint.places.compose import pieces
from upstreamlint.places.compose.world import World
from upstreamlint.places.found import HostFound, PortFound
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.values import replace

_CONFIGURATION = patterns.compile(
    r"\.(?:conf|cnf|cfg|ini|ya?ml|toml|xml|json|properties|template|hcl|vcl|config)\Z|file\Z"
    r"|\A/etc/|/(?:conf|config|configs|conf\.d|templates)(?:/|\Z)"
)
"""Where a program's configuration is put: such a file, or a folder for them."""


def judge(host: HostFound, number: int, world: World, *, defaulted: bool) -> Iterator[PortFound]:
    """The port on each target; nothing for a host that leads nowhere.

    Of several projects that have the name not all need run: one that serves the port is meant.
    """
    if host.verdict is not Verdict.FOUND and host.obstacle is not Obstacle.BEHIND_PROFILE:
        return
    targets = [target for target in host.targets if isinstance(target, ComposeService)]
    if host.by_host:
        yield from (_by_host(target, number) for target in targets)
        return
    found = [on(target, number, world, defaulted=defaulted) for target in targets]
    served = [port for port in found if port.verdict is Verdict.FOUND]
    homes = {id(world.home(target)) for target in targets}
    yield from served if served and len(homes) > 1 else found


def _by_host(target: ComposeService, number: int) -> PortFound:
    """A port of the machine: one that it publishes is right."""
    entry = next((p for p in target.ports if p.target == number and p.published is not None), None)
    if entry is None or any(p.published == number for p in target.ports):
        return PortFound(target=target, number=number, verdict=Verdict.FOUND)
    text = f"`{target.name}` publishes its port {number} on the host as {entry.published}"
    return PortFound(
        target=target,
        number=number,
        verdict=Verdict.CONFLICT,
        obstacle=Obstacle.UNPUBLISHED,
        far_end=((entry.anchor, text),),
        near=(Candidate(entry.anchor, text, str(entry.published)),),
        assumption="nothing else on the machine serves it",
    )


def on(
    target: ComposeService,
    number: int,
    world: World,
    *,
    defaulted: bool = False,
    besides: frozenset[str] = frozenset(),
) -> PortFound:
    """A port of a container that is dialled from another; `besides` are labels and variables that prove nothing."""
    members = sharing(target, world)
    heard = world.listening(target)
    fine = PortFound(target=target, number=number, verdict=Verdict.FOUND)
    obstacle = Obstacle.DEFAULTED if defaulted else Obstacle.NOT_SERVED
    vague = not world.home(target).settles(target)
    said = () if vague else against(heard, number)
    others = members[1:] if heard.closed else members
    if (
        said
        and not any(mentions(s, number, declared=False, besides=besides) for s in others)
        and (heard.closed or not world.tells(target, number))
    ):
        certain = len({listen.port for listen in said}) == 1
        told = tuple(_told(target, listen)._replace(certain=certain) for listen in said[:2])
        if not any(listen.socket for listen in said):
            return _elsewhere(fine, obstacle, told)
        return replace(_elsewhere(fine, obstacle, ()), far_end=tuple((c.anchor, c.text) for c in told))
    # What is declared for an image whose ports are known, and that nothing moves, proves nothing.
    known = bool(heard.usual) and len(members) == 1
    machine = [p for p in target.ports if p.published == number and p.target in heard.usual]
    if known and machine and not heard.serves(number) and not vague:
        return _published(fine, target, machine)
    if heard.serves(number) or any(mentions(s, number, declared=not known, besides=besides) for s in members):
        return fine
    declared = declared_ports(members)
    published = [p for s in members for p in s.ports if p.published == number and p.protocol == "tcp"]
    if published and not vague:
        return _published(fine, target, published)
    if world.tells(target, number):
        return fine
    meant = near_numbers(number, dict.fromkeys(p.number for p in declared))
    if not meant and not vague and heard.usual and number not in heard.usual:
        near = tuple(_told(target, listen) for listen in heard.listens[:2])
        return _elsewhere(fine, obstacle, near, "" if _is_stock(target) else _UNMOVED)
    if vague and (target.incomplete or any(mentions(s, number) for s in pieces.twins(target, world))):
        return replace(fine, verdict=Verdict.UNKNOWN)
    settled = not vague and not target.unread
    if not declared or not (meant or (settled and closed(members, declared, number))):
        return replace(fine, verdict=Verdict.UNKNOWN) if vague else fine
    declared = [p for p in declared if p.number in meant] or declared
    certain = len(dict.fromkeys(meant)) == 1
    near = tuple(
        Candidate(
            p.anchor, f"`{target.name}` {_VERBS[p.evidence]} port {p.number}", str(p.number), certain=certain
        )
        for p in declared[:2]
    )
    assumption = "" if meant else "the container serves no port that it does not declare"
    return _elsewhere(fine, obstacle, near, assumption)


_UNMOVED = "nothing inside the image moves the port"


def _is_stock(service: ComposeService) -> bool:
    """Whether an image is run as it comes: no configuration is given to it, and no words but those that its usual ports bear."""
    given = any(_CONFIGURATION.search(m.target.value) for m in service.mounts)
    return service.build is None and not given and service.entrypoint is None


def _elsewhere(
    port: PortFound, obstacle: Obstacle, near: tuple[Candidate, ...], assumption: str = ""
) -> PortFound:
    """A port that is not served, beside those that are."""
    return replace(
        port,
        verdict=Verdict.CONFLICT,
        obstacle=obstacle,
        far_end=tuple((c.anchor, c.text) for c in near),
        near=near,
        assumption=assumption,
    )


def _published(port: PortFound, target: ComposeService, published: Sequence[PublishedPort]) -> PortFound:
    """A number that is the machine's: it leads to another one of the container."""
    entry = published[0]
    if entry.target is None:
        return replace(port, verdict=Verdict.UNKNOWN)
    text = f"`{target.name}` publishes its port {entry.target} on the host as {port.number}"
    certain = len({p.target for p in published}) == 1
    candidate = Candidate(
        entry.anchor, f"the container's port is {entry.target}", str(entry.target), certain=certain
    )
    found = _elsewhere(port, Obstacle.PUBLISHED, (candidate,))
    return replace(found, far_end=((entry.anchor, text),))


def _told(target: ComposeService, listen: Listen) -> Candidate:
    verb = (
        "listens"
        if listen.evidence in (Evidence.IMAGE, Evidence.SERVER, Evidence.CONFIGURED)
        else "is told to listen"
    )
    text = f"`{target.name}` {verb} on {listen.socket or listen.port} (`{listen.text}`)"
    return Candidate(listen.anchor, text, str(listen.port))


_VERBS = {
    Declared.PORTS: "publishes",
    Declared.EXPOSE: "exposes",
    Declared.DOCKERFILE: "exposes",
    Declared.IMAGE: "runs an image that serves",
}


def sharing(target: ComposeService, world: World) -> list[ComposeService]:
    """The services in a target's network namespace, itself first."""
    project = world.home(target)
    owner = namespace_owner(target, project)
    return [target, *(s for s in project.directory.together(owner) if s is not target)]


def declared_ports(members: list[ComposeService]) -> list[ContainerPort]:
    """The TCP ports that containers of one namespace are said to serve, the strongest evidence first."""
    found = [p for s in members for p in container_ports(s) if p.protocol == "tcp"]
    return sorted(found, key=lambda p: -p.evidence)


def mentions(
    service: ComposeService,
    number: int,
    *,
    declared: bool = True,
    in_checks: bool = True,
    besides: frozenset[str] = frozenset(),
) -> bool:
    """Whether anything of a service names the port: a declaration, a command, a variable, a label, a health check.

    `declared` and `in_checks` say whether the first and the last count; `besides` are variables and labels (in lower case) that do not count.
    """
    if declared and any(p.number == number for p in container_ports(service)):
        return True
    texts = [w.value for c in (service.command, service.entrypoint) if c is not None for w in c.words]
    texts += [v.value for k, v in service.environment.items() if k.lower() not in besides]
    stage = service.stage
    if stage is not None:
        texts += [w.value for c in (stage.command, stage.entrypoint) if c is not None for w in c.words]
        texts += [v.value for name, v in stage.environment.items() if name not in service.environment]
    if service.healthcheck is not None and in_checks:
        texts += [_without_defaults(w.value, service) for w in service.healthcheck.words]
    texts += [
        e.value.value
        for k, e in (*service.labels.items(), *service.deploy_labels.items())
        if isinstance(e.value, Scalar) and k.lower() not in besides
    ]
    return any(names(text, number) for text in texts)


_DEFAULT = patterns.compile(r"\$\{(?P<name>\w{1,60}):?-[^{}]{0,60}\}")


def _without_defaults(text: str, service: ComposeService) -> str:
    """A text for a shell without the values that stand in for variables which the service is given."""
    return _DEFAULT.sub(lambda found: "" if service.environment.get(found["name"]) else found[0], text)


def closed(members: list[ComposeService], declared: list[ContainerPort], number: int) -> bool:
    """Whether the declared ports may be taken for all of them, when another number is wanted.

    What an image is known to serve is its default: configuration that is given to it, or an image that is
    built on it, may move it. What an image serves beside the ports that are published is not told, where it is built here, or
    where the number is that of a protocol other than HTTP: the page of a mail catcher is published, its port for SMTP is not.
    """
    if any(s.ports and any(p.target is None for p in s.ports) for s in members):
        return False
    if any(is_unknown(v) and "PORT" in k.upper() for s in members for k, v in s.environment.items()):
        return False
    if any(s.build and not s.expose and not (s.stage and s.stage.exposed) for s in members):
        return False
    known = (Declared.PORTS, *([Declared.IMAGE] if _configured(members) else []))
    if number in known_images().reserved and all(p.evidence in known for p in declared):
        return False
    if any(p.evidence > Declared.IMAGE for p in declared):
        return True
    return not any(s.build for s in members) and not _configured(members)


def _configured(members: Sequence[ComposeService]) -> bool:
    return any(_CONFIGURATION.search(mount.target.value) for one in members for mount in one.mounts)
