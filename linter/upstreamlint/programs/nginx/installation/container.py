"""The nginx in a container: what it is started with, what it writes before, and the configuration that it reads."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from fnmatch import fnmatchcase

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.containers.facts import Start
from upstreamlint.containers.tree import Tree
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.files.readable import Files
from upstreamlint.model.compose.images import image_name
from upstreamlint.programs.built_in import NGINX
from upstreamlint.programs.nginx.installation import templates
from upstreamlint.programs.nginx.instance import OF_IMAGE, Flavour, NginxInstance, image_of
from upstreamlint.programs.nginx.language.include import PREFIXES
from upstreamlint.programs.nginx.model import Config
from upstreamlint.programs.nginx.model import load as load_config
from upstreamlint.programs.program import Layout
from upstreamlint.readers.fragment import Fragment, whole
from upstreamlint.source import Source
from upstreamlint.values import NamedTuple, replace

_MAINS = tuple(dict.fromkeys((*(f"{p}/nginx.conf" for p in PREFIXES), *(row.main for row in NGINX.layouts))))
_FOLDERS = tuple(dict.fromkeys(folder for row in NGINX.layouts for folder in row.folders))
"""Where nginx looks for its files."""
_FOREIGN = (
    "events {} http { include /etc/nginx/conf.d/*.conf; include /etc/nginx/http.d/*.conf;"
    " include /etc/nginx/sites-enabled/*; include /opt/bitnami/nginx/conf/server_blocks/*.conf; include $unknown; }"
)
"""What other images' main files come to, as far as anyone can tell."""
_NGINX = patterns.compile(r"(?:\S*/)?nginx(?:-debug)?(?:\s|$)|-g\s")
_CONTROLLERS = patterns.compile(r"ingress|nginx-proxy|docker-gen|gateway-fabric|controller")
_OFFICIAL = frozenset({"nginx", "nginxinc/nginx-unprivileged"})
_TEXTS = (".conf", ".template", ".tmpl", ".tpl")


def installed(container: Container, files: Files) -> NginxInstance | None:
    """The nginx of a container; nothing when it runs none, or one of whose configuration nothing is known."""
    reference = container.image
    image = image_of(reference.value) if reference is not None else None
    layout = NGINX.layout(reference.value) if reference is not None else None
    if (
        image is None
        and layout is None
        and not (any(map(container.files.read, _MAINS)) or _packaged(container) or _is_given_sites(container))
    ):
        return None
    if layout is None and (_is_controller(reference) or (image is None and _runs_another(container))):
        return None
    configured = _has_texts(container.files)
    if not configured and not (reference is not None and is_official(reference)):
        return None
    reading = _read(container, files, layout)
    if not configured and not reading.complete:
        return None
    stage = container.stage
    written = container.configured_by_build
    shared = container.service is not None and container.service.shares
    return NginxInstance(
        config=reading.config,
        place=container,
        image=reference,
        version=image.version if image else None,
        flavour=image.flavour if image else Flavour.UNKNOWN,
        complete=reading.complete and not written and not container.incomplete,
        stock_ports=frozenset() if written else _stock_ports(reading, layout),
        alone=reading.alone and container.alone and not shared and (not container.built or stage is not None),
        rendered=frozenset(fragment.source.path for fragment in reading.made.texts.values()),
        filled=reading.made.known,
        open_names=reading.made.open,
        emptied=reading.made.emptied,
        beside=layout.beside if layout is not None and _is_stock(container) else frozenset(),
    )


def _runs_another(container: Container) -> bool:
    """Whether a container of an image that is not nginx's is told to start something else: an agent reads the files beside nginx."""
    programs = [posixpath.basename(command.program) for command in container.commands]
    return container.start.entrypoint is not None and bool(programs) and not any(map(_MAYBE.search, programs))


_MAYBE = patterns.compile(
    r"nginx|openresty|tengine|angie|sh\Z|init|entry|start|run|supervisor|s6-|python|node"
)
"""What is nginx, or may start it: shells, scripts and those that keep several programs."""


def _packaged(container: Container) -> bool:
    """Whether a build installs nginx by its package, whose main file reads the folders of Debian and Alpine."""
    stage = container.stage
    return stage is not None and any(p.value in _PACKAGES for p in stage.packages)


def _is_given_sites(container: Container) -> bool:
    """Whether a container of an image that is not known is given files where only nginx looks for its sites."""
    return any(
        layer.hides and layer.known and (layer.target + "/").startswith(_SITES)
        for layer in container.files.layers
    )


_SITES = ("/etc/nginx/conf.d/", "/etc/nginx/sites-enabled/", "/etc/nginx/templates/")
_PACKAGES = frozenset({"nginx", "nginx-full", "nginx-light", "nginx-core", "nginx-extras"})


_BROUGHT = frozenset(
    f"/etc/nginx/{name}"
    for name in (
        "mime.types",
        "fastcgi.conf",
        "fastcgi_params",
        "proxy_params",
        "scgi_params",
        "uwsgi_params",
    )
)
"""Files of the packages that set nothing but types and parameters."""


