"""Which containers a Traefik takes, and what their labels say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Table

from upstreamlint import patterns
from upstreamlint.documents import Entry, Mapping, Node, Scalar
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names
from upstreamlint.model.compose import ComposeService, Project, namespace_owner
from upstreamlint.programs.labels.proxies import Runner, reaches
from upstreamlint.programs.labels.table import TRAEFIK
from upstreamlint.programs.traefik import dynamic
from upstreamlint.programs.traefik.constraints import takes
from upstreamlint.programs.traefik.dotted import entries, field, tree
from upstreamlint.programs.traefik.fields import HOLDERS, faults, lost
from upstreamlint.programs.traefik.model import Engine, Named, Router, Traefik
from upstreamlint.programs.traefik.references import Passed
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

_DYNAMIC = patterns.compile(r"traefik\.(?:http|tcp|udp)\.", re.IGNORECASE)
_FIRST = patterns.compile(r"traefik\.(?:\w+\.)?frontend\.rule\Z")
"""What makes a route for Traefik 1."""
_ENABLE = "traefik.enable"
_SOCKET = "/var/run/docker.sock"


@frozen(kw_only=True)
class Labelled:
    """A service whose labels speak to a Traefik.

    `passed` is why they are not read, `because` the place that says so. `sure` says that they speak to no other. `faults` are
    what Traefik refuses of them.
    """

    service: ComposeService
    project: Project
    traefik: Traefik
    routers: tuple[Router, ...]
    named: tuple[Named, ...]
    passed: Passed | None
    because: tuple[Anchor, str] | None
    anchor: Anchor
    sure: bool
    faults: tuple[Fault, ...] = ()
    root: Mapping | None = None
    meant: str = ""


def labelled(index: Index) -> Iterator[Labelled]:
    """Every service with labels for a Traefik that is among the files, those of its own project first."""
    running = [t for t in index.of(Traefik) if t.service is not None and t.place.project is not None]
    for project in index.of(Project) if running else ():
        for service in project.services.values():
            labels = {**service.labels, **service.deploy_labels}
            if service.incomplete or not any(map(_speaks, labels)):
                continue
            meant = [t for t in running if _meant(service, project, t)]
            meant = [t for t in meant if t.place.project is project] or meant
            for traefik in meant:
                if any(map(_DYNAMIC.match, labels)):
                    yield _labelled(service, project, traefik, sure=len(meant) == 1)
                if len(meant) == 1 and not _is_off(labels):
                    yield from _unread(service, project, traefik, labels)


def _speaks(label: str) -> bool:
    return _DYNAMIC.match(label) is not None or _FIRST.match(label) is not None or bool(_meant_by(label))


def _meant_by(label: str) -> str:
    """How a label that Traefik does not look at must be meant to begin, where that is plain."""
    first, _, rest = label.lower().partition(".")
    second, _, more = rest.partition(".")
    if more.partition(".")[0] not in ("routers", "services", "middlewares"):
        return ""
    if first != "traefik":
        near = near_names(first, ("traefik",), words=False)
        return f"traefik.{second}" if near and second in HOLDERS else ""
    found = lost(second)
    return f"traefik.{found}" if found else ""


def _is_off(labels: Table[str, Entry]) -> bool:
    written = next((e.value for name, e in labels.items() if name.lower() == _ENABLE), None)
    return isinstance(written, Scalar) and written.value.lower() in ("false", "0")


def _unread(
    service: ComposeService, project: Project, traefik: Traefik, labels: Table[str, Entry]
) -> Iterator[Labelled]:
    """Labels that Traefik does not look at: those of its first release, and those that begin with a misspelt word."""
    lost = {name: entry for name, entry in labels.items() if _meant_by(name)}
    old = {name: entry for name, entry in labels.items() if _FIRST.match(name)}
    first = next(iter(lost.values()), None)
    if first is not None:
        meant = _meant_by(first.key.value)
        routers = dynamic.routers(
            tree((e.key, _behind(n), e.value) for n, e in lost.items() if isinstance(e.value, Scalar))
        )
        yield Labelled(
            service=service,
            project=project,
            traefik=traefik,
            routers=tuple(routers),
            named=(),
            passed=Passed.MISSPELT,
            because=None,
            anchor=first.key.anchor,
            sure=True,
            meant=meant,
        )
    elif old and traefik.syntax and not any(map(_DYNAMIC.match, labels)):
        yield Labelled(
            service=service,
            project=project,
            traefik=traefik,
            routers=(),
            named=(),
            passed=Passed.FIRST_RELEASE,
            because=(traefik.place.node.anchor, "a later release of Traefik runs here"),
            anchor=next(iter(old.values())).key.anchor,
            sure=True,
        )


def _behind(label: str) -> str:
    """A misspelt label as it is meant, without its `traefik.`."""
    rest = label.split(".", 2)[2]
    return f"{_meant_by(label).partition('.')[2]}.{rest}"


def _meant(service: ComposeService, project: Project, traefik: Traefik) -> bool:
    runs, home = traefik.service, traefik.place.project
    if runs is None or home is None:
        return False
    runner = Runner(runs, home, TRAEFIK, (), vague=False)
    return runs is service or project is home or reaches(runner, namespace_owner(service, project), project)


def _labelled(service: ComposeService, project: Project, traefik: Traefik, *, sure: bool) -> Labelled:
    root = tree(_pairs({**service.labels, **service.deploy_labels}))
    http = next(iter(dynamic.routers(root)), None)
    first = next(
        e.key for name, e in {**service.labels, **service.deploy_labels}.items() if _DYNAMIC.match(name)
    )
    # With options that are refused Traefik does not start: that is the fault, and how it would read labels is not known.
    judged = sure and traefik.complete and not traefik.refused
    passed = _passed(service, traefik) or _portless(traefik, root) if judged else None
    return Labelled(
        service=service,
        project=project,
        traefik=traefik,
        routers=tuple(dynamic.routers(root)),
        named=tuple(dynamic.named(root)),
        passed=passed[0] if passed is not None else None,
        because=passed[1:] if passed is not None else None,
        sure=sure,
        faults=(*faults(root, labels=True), *_too_new(root, traefik)),
        root=root,
        anchor=http.anchor if http is not None else first.anchor,
    )


_SECOND = patterns.compile(r":v?2(?:\.|-|\Z)")


def _too_new(root: Node | None, traefik: Traefik) -> Iterator[Fault]:
    """Fields that labels do not have in Traefik 2 (pkg/config/dynamic: `URL string … label:"-"`)."""
    image = traefik.place.image
    if image is None or _SECOND.search(image.value) is None:
        return
    for service in entries(root, "http", "services"):
        for entry in entries(service.value, "loadBalancer", "server"):
            if entry.key.value.lower() == "url":
                yield Fault(
                    entry.key.anchor, "`url` is no field of labels in Traefik 2; `port` and `scheme` are"
                )


def _pairs(labels: Table[str, Entry]) -> Iterator[tuple[Scalar, str, Scalar]]:
    for name, entry in labels.items():
        if name.lower().startswith("traefik.") and isinstance(entry.value, Scalar):
            yield entry.key, name[len("traefik.") :], entry.value


def _passed(service: ComposeService, traefik: Traefik) -> tuple[Passed, Anchor, str] | None:
    """Why no provider takes a service; nothing where one does, or where that is not known."""
    if traefik.others:
        return None
    if not traefik.engines:
        why = Passed.NO_PROVIDER if _is_connected(traefik) else Passed.NOT_CONNECTED
        return why, traefik.anchor, "Traefik is started here, and told of no containers"
    found = [_passed_by(service, engine) or _no_engine(traefik, engine) for engine in traefik.engines]
    return None if None in found else found[0]


def _passed_by(service: ComposeService, engine: Engine) -> tuple[Passed, Anchor, str] | None:
    labels = service.deploy_labels if engine.swarm else service.labels
    if not any(map(_DYNAMIC.match, labels)):
        why = Passed.NOT_DEPLOYED if engine.swarm else Passed.ONLY_DEPLOYED
        return why, engine.anchor, "the provider that is switched on"
    enable = next((e.value for name, e in labels.items() if name.lower() == _ENABLE), None)
    if enable is None and not engine.exposed:
        return Passed.NOT_ENABLED, engine.exposed_anchor, "what no label enables is left out"
    written = engine.constraints
    if written is None or is_unknown(written):
        return None
    texts = {name: e.value.value for name, e in labels.items() if isinstance(e.value, Scalar)}
    if takes(written.value, texts) is False:
        return Passed.CONSTRAINT, written.anchor, "what does not fit is left out"
    return None


def _portless(traefik: Traefik, root: Node | None) -> tuple[Passed, Anchor, str] | None:
    """That no label names the port of a container in Swarm, which Traefik knows no port of otherwise.

    It makes a service of its own where labels define none, also for a router that asks for another's; without its
    port, everything that the labels say is dropped (pkg/provider/docker/config.go: `addServer`, issue 5732).
    """
    swarm = next((engine for engine in traefik.engines if engine.swarm), None)
    if swarm is None or len(traefik.engines) > 1 or field(root, "http") is None:
        return None
    named = [e.value for e in entries(root, "http", "services")]
    balanced = [v for v in named if field(v, "loadBalancer") is not None]
    if named and not balanced:
        return None
    if balanced and all(_is_told(v) for v in balanced):
        return None
    return Passed.NO_PORT, swarm.anchor, "Swarm shows no ports of a container"


def _is_told(service: Node) -> bool:
    """Whether labels say where the server of a service is."""
    return any(field(service, "loadBalancer", "server", name) is not None for name in ("port", "url"))


def _is_connected(traefik: Traefik) -> bool:
    """Whether a Traefik is given the socket of an engine, as one is that is meant to read labels."""
    runs = traefik.service
    return (
        runs is None
        or "DOCKER_HOST" in runs.environment
        or any(mount.target.value.endswith(".sock") for mount in runs.mounts)
    )


def _no_engine(traefik: Traefik, engine: Engine) -> tuple[Passed, Anchor, str] | None:
    """That the socket of the engine is not in Traefik's container, which is given other things."""
    runs = traefik.service
    endpoint = engine.endpoint.value if engine.endpoint is not None else f"unix://{_SOCKET}"
    if (
        runs is None
        or not (runs.mounts or any(name.startswith("/") for name in runs.environment))
        or not endpoint.startswith("unix:///")
        or "DOCKER_HOST" in runs.environment
    ):
        return None
    path = endpoint.removeprefix("unix://")
    aside = path.removeprefix("/var") if path.startswith("/var/run/") else f"/var{path}"
    targets = [mount.target.value.rstrip("/") for mount in runs.mounts]
    for target in targets:
        if any(one == target or one.startswith(target + "/") for one in (path, aside)) or "$" in target:
            return None
    return Passed.NO_ENGINE, engine.anchor, f"the engine is looked for at `{path}`, which nothing puts here"
