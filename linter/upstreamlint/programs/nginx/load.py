"""Which nginx configurations exist, and where each of them runs.

First those of containers (Compose services and pods into which files are put), then main files of the tree,
and last fragments that nothing includes. A file that one of them reads is not read again alone.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from upstreamlint.config import Config as Settings
from upstreamlint.containers.container import Container
from upstreamlint.containers.facts import Start
from upstreamlint.containers.tree import Tree
from upstreamlint.documents import Scalar
from upstreamlint.files import Files
from upstreamlint.graph.problems import Problem, SyntaxProblem, TemplateProblem
from upstreamlint.kinds import Kind
from upstreamlint.programs.nginx import templates
from upstreamlint.programs.nginx.include import PREFIXES
from upstreamlint.programs.nginx.instance import Flavour, Image, NginxInstance, image_of, version
from upstreamlint.programs.nginx.model import Config
from upstreamlint.programs.nginx.model import load as load_config
from upstreamlint.programs.nginx.syntax import Fragment, is_directive, read, whole
from upstreamlint.programs.reading import Found, Run
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.source import Anchor, Source

CYCLE = "this file includes itself"
_MAINS = ("/etc/nginx/nginx.conf", *(f"{p}/nginx.conf" for p in PREFIXES), "/etc/angie/angie.conf")
_FOLDERS = tuple(dict.fromkeys(("/etc/nginx", "/etc/angie", "/opt/bitnami/nginx", *PREFIXES)))
"""Where nginx looks for its files."""
_STOCK = "events {} http { include /etc/nginx/conf.d/*.conf; }"
"""What the official images' own main file comes to."""
_FOREIGN = (
    "events {} http { include /etc/nginx/conf.d/*.conf; include /etc/nginx/http.d/*.conf;"
    " include /etc/nginx/sites-enabled/*; include /opt/bitnami/nginx/conf/server_blocks/*.conf; include $unknown; }"
)
"""What other images' main files come to, as far as anyone can tell."""
_CHOSEN = re.compile(r"(?:^|\s)-c\s*(/[^\s;\"']+)")
_WRITING_RUN = re.compile(
    r"^\s*(?:RUN|&&)[^\n]*(?:>|\bsed\b|\btee\b|\bcurl\b|\bwget\b|\bmv\b|\bcp\b|\bln\b)[^\n]*(?:nginx|\.conf)",
    re.MULTILINE,
)
_CONTROLLERS = re.compile(r"ingress|nginx-proxy|docker-gen|gateway-fabric|swag|proxy-manager|controller")


def load(run: Run) -> Found:
    """Every nginx of the run with its upstreams."""
    found = list(instances(run))
    return Found(
        resources=(*found, *(upstream for proxy in found for upstream in proxy.config.upstreams)),
        problems=tuple(problems(found)),
        sources=tuple(sources(found)),
    )


def instances(run: Run) -> Iterator[NginxInstance]:
    """Every nginx of the run."""
    told = _told(run.config)
    taken: set[str] = set()
    for container in run.containers:
        instance = _of_container(container, run.files)
        if instance is not None:
            taken.update(_paths(instance.config), instance.rendered)
            yield told(instance)
    yield from (told(i) for i in _alone([p for p in run.paths_of(Kind.NGINX) if p not in taken], run.files))


def problems(found: Sequence[NginxInstance]) -> Iterator[Problem]:
    """What is wrong with the texts themselves, each fault once."""
    seen: set[tuple[str, int, str]] = set()
    for instance in found:
        for fault in instance.config.faults:
            key = (fault.anchor.source.path, fault.anchor.start, fault.message)
            if fault.message != CYCLE and key not in seen:
                seen.add(key)
                yield SyntaxProblem(fault.anchor, fault.message, fault.related)
        if instance.config.templated:
            yield from _templates(instance.config, seen)


def _templates(config: Config, seen: set[tuple[str, int, str]]) -> Iterator[Problem]:
    for fragment in config.fragments:
        key = (fragment.source.path, 0, "template")
        if key not in seen and read(fragment).templated:
            seen.add(key)
            text = "this is a template that was not rendered, so nothing in it is checked"
            yield TemplateProblem(Anchor(fragment.source, 0, 2), text)


def sources(found: Sequence[NginxInstance]) -> Iterator[Source]:
    """The files that were read, each once."""
    seen: set[str] = set()
    for instance in found:
        for fragment in instance.config.fragments:
            if fragment.source.path not in seen and fragment.path is not None and fragment.path:
                seen.add(fragment.source.path)
                yield fragment.source


def _paths(config: Config) -> set[str]:
    return {f.source.path for f in config.fragments}


def _told(settings: Settings) -> Callable[[NginxInstance], NginxInstance]:
    """Put the version and flavour that the user gave in place of what an image tells."""

    def told(instance: NginxInstance) -> NginxInstance:
        if settings.nginx_version:
            instance = replace(instance, version=version(settings.nginx_version))
        return replace(instance, flavour=Flavour(settings.flavour)) if settings.flavour else instance

    return told


