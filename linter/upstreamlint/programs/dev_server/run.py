"""Development servers in containers: Vite, webpack's and Vue's, Angular's, Create React App's, Next.js, Nuxt, Gatsby and Parcel."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from upstreamlint import patterns
from upstreamlint.containers.commands import Command
from upstreamlint.containers.container import Container
from upstreamlint.containers.data import known_servers
from upstreamlint.containers.listening.of_container import listening
from upstreamlint.documents import UNKNOWN
from upstreamlint.facets.dial import Protocol, Tls
from upstreamlint.facets.judgement import Judgement
from upstreamlint.graph.index import Index
from upstreamlint.places.address import is_loopback
from upstreamlint.programs.dev_server.proxies import (
    Passed,
    in_block,
    in_file,
    in_gatsby,
    in_nuxt,
    in_package,
)
from upstreamlint.programs.forwarding import Forwarder, Link, Pool, Target, Way, found
from upstreamlint.programs.forwarding import link as link_one
from upstreamlint.programs.reading import Found, Run
from upstreamlint.readers.fragment import Fragment
from upstreamlint.values import NamedTuple, entity, replace

_IN_USE = "requests come to it, and not to the API itself"
_STEMS = ("js", "ts", "mjs", "mts", "cjs")


class _Kind(NamedTuple):
    """A server: how messages call it, and where its proxies are written, with what reads them there."""

    title: str
    files: tuple[tuple[str, Callable[[Fragment], Iterator[Passed]]], ...]


_VITE = tuple((f"vite.config.{stem}", in_block) for stem in _STEMS)
_NEXT = _Kind("Next.js", tuple((f"next.config.{stem}", in_file) for stem in _STEMS))
_KINDS = {
    "vite": _Kind("Vite", _VITE),
    "vite preview": _Kind("Vite", _VITE),
    "astro dev": _Kind("Vite", tuple((f"astro.config.{stem}", in_block) for stem in _STEMS)),
    "nuxt dev": _Kind("Nuxt", tuple((f"nuxt.config.{stem}", in_nuxt) for stem in _STEMS)),
    "gatsby develop": _Kind("Gatsby", tuple((f"gatsby-config.{stem}", in_gatsby) for stem in _STEMS)),
    "parcel": _Kind("Parcel", tuple((f".proxyrc{end}", in_file) for end in ("", ".json", ".js", ".cjs"))),
    "vue-cli-service serve": _Kind("webpack-dev-server", (("vue.config.js", in_block),)),
    "webpack-dev-server": _Kind(
        "webpack-dev-server", (("webpack.config.js", in_block), ("webpack.dev.js", in_block))
    ),
    "ng serve": _Kind(
        "ng serve",
        tuple((f"{folder}proxy.conf.{end}", in_file) for folder in ("", "src/") for end in ("json", "js")),
    ),
    "react-scripts start": _Kind(
        "webpack-dev-server", (("src/setupProxy.js", in_file), ("package.json", in_package))
    ),
    "next dev": _NEXT,
    "next start": _NEXT,
}
_BESIDE = frozenset({"npm", "yarn", "pnpm", "npx", "bun", "cd", "echo", "corepack"})
"""What runs before, and ends."""
_OF_BROWSERS = patterns.compile(
    r"\A(?:VITE|REACT_APP|VUE_APP|NEXT_PUBLIC|NG_APP|NUXT_PUBLIC)_\w{0,80}(?:URL|API|HOST|BACKEND|SERVER|ENDPOINT)"
)
"""Variables by which pages are told an address: they ask it themselves."""


@entity(kw_only=True)
class DevServer(Forwarder):
    """A development server that passes requests on."""


def read(run: Run) -> Found:
    """Every development server of the run whose proxies are among the files."""
    return found(one for place in run.containers if (one := _of_container(place)) is not None)


def link(index: Index) -> Iterator[Link]:
    """Their routes; what a page asks by itself does not come to them."""
    for one in index.of(DevServer):
        for item in link_one(index, one):
            if isinstance(item, Judgement) and item.broken and not item.assumption:
                yield replace(item, assumption=_IN_USE)
            else:
                yield item


def _of_container(container: Container) -> DevServer | None:
    started = [(c, _KINDS[name]) for c in container.commands if (name := _server(c)) in _KINDS and c.certain]
    if len(started) != 1 or any(map(_OF_BROWSERS.match, container.environment)):
        return None
    command, kind = started[0]
    for name, reader in kind.files:
        path = f"{command.folder.rstrip('/')}/{name}"
        text = container.files.read(path) or container.beside(name)
        passed = [one for one in reader(text) if _counts(container, one)] if text is not None else []
        if text is not None and passed:
            return DevServer(
                program=kind.title,
                container=container,
                fragments=(text,),
                own=listening(container).listens,
                ways=tuple(_way(kind, one) for one in passed),
                faults=(),
                complete=True,
                alone=_is_alone(container, command),
            )
    return None


def _server(command: Command) -> str:
    matched = known_servers().match(tuple(word.value for word in command.words))
    return matched[0].server if matched is not None else ""


def _is_alone(container: Container, command: Command) -> bool:
    """Whether nothing else runs in the container, nor shares its network."""
    others = [
        c for c in container.commands if c is not command and posixpath.basename(c.program) not in _BESIDE
    ]
    shared = container.service is not None and container.service.shares
    return (
        not others and not shared and container.alone and (not container.built or container.stage is not None)
    )


def _counts(container: Container, one: Passed) -> bool:
    """Whether what is written counts: no variable that is set goes before it."""
    set_ = container.environment.get(one.variable) if one.variable else None
    if one.variable and (set_ is not None or container.unread or container.incomplete):
        return False
    return (set_ is None or set_.tag != UNKNOWN) and (is_loopback(one.host) or "." not in one.host)


def _way(kind: _Kind, one: Passed) -> Way:
    target = Target(
        host=one.host,
        host_anchor=one.host_anchor,
        port=one.port,
        port_anchor=one.port_anchor,
        defaulted=not one.written,
        protocol=Protocol.HTTP1,
        tls=Tls() if one.scheme in ("https", "wss") else None,
    )
    pool = Pool(name="", where=one.path, anchor=one.anchor, targets=(target,))
    return Way(kind="proxy", listener=kind.title, match=one.path, anchor=one.anchor, pool=pool)
