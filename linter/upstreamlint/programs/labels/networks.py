"""The network on which a proxy that reads labels will dial a container."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.facets.judgement import Facet, Judgement, Obstacle
from upstreamlint.graph.compose.references import LabelObstacle
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.references import Reference
from upstreamlint.model.compose import Attachment, ComposeService, Project, namespace_owner
from upstreamlint.programs.labels.dialled import dial
from upstreamlint.programs.labels.ports import reference
from upstreamlint.programs.labels.proxies import Runner, common, reaches
from upstreamlint.programs.labels.table import TRAEFIK, LabelProxy
from upstreamlint.readers.compose.tree import is_unknown, is_unknown_text
from upstreamlint.source import Anchor

_LABELS = ("traefik.docker.network", "traefik.swarm.network")


def traefik(
    service: ComposeService, project: Project, labels: dict[str, tuple[Anchor, Scalar]], runner: Runner | None
) -> Iterator[Reference]:
    """What is wrong with the network that Traefik will use: the label's, the provider's, or any."""
    owner = namespace_owner(service, project)
    if not project.settles(service) or not owner.networks:
        return
    if any(is_unknown_text(a.name) for a in owner.networks):
        return
    written = next((labels[name][1] for name in _LABELS if name in labels), None)
    if written is not None:
        yield from _written(service, owner, project, written, runner)
        return
    if runner is None or not runner.project.settles(runner.service):
        return
    first = next(iter(labels.values()))[0]
    if not reaches(runner, owner, project):
        yield _apart(service, owner, project, TRAEFIK, runner, first)
        return
    shared = common(runner, owner, project)
    if not shared or len(shared) == len(owner.networks) or runner.networks or runner.vague:
        return
    other = next(a for a in owner.networks if a.name not in shared)
    yield reference(
        service,
        TRAEFIK,
        runner,
        "network",
        first,
        verdict=Verdict.CONFLICT,
        obstacle=LabelObstacle.NETWORK_AMBIGUOUS,
        far_end=(
            (other.anchor, f"`{service.name}` is on `{other.key}` too"),
            (runner.service.anchor, f"Traefik runs in `{runner.service.name}`, which is not"),
        ),
        instead=min(shared),
    )


def _written(
    service: ComposeService, owner: ComposeService, project: Project, written: Scalar, runner: Runner | None
) -> Iterator[Reference]:
    name = written.value
    if is_unknown(written) or not name:
        return
    real = {a.name: a for a in owner.networks}
    by_key = {a.key: a for a in owner.networks}
    if name in real:
        if runner is not None and runner.project is not project and not reaches(runner, owner, project):
            yield from _elsewhere(service, owner, project, written, runner)
            return
        apart = runner is not None and runner.project is project and runner.project.settles(runner.service)
        shared = common(runner, owner, project) if runner is not None else frozenset()
        if runner is None or not apart or name in shared:
            return
        if not runner.service.networks or not any(n.name == name for n in project.networks.values()):
            return
        yield reference(
            service,
            TRAEFIK,
            runner,
            name,
            written.anchor,
            verdict=Verdict.CONFLICT,
            obstacle=LabelObstacle.NETWORK_NOT_JOINED,
            far_end=(
                (runner.service.anchor, f"Traefik runs in `{runner.service.name}`, which is not on `{name}`"),
            ),
            instead=min(shared, default=""),
            certain=len(shared) == 1,
        )
        return
    if any(name.endswith(f"_{key}") for key in by_key):
        # The project may be started under another name.
        return
    if runner is not None and len(real) == len(common(runner, owner, project)):
        # Traefik falls back to any network of the container, and is on all of them.
        return
    meant = by_key.get(name)
    known = {n.name for n in project.networks.values()} | {n.key for n in project.networks.values()}
    if meant is None and name not in known and any(n.external for n in project.networks.values()):
        return
    place = meant or owner.networks[0]
    real_name = _engine_name(place, project)
    text = (
        f"the engine's name of `{place.key}` is `{real_name}`"
        if meant
        else f"`{service.name}` is on `{place.key}`"
    )
    yield reference(
        service,
        TRAEFIK,
        runner,
        name,
        written.anchor,
        verdict=Verdict.CONFLICT,
        obstacle=LabelObstacle.NETWORK_UNKNOWN if meant else LabelObstacle.NETWORK_NOT_JOINED,
        far_end=((place.anchor, text),),
        instead=real_name,
        certain=bool(project.name) and (meant is not None or len(owner.networks) == 1),
    )


def _elsewhere(
    service: ComposeService, owner: ComposeService, project: Project, written: Scalar, runner: Runner
) -> Iterator[Reference]:
    """A network of the project's own, which a Traefik of another project is not on."""
    own = next((n for n in project.networks.values() if n.name == written.value), None)
    if own is not None and not own.external and runner.project.settles(runner.service):
        yield _apart(service, owner, project, TRAEFIK, runner, written.anchor)


