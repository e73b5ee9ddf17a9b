"""Does a server of authorization answer, at the path that it is asked at, whether a request may go on?"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers import structured
from upstreamlint.containers.container import Container
from upstreamlint.containers.data.given import any_given
from upstreamlint.containers.data.permission import Authority, authority
from upstreamlint.documents import Mapping
from upstreamlint.facets.dial import Dial, Permission
from upstreamlint.facets.ends import ends
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.nodes import Node
from upstreamlint.graph.references import Candidate

REFUSED = "it is answered with 404"
FORBIDDEN = "it is answered with the page of the login and 403"
LET_THROUGH = "it is answered with the page of the login, and every request is let through"
REDIRECTED = "it is answered with a redirect to the path without its last slash"
OTHER_ASKERS = "it is for askers of another kind"


def judge_permission(index: Index, dial: Dial, target: Node, number: int) -> Iterator[Judgement]:
    """The path that a server of authorization is asked at, where its image is known to answer at others."""
    asked = dial.permission
    if asked is None or is_placeholder(asked.path.value) or "$" in asked.path.value:
        return
    for end in ends(index, target, number):
        image = end.container.image
        known = authority(image.value) if image is not None and not end.container.built else None
        if known is None or end.container.incomplete or _moved(known, end.container):
            continue
        written = asked.path.value.partition("?")[0]
        path = written.rstrip("/") or "/"
        why = _why(known, end.container, path, asked.asker)
        if not why and known.redirects and written == f"{path}/" and asked.asker != "prefix":
            why, path = _slash(known, end.container, path), written
        if why:
            yield _judgement(dial, end.container, known, path, asked, why)


def _why(known: Authority, container: Container, path: str, asker: str) -> str:
    """Why a path does not do; empty where it does, or may."""
    listed = [e for e in known.endpoints if e.path == path]
    names = _own(known, container) if known.below and path.startswith(known.below) else None
    if names is not None:
        # What a configuration defines stands for all that is built in, and is for whom it says.
        return "" if path.removeprefix(known.below) in names else REFUSED
    if listed:
        if asker == "prefix" and known.forbids:
            return FORBIDDEN
        there = known.release is None or any(e.is_in(known.release) for e in listed)
        return REFUSED if not there else "" if any(asker in e.askers for e in listed) else OTHER_ASKERS
    if known.below and path.startswith(known.below):
        # A file that is not here may define it.
        return REFUSED if near_names(path, [e.path for e in known.endpoints]) else ""
    behind = known.forbids and path.endswith(tuple(e.path for e in known.endpoints))
    if path.startswith(known.refuses) or behind:
        return FORBIDDEN if known.forbids else REFUSED
    return LET_THROUGH if known.page else ""


def _slash(known: Authority, container: Container, path: str) -> str:
    """Why a slash behind a path does not do; empty where nothing is known there."""
    below = known.below and path.startswith(known.below)
    names = (_own(known, container) if below else None) or frozenset()
    there = any(e.path == path for e in known.endpoints) or path.removeprefix(known.below) in names
    return REDIRECTED if there else ""


def _moved(known: Authority, container: Container) -> bool:
    """Whether something is told to the server that gives it other paths."""
    return any_given(known.moved, container.environment, container.words)


def _own(known: Authority, container: Container) -> frozenset[str] | None:
    """The endpoints that files of the container define; nothing where none does."""
    if not known.own:
        return None
    for path, text in container.files.walk("/", (".yml", ".yaml"), levels=3):
        root = structured.root(text, path)
        found = _below(root, known.own) if root is not None else None
        if found is not None:
            return frozenset(entry.key.value for entry in found)
    return None


def _below(root: Mapping, keys: tuple[str, ...]) -> Mapping | None:
    server = root.mapping("server") or root
    for key in keys:
        inner = server.mapping(key)
        if inner is None:
            return None
        server = inner
    return server


def _judgement(
    dial: Dial, container: Container, known: Authority, path: str, asked: Permission, why: str
) -> Judgement:
    good = [
        e.path
        for e in known.endpoints
        if asked.asker in e.askers and (known.release is None or e.is_in(known.release))
    ]
    near = near_names(path, good)[:1] or good[:1]
    at = container.image.anchor if container.image is not None else asked.path.anchor
    return Judgement(
        wanted=path,
        anchor=asked.path.anchor,
        owner=dial.owner,
        verdict=Verdict.CONFLICT,
        near=tuple(Candidate(at, f"answers `{n}`", n) for n in near),
        dial=dial,
        obstacle=Obstacle.NO_ENDPOINT,
        facet=Obstacle.NO_ENDPOINT.facet,
        targets=(container.node,),
        remedy=why,
    )
