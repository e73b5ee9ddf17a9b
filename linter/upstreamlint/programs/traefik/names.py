"""The names that a Traefik knows, by provider; and what it means that one is not among them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.files.readable import parent
from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.references import Candidate
from upstreamlint.model.compose import ComposeService
from upstreamlint.programs.traefik.model import Kind, Named, Traefik
from upstreamlint.programs.traefik.references import NameKind, TraefikName
from upstreamlint.programs.traefik.taken import Labelled
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

Defined = Mapping[tuple[Kind, str], Mapping[str, Anchor]]
"""Names with their places, by what they name and the protocol."""

_OF_CONTAINERS = ("docker", "swarm")


@frozen(kw_only=True)
class Known:
    """What a Traefik's providers define. `passed` is what labels say that are not read.

    `closed` says that every file is known, and every container among them.
    """

    index: Index
    traefik: Traefik
    files: Defined
    containers: Defined
    passed: Defined
    closed: bool


def known(index: Index, traefik: Traefik, own: Iterable[Labelled]) -> Known:
    """The names that one Traefik knows."""
    found = list(own)
    project = traefik.place.project
    return Known(
        index=index,
        traefik=traefik,
        files=_defined(traefik.told.named),
        containers=_defined(n for one in found if one.passed is None for n in one.named),
        passed=_defined(n for one in found if one.passed is not None for n in one.named),
        closed=project is not None and not project.fragment and not project.open,
    )


def _defined(named: Iterable[Named]) -> Defined:
    found: dict[tuple[Kind, str], dict[str, Anchor]] = defaultdict(dict)
    for one in named:
        found[one.kind, one.protocol].setdefault(one.name, one.anchor)
    return found


def look_up(
    names: Known,
    kind: Kind,
    protocol: str,
    written: Scalar,
    provider: str,
    shown: NameKind,
    by: str,
    hit: tuple[Affected, ...],
) -> TraefikName:
    """What a name leads to; one without `@` is of the provider that it is written for."""
    name, _, named = written.value.partition("@")
    of = named or provider
    verdict, near, far = _judged(names, (kind, protocol), name, of, written)
    return TraefikName(
        wanted=written.value,
        anchor=written.anchor,
        owner=names.traefik,
        verdict=verdict,
        near=near,
        kind=shown,
        traefik=names.traefik,
        by=by,
        hit=hit,
        far_end=far,
    )


_Judged = tuple[Verdict, tuple[Candidate, ...], tuple[tuple[Anchor, str], ...]]


def _judged(names: Known, key: tuple[Kind, str], name: str, of: str, written: Scalar) -> _Judged:
    if not is_unknown(written) and not is_placeholder(name) and names.traefik.complete:
        if of == "file":
            return _in_files(names, key, name, written)
        if of in _OF_CONTAINERS and key[0] != "service":
            return _in_labels(names, key, name, written)
        if of in _OF_CONTAINERS and "@" in written.value:
            return _of_container(names, key, name)
    # Services of containers have names of their own making, and a rule of their own.
    return Verdict.UNKNOWN, (), ()


def _of_container(names: Known, key: tuple[Kind, str], name: str) -> _Judged:
    """A service that is called as a service of Compose is: Traefik calls those that labels do not name after their projects, too."""
    project, lower = names.traefik.place.project, name.lower()
    service = project.services.get(name) if project is not None else None
    if service is None or project is None or any(lower == n.lower() for n in names.containers.get(key, {})):
        return Verdict.UNKNOWN, (), ()
    own = {n: a for n, a in _labelled_by(service) if a is not None}
    if len(own) == 1:
        called, anchor = next(iter(own.items()))
        text = f"the labels of `{service.name}` call its service `{called}`"
        return Verdict.CONFLICT, (Candidate(anchor, text, f"{called}@docker"),), ()
    if own or not project.settles(service):
        return Verdict.UNKNOWN, (), ()
    text = f"no label of `{service.name}` names a service of Traefik `{name}`"
    return Verdict.CONFLICT, (), ((service.name.anchor, text),)


def _labelled_by(service: ComposeService) -> Iterator[tuple[str, Anchor]]:
    for label, entry in {**service.labels, **service.deploy_labels}.items():
        found = _SERVICE.match(label)
        if found is not None:
            yield found[1], entry.key.anchor


_SERVICE = patterns.compile(r"traefik[.](?:http|tcp|udp)[.]services[.]([^.]+)[.]", re.IGNORECASE)


def _in_files(names: Known, key: tuple[Kind, str], name: str, written: Scalar) -> _Judged:
    traefik, defined = names.traefik, names.files.get(key, {})
    if name in defined:
        return Verdict.FOUND, (), ()
    near = _near(key[0], name, defined, "@file" if "@" in written.value else "")
    elsewhere = names.containers.get(key, {}).get(name)
    far = ((elsewhere, f"a label defines `{name}`, which is `{name}@docker`"),) if elsewhere else ()
    if traefik.file is None and not traefik.others:
        return Verdict.CONFLICT, near, far or ((traefik.anchor, "no file provider is switched on"),)
    if traefik.told.complete:
        return Verdict.CONFLICT, near, far
    return Verdict.NEAR_MISS if near else Verdict.UNKNOWN, near, far


def _in_labels(names: Known, key: tuple[Kind, str], name: str, written: Scalar) -> _Judged:
    lower = name.lower()
    defined = {n.lower(): a for n, a in names.containers.get(key, {}).items()}
    if lower in defined:
        return Verdict.FOUND, (), ()
    passed = {n.lower(): a for n, a in names.passed.get(key, {}).items()}.get(lower)
    in_file = names.files.get(key, {}).get(name)
    if passed is not None:
        return Verdict.CONFLICT, (), ((passed, "defined by a container whose labels Traefik passes by"),)
    if in_file is not None:
        return Verdict.CONFLICT, (Candidate(in_file, f"a file defines `{name}`", f"{name}@file"),), ()
    near = _near(key[0], lower, defined, "")
    if near or key[0] in ("transport", "options"):
        # Labels cannot define these.
        return Verdict.NEAR_MISS if near else Verdict.CONFLICT, near, ()
    ladder = names.index.ladder
    found = ladder.absent(name, parent(written.source.path), near=False)
    closed = names.closed and found is Verdict.EXTERNAL and not ladder.declared_external((name,))
    return Verdict.ABSENT if closed else found, (), ()


def _near(kind: Kind, name: str, defined: Mapping[str, Anchor], suffix: str) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(defined[n], f"{kind} `{n}` has a similar name", n + suffix)
        for n in near_names(name, defined.keys())[:1]
    )
