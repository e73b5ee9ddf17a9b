"""httpd in containers: which image it is in, and which files it reads there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.containers.absent import lack
from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Evidence, Listen
from upstreamlint.containers.tree import Tree
from upstreamlint.programs.apache.config import load
from upstreamlint.programs.apache.listens import listens
from upstreamlint.programs.apache.modules import enabled, unspoken
from upstreamlint.programs.apache.order import shadowed
from upstreamlint.programs.apache.tree import Finder
from upstreamlint.programs.apache.types import Config, Pass
from upstreamlint.programs.apache.ways import sockets, ways
from upstreamlint.programs.built_in import APACHE
from upstreamlint.programs.forwarding import Forwarder, found
from upstreamlint.programs.lone import Lone, lone
from upstreamlint.programs.reading import Found, Run
from upstreamlint.programs.running import arguments, image_name, runs_alone, value_of, words_of
from upstreamlint.programs.variables import of_container
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment, whole
from upstreamlint.source import Anchor, Source
from upstreamlint.values import NamedTuple, entity, frozen, replace

_PROGRAM = patterns.compile(r"httpd(?:-foreground)?|apache2(?:-foreground)?|apache2?ctl")
_IMAGE = patterns.compile(r"(?:\A|/)(?:[^/]*apache[^/]*|httpd(?:[-:@][^/]*)?)\Z")
_ENABLES = patterns.compile(r"\ba2ensite\s+([^\n&|;\\]+)")
_HTTP = 80


class _Layout(NamedTuple):
    """Where a distribution keeps httpd's files: its root, its main file, and what the stock main file includes."""

    root: str
    main: str
    includes: tuple[str, ...]


_LAYOUTS = (
    _Layout("/usr/local/apache2", "/usr/local/apache2/conf/httpd.conf", ()),
    _Layout(
        "/etc/apache2",
        "/etc/apache2/apache2.conf",
        ("ports.conf", "conf-enabled/*.conf", "sites-enabled/*.conf"),
    ),
    _Layout("/etc/apache2", "/etc/apache2/httpd.conf", ("conf.d/*.conf",)),
    _Layout("/etc/httpd", "/etc/httpd/conf/httpd.conf", ("conf.d/*.conf",)),
    _Layout(
        "/opt/bitnami/apache", "/opt/bitnami/apache/conf/httpd.conf", ("conf/vhosts/*.conf", "/vhosts/*.conf")
    ),
)
"""The official image, Debian (and PHP's images), Alpine, Fedora, Bitnami."""


@frozen(kw_only=True)
class Astray:
    """The passes of a configuration that do not do what they are for.

    `glued` are those that put the rest of a path to a host, `unspoken` those for whose scheme no module is
    loaded, with the module, `shadowed` those that no request comes to, with those that take it.
    """

    glued: tuple[Pass, ...] = ()
    unspoken: tuple[tuple[Pass, str], ...] = ()
    shadowed: tuple[tuple[Pass, Pass], ...] = ()


@entity(kw_only=True)
class Apache(Forwarder):
    """An httpd that runs with a configuration that is among the files. `enables` says that `a2enmod` has it load modules."""

    astray: Astray
    enables: bool = False


@entity(kw_only=True)
class LoneApache(Lone):
    """A configuration that no container is given."""

    astray: Astray
    enables: bool = False


def read(run: Run) -> Found:
    """Every httpd of the run."""
    every = map(_of_container, run.containers)
    placed = found(one for one in every if one is not None)
    return placed.plus(lone(run, APACHE.kind, placed, _alone)) if APACHE.kind else placed


def _alone(main: Fragment) -> Lone | None:
    """A file that no container is given, or a part of one; what it includes is not looked for."""
    config = load(main)
    if config.templated or not any(host.passes for host in config.hosts):
        return None
    whole = any(module.startswith(_OF_MAIN) for module in config.modules)
    astray = _astray(config)
    return LoneApache(
        program="Apache",
        fragments=(main,),
        faults=config.faults,
        ways=tuple(ways(config)),
        own=tuple(listens(config)),
        astray=astray if whole else replace(astray, unspoken=()),
    )


_OF_MAIN = ("mpm_", "unixd_")
"""Beginnings of modules without which httpd does not start: what loads them is no part of another file."""


def _astray(config: Config) -> Astray:
    return Astray(
        glued=tuple(p for h in config.hosts for p in h.passes if p.glues),
        unspoken=tuple(unspoken(config)),
        shadowed=tuple(shadowed(config)),
    )


