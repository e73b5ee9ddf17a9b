"""HAProxy in containers: which image it is in, and which files it reads there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.containers.absent import lack
from upstreamlint.containers.container import Container
from upstreamlint.facets.reply import Reply, Request
from upstreamlint.graph.likeness import is_slip
from upstreamlint.numerals import decimal
from upstreamlint.programs.built_in import HAPROXY
from upstreamlint.programs.forwarding import Forwarder, found
from upstreamlint.programs.haproxy.config import load
from upstreamlint.programs.haproxy.listens import all_known, listens
from upstreamlint.programs.haproxy.replies import reply
from upstreamlint.programs.haproxy.sections import MISSING_LINE_END
from upstreamlint.programs.haproxy.types import Config
from upstreamlint.programs.haproxy.ways import sockets, ways
from upstreamlint.programs.lone import Lone, lone
from upstreamlint.programs.reading import Found, Run
from upstreamlint.programs.running import arguments, image_name, runs_alone, value_of, words_of
from upstreamlint.programs.variables import of_container
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.values import entity

_IMAGE = patterns.compile(r"haproxy")
_OTHERS = patterns.compile(
    r"ingress|exporter|dockercloud|tutum|eeacms|dataplane|docker-socket|operator|letsencrypt"
)
_TAG = patterns.compile(r":v?([0-9]{1,3})\.([0-9]{1,3})")
_ASKS_FOR_LINE_END = (2, 3)
_PROGRAM = patterns.compile(r"haproxy|haproxy-systemd-wrapper")
_DEFAULTS = (
    "/usr/local/etc/haproxy/haproxy.cfg",
    "/etc/haproxy/haproxy.cfg",
    "/bitnami/haproxy/conf/haproxy.cfg",
)
"""What the images' own command names."""


@entity(kw_only=True)
class HAProxy(Forwarder):
    """A HAProxy that runs with a configuration that is among the files."""

    config: Config

    @property
    def answers_in(self) -> tuple[Container, ...]:
        """Its container, where nothing else answers."""
        return (self.container,) if self.alone and self.complete else ()

    def reply(self, request: Request) -> Reply | None:
        """What a request gets."""
        return reply(self.config, request)

    def turned_away(self, request: Request) -> Reply | None:  # noqa: ARG002
        """Nothing: which hosts its conditions take is not looked into."""
        return None

    def refuses_name(self, number: int, name: str) -> tuple[Anchor, str] | None:  # noqa: ARG002
        """Nothing: which names its certificates are for is not among the files."""
        return None

    def names_on(self, number: int) -> tuple[str, ...]:  # noqa: ARG002
        """None that are known."""
        return ()


@entity(kw_only=True)
class LoneHAProxy(Lone):
    """A configuration that no container is given."""


def read(run: Run) -> Found:
    """Every HAProxy of the run."""
    every = map(_of_container, run.containers)
    placed = found(one for one in every if one is not None)
    return placed.plus(lone(run, HAPROXY.kind, placed, _alone)) if HAPROXY.kind else placed


def _alone(main: Fragment) -> Lone | None:
    """A file that no container is given. It may be one of several, so that what it lacks is not missed, but for slips of what it has."""
    config = load([main])
    if not config.proxies:
        return None
    held = [proxy.name.value for proxy in config.proxies if proxy.dials]
    faults = tuple(
        f
        for f in config.faults
        if not f.message.startswith((MISSING_LINE_END, _MISSES)) or _slips(f.message, held)
    )
    return LoneHAProxy(
        program="HAProxy",
        fragments=(main,),
        faults=faults,
        ways=tuple(ways(config)),
        own=tuple(listens(config)),
    )


_MISSES = "unable to find"
_BACKEND = patterns.compile(r"unable to find required (?:default|use)_backend: '([^']{1,200})'")


def _slips(message: str, held: Sequence[str]) -> bool:
    """Whether a backend that is missed is one of the same file but for a slip of the hand."""
    missed = _BACKEND.match(message)
    return missed is not None and any(is_slip(missed[1], name) for name in held)


