"""Addresses in a service's variables and command: what the program in it is told to dial.

Whether it does is not known, so only contradictions become references: a published port between containers, a port that
misses a declared one by little, a service within reach of nobody, a name that nobody in the project has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.containers.data import known_dialled, known_images
from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Caller
from upstreamlint.facets.judgement import Facet, Judgement, Obstacle
from upstreamlint.graph.compose.addresses import Address, addresses, port_variable
from upstreamlint.graph.compose.advertised import Met, advertised
from upstreamlint.graph.compose.coded import coded
from upstreamlint.graph.compose.dialled import Written, dialled
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import akin, are_apart, is_misspelt
from upstreamlint.graph.neighbours import COMMON
from upstreamlint.graph.references import Reference, is_slip
from upstreamlint.graph.variable_names import called, in_use, stripped
from upstreamlint.model.compose import ComposeService, Project, container_ports
from upstreamlint.model.compose.names import written_names
from upstreamlint.numerals import is_digits
from upstreamlint.places.address import is_loopback
from upstreamlint.places.compose import nearest
from upstreamlint.programs.built_in import CLOUDFLARED
from upstreamlint.programs.registry import programs
from upstreamlint.readers.compose.tree import part
from upstreamlint.values import replace

_ABOUT_ITSELF = patterns.compile(
    r"ADVERTISE|LISTEN|BIND|ORIGIN|CORS|ALLOWED|PUBLIC|EXTERNAL|CALLBACK|REDIRECT|NEXT_|VITE_|REACT_APP"
    r"|(?:^|_)(?:CLUSTER|NODE|SELF|OWN|LOCAL|MY|KC|JMX|RMI)_?(?:HOST|ADDR|NAME)"
)
"""Parts of the names of variables that say how others see the service, or what a browser is told."""

_TELEMETRY = patterns.compile(
    r"(?:^|_)(?:OTEL|OTLP|TELEMETRY|TRACING|ZIPKIN|JAEGER|TEMPO|LOKI|SENTRY|STATSD|METRICS)(?:_|$)"
)
"""Where traces and metrics are sent to: a program that finds nobody there goes on without, which is what the profile is for."""

_TELLING = frozenset(
    {
        Obstacle.NO_SHARED_NETWORK,
        Obstacle.BEHIND_PROFILE,
        Obstacle.NETWORK_MODE,
        Obstacle.SCALED_TO_ZERO,
        Obstacle.UNKNOWN_NAME,
        Obstacle.PUBLISHED,
        Obstacle.LOOPBACK_ONLY,
    }
)


_CERTAIN = frozenset({Obstacle.PUBLISHED, Obstacle.NO_SHARED_NETWORK})
"""What no program can make good that dials what it is told: a name of another network, a port of the machine."""


def link(index: Index) -> Iterator[Reference]:
    """The addresses that contradict the project."""
    for project in index.of(Project):
        written = [(s, at) for s in project.services.values() for at in _written(list(_texts(s, project)))]
        hosts = frozenset(at.address.host.lower() for _, at in written)
        written += [
            (s, at)
            for s in project.services.values()
            for at in (*_shared(s, project), *_set(index, s), *coded(index, s))
        ]
        logical = _has_registry(project)
        yield from advertised(project, _met(written))
        for service, at in written:
            # What a browser is given may be right on its own machine.
            alone = at.address.inside and is_loopback(at.address.host)
            caller = Caller(program="", service=service, project=project, alone=alone)
            for found in dialled(index, caller, at, _usual(caller, at.address)):
                if logical and found.obstacle is Obstacle.UNKNOWN_NAME and not at.address.port:
                    continue
                if _tells(found, at.address, at.variable) or _lacks(service, found):
                    yield replace(found, certain=_fits(found, at, project, hosts))


_REGISTRY = patterns.compile(r"EUREKA|NACOS|CONSUL", re.IGNORECASE)


def _has_registry(project: Project) -> bool:
    """Whether services find each other by names that they register, without ports: `http://orders` of Spring Cloud."""
    return any(_REGISTRY.search(name) for s in project.services.values() for name in s.environment)


def _met(written: Iterable[tuple[ComposeService, Written]]) -> Iterator[Met]:
    for service, at in written:
        if at.address.port:
            yield Met(service, at.address.host, at.address.port, part(at.text, *at.address.at).anchor)


def _set(index: Index, service: ComposeService) -> Iterator[Written]:
    """What settings files have on loopback that the program alone dials: stores, and what is known of the image."""
    own = _own_variables(service)
    for container in index.containers(service):
        if any(program.runs_in(container) for program in programs()):
            continue  # whose own reader knows its files
        image = container.image.value if container.image is not None else ""
        for file in container.settings:
            keys = {s.variable: s.key for s in file.settings}
            told = {s.variable for s in file.settings if known_dialled().is_dialled(image, s.key)}
            used = in_use((s.variable, s.value) for s in file.settings)
            texts = [(name, value) for name, value in used if not _is_own(name, own)]
            for at in _written(texts):
                address = at.address
                if at.variable in told:
                    address = address._replace(inside=True, dialled=True)
                # An address of every interface is what a program binds, unless it is known to dial it.
                bound = address.host in _EVERYWHERE and at.variable not in told
                if address.inside and is_loopback(address.host) and not bound:
                    yield at._replace(variable=keys[at.variable], address=address)


_EVERYWHERE = frozenset({"0.0.0.0", "::", "[::]"})  # noqa: S104 - told apart, not bound


def _shared(service: ComposeService, project: Project) -> Iterator[Written]:
    """The stores that an `env_file` puts on loopback; what an image is known for has no use for those of others."""
    image = service.image.value if service.build is None and service.image is not None else ""
    known = bool(image) and known_images().facts(image) is not None
    own = _own_variables(service)
    texts = [
        (name, value)
        for name, value in in_use(service.environment.items())
        if value.source.path not in project.files
        and not _is_own(name.upper(), own)
        and (not known or known_dialled().is_dialled(image, name))
    ]
    yield from (at for at in _written(texts) if at.address.inside and is_loopback(at.address.host))


def _is_own(variable: str, own: tuple[str, ...]) -> bool:
    return _ABOUT_ITSELF.search(variable) is not None or variable.startswith(own)


def _written(texts: list[tuple[str, Scalar]]) -> Iterator[Written]:
    """The addresses of a service; a host alone in its variable has its port in another: `DB_HOST`, `DB_PORT`."""
    ports = {name.upper(): text for name, text in texts if name and is_digits(text.value)}
    for variable, text in texts:
        for address in addresses(variable, text.value):
            apart = None if address.port else ports.get(port_variable(variable))
            if apart is None:
                yield Written(variable, text, address, text)
            else:
                whole = address._replace(port=apart.value, port_at=(0, len(apart.value)))
                yield Written(variable, text, whole, apart)


def _texts(service: ComposeService, project: Project) -> Iterator[tuple[str, Scalar]]:
    """What is written in the Compose files themselves: an `env_file` is shared by services that do not read all of it."""
    own = _own_variables(service)
    for name, value in in_use(service.environment.items()):
        if value.source.path in project.files and not _is_own(name.upper(), own):
            yield name, value
    if service.command is not None:
        yield from (("", word) for word in service.command.words)


_OF_STORES = {
    "mysql": ("MYSQL_", "MARIADB_"),
    "postgres": ("POSTGRES_", "PG"),
    "mongodb": ("MONGO_", "MONGODB_"),
    "redis": ("REDIS_",),
}
"""What the variables of clients begin with, by the protocol of the store; a store that is given them has no use for them."""

_OF_TUNNELS = "TUNNEL_"
"""What the variables of cloudflared begin with: its own reader knows which of them it follows, and that a token ends that."""


def _own_variables(service: ComposeService) -> tuple[str, ...]:
    image = service.image if service.build is None else None
    facts = known_images().facts(image.value) if image is not None else None
    served = facts.serves or () if facts is not None else ()
    stores = tuple(start for one in served for start in _OF_STORES.get(one.protocol, ()))
    return (*stores, _OF_TUNNELS) if image is not None and CLOUDFLARED.made_of(image.value) else stores


def _usual(caller: Caller, address: Address) -> int | None:
    """The port that a client dials on loopback without being told: that of the one store of its kind within reach."""
    service, project = caller.service, caller.project
    if service is None or project is None or not is_loopback(address.host):
        return None
    found = [number for number in address.usual if nearest.serving(number, service, project)]
    return found[0] if len(found) == 1 else None


def _lacks(service: ComposeService, found: Judgement) -> bool:
    """Whether a store is sought in a container whose image is known to bring none."""
    image = service.image if service.build is None else None
    facts = known_images().facts(image.value) if image is not None else None
    if found.obstacle is not Obstacle.LOOPBACK or facts is None or not facts.serves:
        return False
    return found.number is not None and all(served.port != found.number for served in facts.serves)


def _tells(found: Judgement, address: Address, variable: str) -> bool:
    """Whether it is worth a word: what certainly is an address, a port that misses a declared one by little."""
    if found.obstacle is Obstacle.NOT_SERVED:
        # What the program is told, or its own configuration, rests on nothing.
        return address.dialled or not found.assumption or is_slip(found.number or 0, found.near)
    if found.obstacle is Obstacle.UNKNOWN_NAME and found.verdict is not Verdict.NEAR_MISS:
        return address.dialled and "." not in address.host
    if found.obstacle is Obstacle.LOOPBACK:
        return bool(found.near)
    if found.obstacle is Obstacle.BEHIND_PROFILE and (
        _TELEMETRY.search(variable.upper()) or _is_optional(found, variable)
    ):
        return False
    if found.facet is Facet.TLS:
        return found.listen is not None
    return found.obstacle in _TELLING


def _is_optional(found: Judgement, variable: str) -> bool:
    """Whether a variable belongs to what a profile switches on, whose name it bears: it is for when the profile is on."""
    words = f"_{variable.upper()}_"
    targets = (t for t in found.targets if isinstance(t, ComposeService))
    profiles = (p.value.upper() for t in targets for p in t.profiles)
    return any(f"_{_PLAIN.sub('_', profile)}_" in words for profile in profiles)


_PLAIN = patterns.compile(r"[^A-Z0-9]")


def _fits(found: Judgement, at: Written, project: Project, hosts: frozenset[str]) -> bool:
    """Whether it can mean nothing else: a slip of the hand in a port or a name, or a name like that of a service that declares the port.

    So can a name that nobody has, where a single service within reach declares the port, and nothing dials it.
    """
    if found.obstacle is Obstacle.NOT_SERVED:
        told = at.address.dialled and not found.assumption
        return told or is_slip(found.number or 0, found.near)
    if found.obstacle in _CERTAIN:
        return at.address.dialled
    if found.obstacle is not Obstacle.UNKNOWN_NAME:
        return False
    if not found.near:
        # Several stores of the kind are here; one that is not is none that the project goes without.
        ports = [found.number] if found.number is not None else list(at.address.usual)
        stores = (s for n in ports for s in project.directory.serving(n) if s is not found.owner)
        return at.address.inside and found.verdict is Verdict.ABSENT and any(stores)
    wanted, instead = found.wanted.lower(), found.near[0].instead
    # What is like it by no letter was found by what it runs.
    if found.verdict is Verdict.NEAR_MISS and (is_misspelt(wanted, instead) or not akin(wanted, [instead])):
        return True
    meant = project.services.get(instead)
    if found.verdict is Verdict.NEAR_MISS and meant is not None and at.address.dialled:
        # A word more or less of what is deployed here, which no word tells apart.
        return not are_apart(wanted, instead.lower())
    if is_misspelt(wanted, instead.lower()):
        return at.address.dialled
    declared = (p.number for p in container_ports(meant)) if meant is not None else ()
    if meant is None or found.number is None or found.number not in declared:
        return False
    if found.verdict is Verdict.NEAR_MISS or _is_of(at.variable, instead):
        return True
    names = {name.lower() for name in written_names(meant, project)}
    return at.address.inside or not names & hosts or str(found.number) not in COMMON


def _is_of(variable: str, service: str) -> bool:
    """Whether a variable bears the name of a service: `CATALOG_URL` that of `catalog-service`."""
    return bool(variable) and stripped(variable) == called(service)