def _of_container(container: Container) -> Apache | None:
    reference = container.image.value.lower() if container.image is not None else ""
    words = words_of(container, _PROGRAM)
    if not _IMAGE.search(reference) and words is None:
        return None
    tree = container.files
    chosen = value_of(words or arguments(container), "-f")
    layout = next((one for one in _LAYOUTS if _is_given(tree, one)), None)
    if layout is None and not chosen:
        return None
    root = layout.root if layout is not None else _LAYOUTS[0].root
    path = posixpath.join(root, chosen[-1]) if chosen else layout.main if layout is not None else ""
    main = tree.read(path)
    stock = main is None and layout is not None and not tree.hides(path) and not tree.unknown(path)
    if main is None and layout is not None:
        main = _virtual(layout, _enabled(container, tree, layout))
    if main is None:
        return None
    variables = of_container(container.environment, complete=False)
    config = load(main, _finder(tree, root), variables)
    if layout is not None and stock and container.stage is not None and _is_plain(container):
        config = replace(config, modules=enabled(container.stage.anchor.source.text))
    complete = config.complete and not container.incomplete and not stock
    fragments = (main, *(f for i in config.includes for f in i.fragments or ()))
    return Apache(
        program="Apache",
        container=container,
        fragments=tuple(f for f in fragments if f.path != _OWN) or fragments,
        own=tuple(listens(config)) or (_unwritten(main),),
        bound=config.bound,
        ways=tuple(ways(config)),
        faults=(*config.faults, *_absent(container, config, root)) if not container.incomplete else (),
        complete=complete,
        alone=runs_alone(container, _PROGRAM) and APACHE.alone_in(container),
        sockets=tuple(sockets(config)),
        astray=replace(_astray(config), unspoken=()) if container.incomplete else _astray(config),
        enables=stock,
    )


def _absent(container: Container, config: Config, root: str) -> Iterator[Fault]:
    """Certificates that the official image neither brings nor is given."""
    if _OFFICIAL.match(image_name(container)) is None:
        return
    paths = {word.anchor: posixpath.join(root, word.value) for _, word in config.loaded}
    for include in config.includes:
        stock = posixpath.join(root, include.pattern.value) == f"{root}/conf/extra/httpd-ssl.conf"
        if stock and not include.fragments and lack(container, f"{root}/conf/server.crt", ()) is not None:
            said = f"SSLCertificateFile: file '{root}/conf/server.crt' does not exist or is empty"
            yield Fault(include.pattern.anchor, f"{said} (which the image's own file names)")
    for directive, word in config.loaded:
        path = paths[word.anchor]
        found = lack(container, path, paths.values())
        if found is not None:
            yield Fault(word.anchor, f"{directive}: file '{path}' does not exist or is empty", found.related)


_OFFICIAL = patterns.compile(r"(?:docker\.io/)?(?:library/)?httpd\Z")
_PLAIN = patterns.compile(r"(?:\A|/)(?:debian|ubuntu|php):?[^/]*\Z")


def _is_plain(container: Container) -> bool:
    """Whether a Dockerfile says of the image of a distribution all that it loads, and nothing enables more at the start."""
    reference = container.image.value if container.image is not None else ""
    alone = all(_PROGRAM.fullmatch(command.program) for command in container.commands)
    return _PLAIN.search(reference) is not None and alone and bool(container.commands or not container.words)


def _unwritten(main: Fragment) -> Listen:
    """The port of the stock configuration, where no `Listen` is among the files."""
    at = main.place(0, 0)
    return Listen(
        address="",
        port=_HTTP,
        anchor=Anchor(at.source, at.start, at.start),
        text="Listen",
        evidence=Evidence.IMAGE,
    )


def _is_given(tree: Tree, layout: _Layout) -> bool:
    """Whether files of the run are put where this distribution looks."""
    if tree.read(layout.main) is not None:
        return True
    patterns = (*layout.includes, *(i.replace("-enabled/", "-available/") for i in layout.includes))
    return any(tree.find(posixpath.join(layout.root, p)) for p in patterns)


_OWN = "httpd.conf of the image"


def _virtual(layout: _Layout, enabled: Sequence[str]) -> Fragment:
    """What the main file of the image comes to."""
    includes = (*layout.includes, *enabled)
    text = "".join(f"IncludeOptional {posixpath.join(layout.root, i)}\n" for i in includes)
    return replace(whole(Source(_OWN, text)), path=_OWN)


def _enabled(container: Container, tree: Tree, layout: _Layout) -> list[str]:
    """Sites that are put beside the enabled ones and linked there: the stock one, and those of `a2ensite`."""
    stage = container.stage
    said = _ENABLES.findall(stage.anchor.source.text) if stage is not None else []
    names = {"000-default", *(w for words in said for w in words.split() if not w.startswith("-"))}
    found = []
    for name in sorted(n.removesuffix(".conf") for n in names):
        enabled = posixpath.join(layout.root, f"sites-enabled/{name}.conf")
        available = f"sites-available/{name}.conf"
        if tree.read(enabled) is None and tree.read(posixpath.join(layout.root, available)) is not None:
            found.append(available)
    return found


def _finder(tree: Tree, root: str) -> Finder:
    """Includes as the container sees them; what an image brings itself is not known."""

    def find(_fragment: Fragment, pattern: str) -> Sequence[Fragment] | None:
        wanted = posixpath.normpath(posixpath.join(root, pattern))
        found = tree.find(wanted) or tree.find(posixpath.join(wanted, "*"))
        return [text for _, text in found] if found and not tree.unknown(wanted) else None

    return find
