"""Which tunnel connectors run, and what each of them reads: a mounted file, or a ConfigMap in a pod."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from upstreamlint import documents
from upstreamlint.documents import Node, Scalar
from upstreamlint.files import Files, join
from upstreamlint.load.config_maps import ConfigMaps
from upstreamlint.load.container_files import ContainerFiles, mount_config_map
from upstreamlint.model.compose.types import ComposeService, Project
from upstreamlint.model.connectors import Connector, Program, holds_rules, program_of, rules_of
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.workload import Container
from upstreamlint.readers import yaml
from upstreamlint.readers.nginx_text import Fragment, embedded, whole
from upstreamlint.render.move import moved
from upstreamlint.source import Anchor, Source

_MAX_FILES = 100
_TEXTS = (".yml", ".yaml", ".json")
_CHOSEN = {
    Program.CLOUDFLARED: re.compile(r"--config[= ]+(\S+)"),
    Program.POMERIUM: re.compile(r"--?config[= ]+(\S+)"),
    Program.TELEPORT: re.compile(r"(?:--config[= ]+|-c[= ]*)(\S+)"),
    Program.TRAEFIK: re.compile(r"--providers\.file\.(?:filename|directory)=(\S+)", re.IGNORECASE),
}
"""The argument that names the file, or the folder."""
_VARIABLES = {
    Program.CLOUDFLARED: ("TUNNEL_CONFIG",),
    Program.TAILSCALE: ("TS_SERVE_CONFIG",),
    Program.TRAEFIK: ("TRAEFIK_PROVIDERS_FILE_FILENAME", "TRAEFIK_PROVIDERS_FILE_DIRECTORY"),
}
_TOKEN = re.compile(r"--token(?:-file)?\b|\brun-service\b")
_ASKED = frozenset({Program.TAILSCALE, Program.TRAEFIK})
"""Programs that read no such file unless they are told its path."""


def connectors(resources: Sequence[object], files: Files) -> list[Connector]:
    """Every connector of the run whose rules are known."""
    found: list[Connector] = []
    maps = ConfigMaps(resources)
    for resource in resources:
        if isinstance(resource, Project):
            for service in resource.services.values():
                found += _of_service(service, resource, files)
        elif isinstance(resource, Workload):
            for container in resource.containers:
                found += _of_container(resource, container, maps)
    return found


def _of_service(service: ComposeService, project: Project, files: Files) -> Iterator[Connector]:
    stage = service.stage
    written = stage.base if stage is not None else None if service.build else service.image
    program = program_of(written.value) if written is not None else None
    if program is None:
        return
    command, entry = (service.command, stage.command if stage else None), service.entrypoint
    words = [w.value for c in (entry, command[0] or command[1]) if c is not None for w in c.words]
    environment = {k: v.value for k, v in (stage.environment if stage else {}).items()}
    environment |= {k: v.value for k, v in service.environment.items()}
    tree = _mounted(service, files)
    for roots, complete in _read(program, tree, " ".join(words), environment):
        yield Connector(
            program=program,
            rules=rules_of(program, roots),
            anchor=_start(roots[0]),
            service=service,
            project=project,
            complete=complete and not service.incomplete,
        )


def _of_container(workload: Workload, container: Container, maps: ConfigMaps) -> Iterator[Connector]:
    program = program_of(container.image.value) if container.image else None
    if program is None:
        return
    tree = ContainerFiles()
    for mount in sorted(container.mounts, key=lambda m: m.path.value.count("/")):
        target = posixpath.normpath(mount.path.value)
        tree.cover(target)
        for volume in workload.template.volumes:
            config_map = None
            if volume.name == mount.volume:
                config_map = maps(volume.config_map.value, workload.meta.namespace, workload.meta.folder)
            if config_map is not None:
                mount_config_map(tree, config_map, volume.items, target, mount.sub_path)
                break
        else:
            tree.unknown.add(target)
    environment = {v.name.value: v.value.value for v in container.env}
    environment |= {k.name.value: "" for k in container.env_keys}
    words = " ".join(w.value for w in container.command)
    for roots, complete in _read(program, tree, words, environment):
        yield Connector(
            program=program,
            rules=rules_of(program, roots),
            anchor=_start(roots[0]),
            workload=workload,
            container=container,
            complete=complete and not workload.meta.patched,
        )


def _start(root: documents.Mapping) -> Anchor:
    return Anchor(root.source, root.start, root.start)


def _mounted(service: ComposeService, files: Files) -> ContainerFiles:
    """The YAML and JSON files that a service is given."""
    tree = ContainerFiles()
    copies = [m for m in service.mounts if m.kind == "copy"]
    others = sorted((m for m in service.mounts if m.kind != "copy"), key=lambda m: m.target.value.count("/"))
    for mount in (*copies, *others):
        target = posixpath.normpath(mount.target.value)
        if mount.kind != "copy":
            tree.cover(target)
        if mount.content is not None:
            tree.put(target, embedded(mount.content))
        elif mount.source is not None and files.is_file(mount.source):
            into = mount.kind == "copy" and mount.target.value.endswith("/")
            name = join(target, posixpath.basename(mount.source)) if into else target
            _put(tree, name, mount.source, files)
        elif mount.source is not None and files.is_folder(mount.source):
            _put_folder(tree, target, mount.source, files)
        else:
            tree.unknown.add(target)
    return tree


def _put(tree: ContainerFiles, target: str, path: str, files: Files) -> None:
    source = files.source(path) if path.endswith(_TEXTS) else None
    if source is not None:
        tree.put(target, whole(source))
    elif path.endswith((*_TEXTS, ".toml")):
        tree.unknown.add(target)


def _put_folder(tree: ContainerFiles, target: str, folder: str, files: Files) -> None:
    """A folder and the folders in it."""
    for name in files.listing(folder)[:_MAX_FILES]:
        inner = join(folder, name)
        if files.is_file(inner):
            _put(tree, join(target, name), inner, files)
        elif files.is_folder(inner):
            for below in files.listing(inner)[:_MAX_FILES]:
                if files.is_file(join(inner, below)):
                    _put(tree, join(target, f"{name}/{below}"), join(inner, below), files)


def _read(
    program: Program, tree: ContainerFiles, words: str, environment: Mapping[str, str]
) -> Iterator[tuple[list[documents.Mapping], bool]]:
    """The documents that a program reads, those that it puts together in one, and whether they are whole."""
    if program is Program.CLOUDFLARED and (_TOKEN.search(words) or "TUNNEL_TOKEN" in environment):
        return  # The rules of a tunnel that is managed remotely come from there.
    chosen = _chosen(program, tree, words, environment)
    if not chosen and program in _ASKED:
        return
    roots: list[documents.Mapping] = []
    known = not any(_is_chosen(path, chosen) for path in tree.unknown)
    for path, fragment in sorted(tree.files.items()):
        if not _is_chosen(path, chosen):
            continue
        plain = "{{" not in fragment.text and "{%" not in fragment.text
        root = _root(fragment)
        known = known and plain and root is not None
        if root is not None and holds_rules(program, root):
            if program is not Program.TRAEFIK:
                yield [root], plain
            roots.append(root)
    if program is Program.TRAEFIK and roots:
        yield roots, known


def _is_chosen(path: str, chosen: Sequence[str]) -> bool:
    return not chosen or any(path == c or path.startswith(c.rstrip("/") + "/") for c in chosen)


def _chosen(program: Program, tree: ContainerFiles, words: str, environment: Mapping[str, str]) -> list[str]:
    pattern = _CHOSEN.get(program)
    found = [m.strip("\"'") for m in pattern.findall(words)] if pattern else []
    found += [environment[v] for v in _VARIABLES.get(program, ()) if environment.get(v)]
    if program is Program.TRAEFIK and not found:
        for fragment in tree.files.values():
            root = _root(fragment) if "file" in fragment.text and "providers" in fragment.text else None
            for key in ("filename", "directory"):
                named = root.at("providers", "file", key) if root is not None else None
                if isinstance(named, Scalar):
                    found.append(named.value)
    return [posixpath.normpath(path) for path in found if path.startswith("/")]


def _root(fragment: Fragment) -> documents.Mapping | None:
    """The first document of a text, standing where it is written."""
    read = yaml.read(Source(fragment.source.path, fragment.text)).documents
    root = read[0].root if read else None
    if not isinstance(root, documents.Mapping):
        return None

    def place(node: Node) -> Anchor:
        return fragment.place(node.start, node.end)

    found = moved(root, place)
    return found if isinstance(found, documents.Mapping) else None