def _linked(container: Container) -> dict[str, Fragment]:
    """The site that Debian's package links into `sites-enabled`, unless the build does so itself (nginx-common, postinst)."""
    stage = container.stage
    site = container.files.read("/etc/nginx/sites-available/default") if _packaged(container) else None
    if site is None or stage is None or "sites-enabled/" in stage.anchor.source.text:
        return {}
    return {"/etc/nginx/sites-enabled/default": site}


def _is_stock(container: Container) -> bool:
    """Whether an image is run as it comes, nothing added to the programs that it starts."""
    given = container.built or container.piece or container.words or "DOCKER_MODS" in container.environment
    return not given


def is_official(image: Scalar) -> bool:
    """Whether an image is one of nginx's own."""
    return image.tag != UNKNOWN and image_name(image.value).name in _OFFICIAL


def started_plainly(start: Start) -> bool:
    """Whether nginx itself is what is started, by the image or by what is written."""
    text = " ".join(w.value for w in start.words)
    return not text or _NGINX.match(text) is not None


def _has_texts(tree: Tree) -> bool:
    """Whether any file may become nginx configuration: one in nginx's folders, or a text that is mounted alone."""
    if any(True for folder in _FOLDERS for _ in tree.walk(folder)):
        return True
    return any(layer.target.endswith(_TEXTS) and tree.read(layer.target) is not None for layer in tree.layers)


def _is_controller(image: Scalar | None) -> bool:
    """Whether the image is a program that writes its own nginx configuration."""
    return (
        image is not None
        and _CONTROLLERS.search(image.value.partition("@")[0].rpartition("/")[2]) is not None
    )


class _Reading(NamedTuple):
    """A configuration with the files that it was read from, whether it is whole, and whether only nginx runs there."""

    config: Config
    tree: Tree
    prefix: str
    made: templates.Written
    complete: bool
    alone: bool


def _read(container: Container, files: Files, layout: Layout | None) -> _Reading:
    official = layout is not None and layout.whole
    start = container.start
    text = " ".join(w.value for w in start.words)
    plain = started_plainly(start)
    entered = official and not start.entrypoint and (plain or "docker-entrypoint" in text)
    # A pod is given variables for each Service that it can see.
    whole = official and container.service is not None and not container.piece
    variables = templates.Variables(container.environment, whole)
    made = templates.rendered(container.files, variables) if entered else templates.Written({})
    made = made.plus(templates.followed(container.files, text, container.folder, variables, official=entered))
    tree = container.files.plus({**_linked(container), **made.texts})
    main, path = _main(tree, NGINX.told(container), layout)
    official = official and main is not None
    packaged = main is not None and _packaged(container) and not start.entrypoint

    def included(pattern: str) -> Sequence[Fragment] | None:
        found = [text for _, text in sorted((*tree.find(pattern), *_parts(tree, layout, pattern)), key=_path)]
        brought = (official and _is_own(pattern)) or (packaged and pattern in _BROUGHT)
        if tree.unknown(pattern) or (not found and (container.piece or not brought)):
            return None
        return found

    prefix = posixpath.dirname(path)
    config = load_config(replace(main or _virtual(_FOREIGN), path=None), files, included, prefix=prefix)
    return _Reading(
        config,
        tree,
        prefix,
        made,
        config.complete and (official or packaged) and made.known and made.certain,
        official and "nginx" in text[:40] + "nginx" * plain,
    )


def _main(tree: Tree, chosen: Sequence[str], layout: Layout | None) -> tuple[Fragment | None, str]:
    """The main file and its path; the text is missing where nobody can tell what it is."""
    if chosen:
        return tree.read(chosen[0]), chosen[0]
    for path in (*((layout.main,) if layout else ()), *_MAINS):
        found = tree.read(path)
        if found is not None:
            return found, path
    if layout is None or (tree.hides(layout.main) and not layout.seeded):
        return None, _MAINS[0]
    return _virtual(layout.stock), layout.main


def _parts(tree: Tree, layout: Layout | None, pattern: str) -> list[tuple[str, Fragment]]:
    """The files that an image brings at a path or pattern, where nothing is put in their place."""
    return [
        (path, replace(_virtual(text), path=path))
        for path, text in (layout.parts if layout is not None else ())
        if _fits(path, posixpath.normpath(pattern)) and tree.read(path) is None
        if layout is not None and (layout.seeded or not tree.hides(path))
    ]


def _fits(path: str, pattern: str) -> bool:
    """Whether a pattern matches a path; `*` does not cross folders."""
    return path.count("/") == pattern.count("/") and fnmatchcase(path, pattern)


def _path(one: tuple[str, Fragment]) -> str:
    return one[0]


def _is_own(path: str) -> bool:
    """Whether a path lies in a folder of which the official images say what is in it."""
    return any(path.startswith(folder + "/") for folder in _FOLDERS)


def _stock_ports(reading: _Reading, layout: Layout | None) -> frozenset[int]:
    """The ports of the server that an image brings, unless it is not read, or something is in its place."""
    if layout is None or not layout.server or reading.tree.hides(layout.server):
        return frozenset()
    patterns = (posixpath.join(reading.prefix, i.path.value) for i in reading.config.includes)
    read = any(fnmatchcase(layout.server, pattern) for pattern in patterns)
    return layout.ports if read and reading.tree.read(layout.server) is None else frozenset()


def _virtual(text: str) -> Fragment:
    return whole(Source(OF_IMAGE, text))
