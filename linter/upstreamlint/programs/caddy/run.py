"""Caddy in containers: which image it is in, and which file it reads there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from functools import partial

from upstreamlint import patterns
from upstreamlint.containers.absent import lack
from upstreamlint.containers.container import Container
from upstreamlint.containers.tree import Tree
from upstreamlint.facets.reply import Reply, Request
from upstreamlint.files.readable import Files, join, matching, parent
from upstreamlint.programs.built_in import CADDY
from upstreamlint.programs.caddy import native, replies
from upstreamlint.programs.caddy.config import load
from upstreamlint.programs.caddy.imports import Finder
from upstreamlint.programs.caddy.listens import listens
from upstreamlint.programs.caddy.types import Config
from upstreamlint.programs.caddy.ways import sockets, ways
from upstreamlint.programs.forwarding import Forwarder, found
from upstreamlint.programs.lone import Lone, lone
from upstreamlint.programs.reading import Found, Run
from upstreamlint.programs.running import arguments, image_name, runs_alone, value_of, words_of
from upstreamlint.programs.variables import of_container
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment, whole
from upstreamlint.source import Anchor
from upstreamlint.values import entity

_IMAGE = patterns.compile(r"caddy|frankenphp")
_OTHERS = patterns.compile(r"abiosoft/|docker-proxy|exporter|ingress|gen\b|builder")
_PROGRAM = patterns.compile(r"caddy|frankenphp")
_DEFAULTS = ("/etc/caddy/Caddyfile", "/etc/frankenphp/Caddyfile")
"""What the images' own command names."""
_FIRST_RELEASE = patterns.compile(r":(?:v?0|v?1)(?:\.|-|\Z)")


@entity(kw_only=True)
class Caddy(Forwarder):
    """A Caddy that runs with a configuration that is among the files."""

    config: Config

    @property
    def answers_in(self) -> tuple[Container, ...]:
        """Its container, where nothing else answers."""
        return (self.container,) if self.alone and self.complete else ()

    def reply(self, request: Request) -> Reply | None:
        """What a request gets."""
        return replies.reply(self.config, request)

    def turned_away(self, request: Request) -> Reply | None:  # noqa: ARG002
        """Nothing: a host without a site is answered with 200, and no body."""
        return None

    def refuses_name(self, number: int, name: str) -> tuple[Anchor, str] | None:
        """What ends a handshake for a name."""
        return replies.refuses_name(self.config, number, name)

    def names_on(self, number: int) -> tuple[str, ...]:  # noqa: ARG002
        """None that matter: see `turned_away`."""
        return ()


@entity(kw_only=True)
class LoneCaddy(Lone):
    """A configuration that no container is given."""

    config: Config


def read(run: Run) -> Found:
    """Every Caddy of the run."""
    every = map(_of_container, run.containers)
    placed = found(one for one in every if one is not None)
    return placed.plus(lone(run, CADDY.kind, placed, partial(_alone, run.files))) if CADDY.kind else placed


def _alone(files: Files, main: Fragment) -> Lone | None:
    """A Caddyfile that no container is given; what it imports may be put beside it later."""

    def find(fragment: Fragment, pattern: str) -> Sequence[Fragment] | None:
        if pattern.startswith("/") or fragment.path is None:
            return None
        paths = matching(files, join(parent(fragment.path), pattern))
        sources = [files.source(path) for path in paths]
        return [whole(source) for source in sources if source is not None] or None

    config = load(main, find)
    if config.first_release:
        return None
    fragments = (main, *(f for i in config.imports for f in i.fragments))
    return LoneCaddy(
        program="Caddy",
        config=config,
        fragments=fragments,
        faults=config.faults,
        ways=tuple(ways(config)),
        own=tuple(listens(config)),
    )


def _of_container(container: Container) -> Caddy | None:
    name = image_name(container)
    words = words_of(container, _PROGRAM)
    if (not _IMAGE.search(name) and words is None) or _OTHERS.search(name):
        return None
    official = name in ("caddy", "library/caddy")
    if official and container.image is not None and _FIRST_RELEASE.search(container.image.value):
        return None  # Another language: directives without braces around matchers, `proxy` instead.
    path = _path(container, words or arguments(container))
    main = container.files.read(path)
    if main is None:
        return None
    variables = of_container(container.environment, complete=not container.piece)
    finder = _finder(container.files, main, path, official=official and not container.piece)
    plain = official and not container.built and not container.incomplete
    config = (
        native.load(main, variables)
        if path.endswith(".json")
        else load(main, finder, variables, official=plain)
    )
    if config is None or (config.first_release and not plain):
        return None
    fragments = (main, *(f for i in config.imports for f in i.fragments))
    return Caddy(
        program="Caddy",
        config=config,
        container=container,
        fragments=fragments,
        own=tuple(listens(config)),
        # One without a site is to be filled in.
        bound=not config.listens_beside and bool(config.sites or path.endswith(".json")),
        ways=tuple(ways(config)),
        faults=(*config.faults, *_absent(container, config, plain=plain)) if not container.incomplete else (),
        complete=config.complete and not container.incomplete,
        alone=runs_alone(container, _PROGRAM) and CADDY.alone_in(container),
        sockets=tuple(sockets(config)),
    )


def _absent(container: Container, config: Config, *, plain: bool) -> Iterator[Fault]:
    """Certificates that the official image is not given."""
    paths = [written.value for written in config.loaded]
    for written in config.loaded if plain else ():
        found = lack(container, written.value, paths)
        if found is not None:
            said = f"loading certificates: open {written.value}: no such file or directory"
            yield Fault(written.anchor, said, found.related)


def _path(container: Container, words: Sequence[str]) -> str:
    chosen = value_of(words, "--config", "-config", "-c")
    if chosen:
        return posixpath.normpath(posixpath.join(container.folder, chosen[-1]))
    places = (*_DEFAULTS, posixpath.join(container.folder, "Caddyfile"))
    return next((p for p in places if container.files.read(p) is not None), _DEFAULTS[0])


def _finder(tree: Tree, main: Fragment, path: str, *, official: bool) -> Finder:
    """Imports as the container sees them; `official` images bring nothing that a Caddyfile imports."""
    places = {_key(main): path}

    def find(fragment: Fragment, pattern: str) -> Sequence[Fragment] | None:
        origin = places.get(_key(fragment))
        if origin is None and not pattern.startswith("/"):
            return None
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(origin or "/"), pattern))
        found = tree.find(wanted)
        if tree.unknown(wanted) or (not found and not official):
            return None
        places.update((_key(text), at) for at, text in found)
        return [text for _, text in found]

    return find


def _key(fragment: Fragment) -> tuple[str, int, str]:
    # A template's loop writes many texts at one place.
    return fragment.source.path, fragment.pieces[0].start, fragment.text