def _of_container(container: Container, files: Files) -> NginxInstance | None:
    reference = container.image
    image = image_of(reference.value) if reference is not None else None
    if image is None and not any(map(container.files.read, _MAINS)):
        return None
    if _is_controller(reference) or not _has_texts(container.files):
        return None
    start, stage = container.start, container.stage
    environment = {k: v.value for k, v in container.environment.items() if not is_unknown(v)}
    reading = _read(container.files, files, image, start, environment)
    config = reading.config
    # A folder of scripts that the entry point runs may write anything.
    scripted = any(layer.target.startswith("/docker-entrypoint.d") for layer in container.files.layers)
    written = stage is not None and _WRITING_RUN.search(stage.anchor.source.text) is not None
    shared = container.service is not None and container.service.shares
    alone = not shared and (container.workload is None or len(container.workload.containers) == 1)
    return NginxInstance(
        config=config,
        service=container.service,
        project=container.project,
        workload=container.workload,
        container=container.part,
        image=reference,
        version=image.version if image else None,
        flavour=image.flavour if image else Flavour.UNKNOWN,
        complete=reading.complete and not written and not scripted and not container.incomplete,
        stock_ports=_stock_ports(reading.tree, config, image, reference),
        alone=reading.alone and alone and (not container.built or stage is not None),
        rendered=reading.rendered,
    )


_TEXTS = (".conf", ".template", ".tmpl", ".tpl")


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
    rendered: frozenset[str]
    complete: bool
    alone: bool


def _read(
    tree: Tree, files: Files, image: Image | None, start: Start, environment: Mapping[str, str]
) -> _Reading:
    official = image is not None and image.official
    text = " ".join(w.value for w in start.words)
    plain = not text or bool(re.match(r"(?:\S*/)?nginx(?:-debug)?(?:\s|$)|-g\s", text))
    made = {}
    if official and not start.entrypoint and (plain or "docker-entrypoint" in text):
        made = templates.rendered(tree, environment)
    written, known = templates.followed(tree, text, environment)
    made |= written
    tree = tree.plus(made)
    chosen = _CHOSEN.search(text)
    mains = [chosen[1]] if chosen else [m for m in _MAINS if tree.read(m) is not None]
    main = next((found for m in mains if (found := tree.read(m)) is not None), None)
    prefix = posixpath.dirname(mains[0]) if mains else PREFIXES[0]
    if main is None and (chosen is not None or not official or tree.hides(_MAINS[0])):
        main, official = _virtual(_FOREIGN), False
    elif main is None:
        main = _virtual(_STOCK)

    def included(pattern: str) -> Sequence[Fragment] | None:
        found = [text for _, text in tree.find(pattern)]
        if tree.unknown(pattern) or (not found and not (official and _is_own(pattern))):
            return None
        return found

    config = load_config(replace(main, path=None), files, included, prefix=prefix)
    return _Reading(
        config,
        tree,
        frozenset(fragment.source.path for fragment in made.values()),
        config.complete and official and known,
        official and "nginx" in text[:40] + "nginx" * plain,
    )


def _is_own(path: str) -> bool:
    """Whether a path lies in a folder of which the official images say what is in it."""
    return any(path.startswith(folder + "/") for folder in _FOLDERS)


def _stock_ports(tree: Tree, config: Config, image: Image | None, reference: Scalar | None) -> frozenset[int]:
    """The port of the server that the official image brings, unless it is not read, or something is in its place."""
    server = "/etc/nginx/conf.d/default.conf"
    if (
        not any("conf.d/" in i.path.value for i in config.includes)
        or image is None
        or reference is None
        or tree.read(server) is not None
        or tree.hides(server)
    ):
        return frozenset()
    return frozenset({8080 if "unprivileged" in reference.value else 80})


def _virtual(text: str) -> Fragment:
    source = Source("nginx.conf of the image", text)
    return replace(whole(source), path="")


def _is_foreign(config: Config) -> bool:
    """Whether a text only looks like nginx: it has faults, and most of its words mean nothing to nginx."""
    if not config.faults:
        return False
    names = [d.name.value for _, scope in config.scopes for d in scope.directives]
    return sum(1 for name in names if not is_directive(name)) * 2 > len(names)


def _alone(paths: Sequence[str], files: Files) -> Iterator[NginxInstance]:
    """Main files of the tree, then what none of them includes."""
    found = [s for p in paths if (s := files.source(p)) is not None]
    configs = {s.path: load_config(s, files) for s in found}
    mains = [s for s in found if not configs[s.path].fragment and not _is_foreign(configs[s.path])]
    included = {p for s in mains for p in _paths(configs[s.path]) if p != s.path}
    for source in mains:
        yield NginxInstance(config=configs[source.path], complete=configs[source.path].complete)
    rest = [
        s
        for s in found
        if configs[s.path].fragment and s.path not in included and not _is_foreign(configs[s.path])
    ]
    inner = {p for s in rest for p in _paths(configs[s.path]) if p != s.path}
    for source in rest:
        if source.path not in inner:
            yield NginxInstance(config=configs[source.path])