def by_address(
    service: ComposeService, project: Project, row: LabelProxy, anchor: Anchor, runner: Runner | None
) -> Iterator[Reference]:
    """What is wrong with the address of a container for a proxy that dials just that."""
    if not project.settles(service):
        return
    mode = service.network_mode
    if service.shares is not None and mode is not None:
        host = namespace_owner(service, project)
        yield reference(
            service,
            row.name,
            runner,
            "address",
            anchor,
            verdict=Verdict.CONFLICT,
            obstacle=LabelObstacle.NO_ADDRESS,
            far_end=((mode.anchor, f"`{service.name}` lives in the network of `{host.name}`"),),
            instead=host.name.value,
        )
        return
    if row.asks is not None and mode is not None and mode.value == "host":
        yield reference(
            service,
            row.name,
            runner,
            "host",
            anchor,
            verdict=Verdict.CONFLICT,
            obstacle=LabelObstacle.ON_HOST,
            far_end=((mode.anchor, f"`{service.name}` is on the machine's own network"),),
        )
        return
    if not service.networks or any(is_unknown_text(a.name) for a in service.networks):
        return
    told = list(_told(service, row, runner))
    if told:
        yield from _looked_for(service, project, row, told, runner)
        return
    if runner is None or not runner.project.settles(runner.service):
        return
    on_bridge = runner.service.network_mode is not None and runner.service.network_mode.value == "bridge"
    if not reaches(runner, service, project) and (runner.service.networks or on_bridge):
        yield _apart(service, service, project, row.name, runner, anchor)


def _told(service: ComposeService, row: LabelProxy, runner: Runner | None) -> Iterator[Scalar]:
    """The networks on which a proxy looks for a container: the label's, else those of its own options."""
    own = service.labels.get(row.network_label)
    if own is not None and isinstance(own.value, Scalar):
        yield own.value
    elif runner is not None:
        yield from runner.networks


def _looked_for(
    service: ComposeService, project: Project, row: LabelProxy, told: list[Scalar], runner: Runner | None
) -> Iterator[Reference]:
    """A container that is on none of the networks where a proxy looks for it, as the engine names them."""
    real = {a.name for a in service.networks}
    if any(t.value in real or is_unknown(t) or not t.value for t in told):
        return
    if any(name.value.endswith(f"_{a.key}") for name in told for a in service.networks):
        # The project may be started under another name.
        return
    meant = next(((name, a) for name in told for a in service.networks if a.key == name.value), None)
    name, place = meant or (told[0], service.networks[0])
    text = f"`{service.name}` is on `{place.key}`"
    yield reference(
        service,
        row.name,
        runner,
        name.value,
        name.anchor,
        verdict=Verdict.CONFLICT,
        obstacle=LabelObstacle.NOT_LOOKED_FOR,
        far_end=((place.anchor, f"{text}, which the engine calls `{_engine_name(place, project)}`"),),
        instead=_engine_name(place, project),
    )


def _engine_name(place: Attachment, project: Project) -> str:
    return place.name if project.name or not place.name.startswith("_") else project.prefix + place.name


def _apart(
    service: ComposeService,
    owner: ComposeService,
    project: Project,
    proxy: str,
    runner: Runner,
    anchor: Anchor,
) -> Judgement:
    home = runner.project
    called = [a.key if home is project else _engine_name(a, home) for a in runner.service.networks]
    own = owner.networks[0].key if home is project else _engine_name(owner.networks[0], project)
    theirs = " and ".join(f"`{name}`" for name in called) or "the default bridge alone"
    dialled = dial(service, runner.project, proxy, runner, anchor, None)
    return Judgement(
        wanted=service.name.value,
        anchor=anchor,
        owner=service,
        verdict=Verdict.CONFLICT,
        dial=dialled,
        facet=Facet.PATH,
        obstacle=Obstacle.NO_SHARED_NETWORK,
        targets=(service,),
        assumption="" if home is project else f"this {proxy} is meant",
        far_end=(
            (owner.networks[0].anchor, f"`{service.name}` is on `{own}`"),
            (runner.service.anchor, f"{proxy} runs in `{runner.service.name}`, which is on {theirs}"),
        ),
        remedy=f"attach `{owner.name}` to the {'' if home is project else 'external '}network `{called[0]}`"
        if called
        else "",
    )
