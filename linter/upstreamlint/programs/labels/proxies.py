"""Proxies that find their backends by the labels or variables of containers: which there are, and what they read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest

from upstreamlint import patterns
from upstreamlint.documents import Entry, Scalar
from upstreamlint.files.readable import parent
from upstreamlint.model.compose import ComposeService, Project, image_name, namespace_owner, shared_networks
from upstreamlint.places.compose.outside import meets
from upstreamlint.programs.labels.table import LABEL_PROXIES, LabelProxy
from upstreamlint.readers.compose.tree import is_unknown, part
from upstreamlint.source import Anchor
from upstreamlint.values import entity

_ROUTED = patterns.compile(
    r"traefik\.(?:(?:http|tcp|udp)\.(?:routers|services)\.|frontend\.|(?:\w+\.)?port\Z|backend\Z)",
    re.IGNORECASE,
)
_WORD = patterns.compile(r"\S+")
_LISTED = patterns.compile(r"[^,\s]+")


@entity
class Runner:
    """A service that runs such a proxy. `networks` are those that its options name, `vague` that a file may say more."""

    service: ComposeService
    project: Project
    proxy: str
    networks: tuple[Scalar, ...]
    vague: bool


def runners(projects: list[Project]) -> list[Runner]:
    """Every service that runs a proxy of this kind."""
    found = []
    for project in projects:
        for service in project.services.values():
            row = _runs(service)
            if row is not None:
                networks = tuple(_networks(service, row))
                found.append(Runner(service, project, row.name, networks, _has_file(service)))
    return found


def _runs(service: ComposeService) -> LabelProxy | None:
    image = service.stage.base if service.stage is not None else service.image
    name = image_name(image.value).name if image is not None else ""
    words = {w.value for w in _words(service)}
    return next((row for row in LABEL_PROXIES if row.image.match(name) or row.command in words), None)


def _words(service: ComposeService) -> tuple[Scalar, ...]:
    """The words of its command, a text cut at spaces."""
    if service.command is None:
        return ()
    words = service.command.words
    return tuple(_pieces(words[0], _WORD)) if service.command.shell and words else words


def _networks(service: ComposeService, row: LabelProxy) -> Iterator[Scalar]:
    """The networks that the proxy is told of, each with its place."""
    words = _words(service)
    for word, after in zip_longest(words, words[1:]):
        option, equals, _ = word.value.partition("=")
        if row.option is None or not row.option.match(option):
            continue
        if equals:
            yield from _pieces(word, _LISTED, len(option) + 1)
        elif after is not None:
            yield from _pieces(after, _LISTED)
        return
    value = service.environment.get(row.option_variable)
    if value is not None:
        yield from () if is_unknown(value) else _pieces(value, _LISTED)


def _pieces(text: Scalar, pattern: re.Pattern[str], start: int = 0) -> Iterator[Scalar]:
    yield from (part(text, *found.span()) for found in pattern.finditer(text.value, start))


def _has_file(service: ComposeService) -> bool:
    """Whether a configuration file may set what the options do not."""
    return bool(service.build) or any(
        re.search(r"/traefik[^/]*(?:/[^/]*)?\.(?:ya?ml|toml)\Z|/traefik\Z", m.target.value)
        for m in service.mounts
    )


def traefik_labels(service: ComposeService) -> dict[str, tuple[Anchor, Scalar]]:
    """The labels that Traefik reads, by lower-case name; nothing when it is told to pass the service by."""
    found = dict(_scalars(service.labels, "traefik.")) | dict(_scalars(service.deploy_labels, "traefik."))
    if "traefik.enable" in found and found["traefik.enable"][1].value.lower() in ("false", "0", "no"):
        return {}
    return found if any(_ROUTED.match(name) for name in found) or "traefik.enable" in found else {}


def _scalars(labels: Mapping[str, object], prefix: str) -> Iterator[tuple[str, tuple[Anchor, Scalar]]]:
    for name, entry in labels.items():
        value = getattr(entry, "value", None)
        key = getattr(entry, "key", None)
        if name.lower().startswith(prefix) and isinstance(value, Scalar) and isinstance(key, Scalar):
            yield name.lower(), (key.anchor, value)


def by_address(service: ComposeService) -> tuple[LabelProxy, Anchor] | None:
    """The proxy that a label asks for, if it is one that needs the container's own address."""
    for row in LABEL_PROXIES:
        if row.unless is not None and any(map(row.unless.match, service.labels)):
            continue
        label = next((e.key for name, e in service.labels.items() if _asks(row, name, e)), None)
        value = service.environment.get(row.variable)
        if label is not None:
            return row, label.anchor
        # A variable of the shell that holds the name is set where the proxy is meant to find the container.
        if value is not None and (value.value or is_unknown(value)):
            return row, value.anchor
    return None


def _asks(row: LabelProxy, name: str, entry: Entry) -> bool:
    if row.labels is None or not row.labels.match(name):
        return False
    text = entry.value.value if isinstance(entry.value, Scalar) else ""
    return row.asks is None or row.asks.search(text) is not None


def runner_for(service: ComposeService, project: Project, proxy: str, known: list[Runner]) -> Runner | None:
    """The runner that a service means: one that it meets on a network, else one of its own project."""
    candidates = [r for r in known if r.proxy == proxy and r.service is not service]
    owner = namespace_owner(service, project)
    for runner in candidates:
        if reaches(runner, owner, project):
            return runner
    own = [r for r in candidates if r.project is project]
    if own or not candidates:
        return own[0] if len(own) == 1 else None
    return _neighbour(owner, project, candidates)


def _neighbour(owner: ComposeService, project: Project, candidates: list[Runner]) -> Runner | None:
    """The only runner, in the folder beside a project's: its labels are for it, though the two do not meet.

    A project that joins networks from outside may meet another runner there, and so may one of which more is not known.
    """
    one = candidates[0]
    above = parent(parent(project.files[0]))
    beside = above == parent(parent(one.project.files[0])) and one.project.files[0] != project.files[0]
    joined = {n.name for n in project.networks.values() if n.external}
    alone = len(candidates) == 1 and joined <= _misnamed(one.project)
    return one if alone and beside and owner.networks else None


def _misnamed(project: Project) -> set[str]:
    """The names by which a file calls networks that the engine calls otherwise."""
    return {n.key for n in project.networks.values() if not n.external and n.name != n.key}


def common(runner: Runner, service: ComposeService, project: Project) -> frozenset[str]:
    """The networks, by their real names, that a runner and a service of whatever project share."""
    owner = namespace_owner(runner.service, runner.project)
    shared = shared_networks(owner, service)
    if runner.project is project:
        return shared
    return frozenset(n for n in shared if meets(n, runner.project, project))


def reaches(runner: Runner, service: ComposeService, project: Project) -> bool:
    """Whether a runner shares a network with a service; the machine's own network reaches them all."""
    mode = runner.service.network_mode
    return (mode is not None and mode.value == "host") or bool(common(runner, service, project))
