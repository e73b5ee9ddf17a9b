"""Which nginx configurations exist, and where each of them runs.

First those of containers (Compose services and pods into which files are put), then main files of the tree,
and last fragments that nothing includes. A file that one of them reads is not read again alone.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from upstreamlint.config import Config as Settings
from upstreamlint.documents import Scalar
from upstreamlint.files import Files
from upstreamlint.graph.problems import Problem, SyntaxProblem, TemplateProblem
from upstreamlint.load import container_files
from upstreamlint.load.config_maps import ConfigMaps
from upstreamlint.load.container_files import ContainerFiles
from upstreamlint.load.found import Proxies
from upstreamlint.model.compose.types import ComposeService, Project
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.workload import Container
from upstreamlint.model.nginx import Config, load
from upstreamlint.model.nginx.include import PREFIXES
from upstreamlint.model.nginx.instance import Flavour, Image, NginxInstance, image_of, version
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.readers.nginx import Fragment, is_directive, read, whole
from upstreamlint.source import Anchor, Source

CYCLE = "this file includes itself"
_MAINS = ("/etc/nginx/nginx.conf", *(f"{p}/nginx.conf" for p in PREFIXES), "/etc/angie/angie.conf")
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


def proxies(resources: Sequence[object], paths: Sequence[str], files: Files, settings: Settings) -> Proxies:
    """Every nginx of the run with its upstreams."""
    found = list(instances(resources, paths, files, settings))
    return Proxies(
        resources=(*found, *(upstream for proxy in found for upstream in proxy.config.upstreams)),
        problems=tuple(problems(found)),
        sources=tuple(sources(found)),
    )


def instances(
    resources: Sequence[object], paths: Sequence[str], files: Files, settings: Settings
) -> Iterator[NginxInstance]:
    """Every nginx of the run. `paths` are the files that read like nginx configuration."""
    told = _told(settings)
    taken: set[str] = set()
    finder = ConfigMaps(resources)
    for resource in resources:
        found: list[NginxInstance] = []
        if isinstance(resource, Project):
            found = [
                i for s in resource.services.values() if (i := _of_service(s, resource, files)) is not None
            ]
        elif isinstance(resource, Workload):
            found = [
                i for c in resource.containers if (i := _of_container(resource, c, finder, files)) is not None
            ]
        for instance in found:
            taken.update(_paths(instance.config), instance.rendered)
            yield told(instance)
    yield from (told(i) for i in _alone([p for p in paths if p not in taken], files))


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


def _of_service(service: ComposeService, project: Project, files: Files) -> NginxInstance | None:
    stage = service.stage
    written = stage.base if stage is not None else None if service.build else service.image
    image = image_of(written.value) if written is not None else None
    tree = container_files.of_service(service, files)
    if not tree.candidate or (image is None and not _has_main(tree)) or _is_controller(written):
        return None
    environment = {k: v.value for k, v in (stage.environment if stage else {}).items()}
    environment |= {k: v.value for k, v in service.environment.items() if not is_unknown(v)}
    command = service.command or (stage.command if stage else None)
    entry = service.entrypoint or (stage.entrypoint if stage else None)
    words = [*(entry.words if entry else ()), *(command.words if command else ())]
    dockerfile = stage.anchor.source.text if stage else ""
    known = not _WRITING_RUN.search(dockerfile) and not service.incomplete
    # A folder of scripts that the entry point runs may write anything.
    scripted = any(m.target.value.startswith("/docker-entrypoint.d") for m in service.mounts)
    config, whole_config, alone = _config(tree, files, image, words, environment, has_entry=entry is not None)
    return NginxInstance(
        config=config,
        service=service,
        project=project,
        image=written,
        version=image.version if image else None,
        flavour=image.flavour if image else Flavour.UNKNOWN,
        complete=whole_config and known and not scripted,
        stock_ports=_stock_ports(tree, config, image, written),
        alone=alone and not service.shares and (service.build is None or stage is not None),
        rendered=frozenset(tree.rendered),
    )


def _of_container(
    workload: Workload, container: Container, finder: ConfigMaps, files: Files
) -> NginxInstance | None:
    image = image_of(container.image.value) if container.image else None
    tree = container_files.of_container(workload, container, finder)
    if not tree.candidate or (image is None and not _has_main(tree)) or _is_controller(container.image):
        return None
    environment: dict[str, str] = {}
    for source in container.env_from:
        config_map = finder(source.value, workload.meta.namespace, workload.meta.folder)
        for key, entry in config_map.data.items() if config_map else ():
            if isinstance(entry.value, Scalar):
                environment[key] = entry.value.value
    environment |= {v.name.value: v.value.value for v in container.env if "$(" not in v.value.value}
    config, whole_config, alone = _config(tree, files, image, container.command, environment, has_entry=False)
    return NginxInstance(
        config=config,
        workload=workload,
        container=container,
        image=container.image,
        version=image.version if image else None,
        flavour=image.flavour if image else Flavour.UNKNOWN,
        complete=whole_config and not workload.meta.patched,
        stock_ports=_stock_ports(tree, config, image, container.image),
        alone=alone and len(workload.containers) == 1,
        rendered=frozenset(tree.rendered),
    )


def _has_main(tree: ContainerFiles) -> bool:
    return any(main in tree.files for main in _MAINS)


def _is_controller(image: Scalar | None) -> bool:
    """Whether the image is a program that writes its own nginx configuration."""
    return (
        image is not None
        and _CONTROLLERS.search(image.value.partition("@")[0].rpartition("/")[2]) is not None
    )


def _config(
    tree: ContainerFiles,
    files: Files,
    image: Image | None,
    words: Sequence[Scalar],
    environment: Mapping[str, str],
    *,
    has_entry: bool,
) -> tuple[Config, bool, bool]:
    """The configuration of a container, whether it is whole, and whether only nginx runs there."""
    official = image is not None and image.official
    text = " ".join(w.value for w in words)
    plain = not words or bool(re.match(r"(?:\S*/)?nginx(?:-debug)?(?:\s|$)|-g\s", text))
    if official and not has_entry and (plain or "docker-entrypoint" in text):
        tree.render(environment)
    known = container_files.follow_command(tree, words, environment)
    chosen = _CHOSEN.search(text)
    mains = [chosen[1]] if chosen else [m for m in _MAINS if m in tree.files]
    main = next((tree.files[m] for m in mains if m in tree.files), None)
    prefix = posixpath.dirname(mains[0]) if mains else PREFIXES[0]
    if main is None and (chosen is not None or not official or tree.covers(_MAINS[0])):
        main, official = _virtual(_FOREIGN), False
    elif main is None:
        main = _virtual(_STOCK)
    tree.official = official
    config = load(replace(main, path=None), files, tree.find, prefix=prefix)
    return config, config.complete and official and known, official and "nginx" in text[:40] + "nginx" * plain


def _stock_ports(
    tree: ContainerFiles, config: Config, image: Image | None, reference: Scalar | None
) -> frozenset[int]:
    """The port of the server that the official image brings, unless it is not read, or something is in its place."""
    server = "/etc/nginx/conf.d/default.conf"
    if (
        not any("conf.d/" in i.path.value for i in config.includes)
        or image is None
        or reference is None
        or server in tree.files
        or tree.covers(server)
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
    configs = {s.path: load(s, files) for s in found}
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