def _of_container(container: Container) -> HAProxy | None:
    name = image_name(container)
    words = words_of(container, _PROGRAM)
    if (not _IMAGE.search(name) and words is None) or _OTHERS.search(name):
        return None
    fragments, whole = _files(container, words or arguments(container))
    if not fragments:
        return None
    variables = of_container(container.environment, complete=not container.piece)
    config = load(fragments, variables, _release(container))
    complete = config.complete and whole and not container.incomplete
    return HAProxy(
        program="HAProxy",
        config=config,
        container=container,
        fragments=tuple(fragments),
        own=tuple(listens(config)),
        bound=all_known(config),
        ways=tuple(ways(config)),
        faults=(*_faults(container, config.faults), *_absent(container, config))
        if whole and not container.incomplete
        else (),
        complete=complete,
        alone=runs_alone(container, _PROGRAM) and HAPROXY.alone_in(container),
        sockets=tuple(sockets(config)) if not any("chroot" in f.text for f in fragments) else (),
    )


def _release(container: Container) -> tuple[int, int] | None:
    """The release of an image that is HAProxy's; one that is not named is the newest."""
    image = container.image
    if image is None or is_unknown(image) or not _OWN_IMAGE.search(image_name(container)):
        return None
    tag = _TAG.search(image.value)
    if tag is not None:
        return decimal(tag[1]) or 0, decimal(tag[2]) or 0
    named = image.value.partition("@")[0].rpartition("/")[2].partition(":")[2]
    return _NEWEST if named in ("", "latest", "alpine", "lts", "lts-alpine") else None


def _absent(container: Container, config: Config) -> Iterator[Fault]:
    """Files that the official image neither brings nor is given."""
    if _OFFICIAL.match(image_name(container)) is None:
        return
    paths = [one.path for one in config.named]
    for one in config.named:
        there = one.path.startswith(_BROUGHT) or one.path.rstrip("/") in _FOLDERS
        found = None if there else lack(container, one.path, paths)
        if found is not None:
            yield Fault(one.anchor, one.said, found.related)


_OFFICIAL = patterns.compile(r"(?:docker\.io/)?(?:library/)?haproxy\Z")
_BROUGHT = (
    *("/usr/local/etc/haproxy/errors", "/etc/ssl/certs/ca-", "/var/lib/haproxy", "/tmp", "/usr/share"),  # noqa: S108
    "/var/tmp",  # noqa: S108
)
_FOLDERS = frozenset(
    {"/var/run", "/run", "/var/lib", "/usr/local/etc/haproxy", "/etc", "/etc/ssl/certs", "/var"}
)
"""What the official image has, or its system."""
_OWN_IMAGE = patterns.compile(
    r"\A(?:docker\.io/)?(?:library/)?haproxy\Z|haproxytech/haproxy-|bitnami/haproxy\Z"
)
_NEWEST = (3, 0)


def _faults(container: Container, faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """What this release refuses: up to 2.2 the end of the last line was not asked for."""
    tag = _TAG.search(container.image.value) if container.image is not None else None
    early = tag is not None and (decimal(tag[1]) or 0, decimal(tag[2]) or 0) < _ASKS_FOR_LINE_END
    return tuple(f for f in faults if not (early and f.message.startswith(MISSING_LINE_END)))


def _files(container: Container, words: Sequence[str]) -> tuple[list[Fragment], bool]:
    """The files in the order in which they are loaded, and whether they are all of them."""
    tree = container.files
    chosen = value_of(words, "-f")
    if not chosen:
        chosen = [next((p for p in _DEFAULTS if tree.read(p) is not None), _DEFAULTS[0])]
    found: list[Fragment] = []
    whole = True
    for word in chosen:
        path = posixpath.normpath(posixpath.join(container.folder, word))
        text = tree.read(path)
        inside = [t for _, t in tree.find(posixpath.join(path, "*.cfg"))] if text is None else [text]
        whole = whole and bool(inside) and not tree.unknown(path)
        found += inside
    return found, whole
