"""What lies below a container's nginx folders: mounts, ConfigMaps and what a Dockerfile copies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from upstreamlint.documents import Scalar
from upstreamlint.files import Files, join, matching
from upstreamlint.model.compose.types import ComposeService, Mount
from upstreamlint.model.kubernetes import ConfigMap
from upstreamlint.model.kubernetes.workload import Container, Workload
from upstreamlint.model.nginx.include import PREFIXES
from upstreamlint.readers.nginx import Fragment, embedded, substitute, whole

_FOLDERS = tuple(dict.fromkeys(("/etc/nginx", "/etc/angie", "/opt/bitnami/nginx", *PREFIXES)))
_MAX_FILES = 500
_MAX_LEVELS = 4
_PATTERN = re.compile(r"[*?\[]")


class ContainerFiles:
    """The files that are known below nginx's folders, by path, and the folders of which nothing is known.

    `official` says that the image is a known one: what is not here is not there.
    """

    def __init__(self) -> None:
        self.official = False
        self.files: dict[str, Fragment] = {}
        self.unknown: set[str] = set()
        self.hidden: set[str] = set()
        self.rendered: set[str] = set()

    @property
    def candidate(self) -> bool:
        """Whether any file may become nginx configuration."""
        return bool(self.files)

    def find(self, pattern: str) -> Sequence[Fragment] | None:
        """What a path or pattern holds; nothing when that is not known."""
        pattern = posixpath.normpath(pattern)
        found = [f for path, f in sorted(self.files.items()) if _fits(path, pattern)]
        folder = posixpath.dirname(pattern)
        if any(_below(folder, u) or u == pattern for u in self.unknown):
            return None
        if found:
            return found
        return [] if self.official and any(_below(folder, known) for known in _FOLDERS) else None

    def cover(self, target: str) -> None:
        """Hide what lies at and below a path: something is mounted over it."""
        self.files = {p: f for p, f in self.files.items() if not _below(p, target)}
        self.unknown = {p for p in self.unknown if not _below(p, target)}
        self.hidden.add(target)

    def put(self, path: str, fragment: Fragment) -> None:
        """Place a file."""
        self.files[posixpath.normpath(path)] = fragment

    def covers(self, path: str) -> bool:
        """Whether something is mounted over a path, so that the image's own file is not there."""
        return any(_below(path, h) for h in self.hidden)

    def render(self, environment: Mapping[str, str]) -> None:
        """Do what the official image's entry point does: templates through `envsubst` into `conf.d`."""
        folder = environment.get("NGINX_ENVSUBST_TEMPLATE_DIR", "/etc/nginx/templates").rstrip("/")
        suffix = environment.get("NGINX_ENVSUBST_TEMPLATE_SUFFIX", ".template")
        output = environment.get("NGINX_ENVSUBST_OUTPUT_DIR", "/etc/nginx/conf.d").rstrip("/")
        for path, fragment in list(self.files.items()):
            if path.startswith(folder + "/") and path.endswith(suffix):
                self.put_rendered(output + path[len(folder) :].removesuffix(suffix), fragment, environment)

    def put_rendered(self, path: str, fragment: Fragment, environment: Mapping[str, str]) -> None:
        """Place a file that `envsubst` made."""
        self.put(path, substitute(fragment, environment))
        self.rendered.add(fragment.source.path)


def _fits(path: str, pattern: str) -> bool:
    if not _PATTERN.search(pattern):
        return path == pattern
    parts, wanted = path.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(
        fnmatchcase(p, w) and (not p.startswith(".") or w.startswith("."))
        for p, w in zip(parts, wanted, strict=True)
    )


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _concerns(target: str) -> bool:
    return any(_below(target, f) or _below(f, target) for f in _FOLDERS)


def of_service(service: ComposeService, files: Files) -> ContainerFiles:
    """The nginx files of a Compose service: what the image was given, then mounts in order of depth."""
    tree = ContainerFiles()
    mounts = [
        m for m in service.mounts if _concerns(posixpath.normpath(m.target.value)) or _is_text(m, files)
    ]
    ordered = [m for m in mounts if m.kind == "copy"]
    ordered += sorted((m for m in mounts if m.kind != "copy"), key=lambda m: m.target.value.count("/"))
    for mount in ordered:
        target = posixpath.normpath(mount.target.value)
        if mount.kind == "copy":
            _copy(tree, mount.source, mount.content, mount.target.value, files)
            continue
        tree.cover(target)
        if mount.content is not None:
            tree.put(target, embedded(mount.content))
        elif mount.source is None or not _place(tree, mount.source, target, files):
            tree.unknown.add(target)
    return tree


def _is_text(mount: Mount, files: Files) -> bool:
    """Whether a mount is one text that a start command may turn into configuration."""
    return mount.source is not None and mount.target.value.endswith(_TEXT) and files.is_file(mount.source)


_TEXT = (".conf", ".template", ".tmpl", ".tpl")


def _copy(
    tree: ContainerFiles, source: str | None, content: Scalar | None, target: str, files: Files
) -> None:
    """`COPY`: a folder gives what it holds, a file goes into a folder or takes its name."""
    path = posixpath.normpath(target)
    if content is not None:
        tree.put(path, embedded(content))
        return
    found = matching(files, source) if source else []
    if source and files.is_folder(source):
        if not _place(tree, source, path, files):
            tree.unknown.add(path)
    elif not found:
        tree.unknown.add(path)
    for item in found:
        into = target.endswith("/") or len(found) > 1 or path in _FOLDERS or path.endswith(".d")
        name = join(path, posixpath.basename(item)) if into else path
        _place(tree, item, name, files)


def _place(tree: ContainerFiles, source: str, target: str, files: Files) -> bool:
    """Put a file, or all that a folder holds below nginx's folders; whether anything is there."""
    if files.is_file(source):
        read = files.source(source)
        if read is None:
            return False
        tree.put(target, whole(read))
        return True
    if not files.is_folder(source):
        return False
    todo = [(source, target, 0)]
    count = 0
    while todo:
        folder, path, level = todo.pop()
        for name in files.listing(folder):
            inner, at = join(folder, name), join(path, name)
            if files.is_folder(inner):
                if level < _MAX_LEVELS and _concerns(at):
                    todo.append((inner, at, level + 1))
            elif any(_below(at, f) for f in _FOLDERS) and not name.endswith(_NO_TEXT):
                count += 1
                read = files.source(inner) if count < _MAX_FILES else None
                if read is not None:
                    tree.put(at, whole(read))
    return True


_NO_TEXT = (".crt", ".key", ".pem", ".js", ".css", ".png", ".html", ".md", ".so", ".jpg", ".svg", ".mmdb")


def of_container(
    workload: Workload, container: Container, find: Callable[[str, str, str], ConfigMap | None]
) -> ContainerFiles:
    """The nginx files of a pod's container: the ConfigMaps that are mounted; other volumes are unknown."""
    tree = ContainerFiles()
    for mount in sorted(container.mounts, key=lambda m: m.path.value.count("/")):
        target = posixpath.normpath(mount.path.value)
        if not _concerns(target):
            continue
        tree.cover(target)
        volumes = [v for v in workload.template.volumes if v.name == mount.volume]
        if not volumes:
            tree.unknown.add(target)
        for volume in volumes:
            config_map = find(volume.config_map.value, workload.meta.namespace, workload.meta.folder)
            if config_map is None:
                tree.unknown.add(target)
                continue
            mount_config_map(tree, config_map, volume.items, target, mount.sub_path)
    return tree


def mount_config_map(
    tree: ContainerFiles, config_map: ConfigMap, items: Mapping[str, str], target: str, sub_path: str
) -> None:
    """Put the texts of a ConfigMap where a volume shows them."""
    for key, entry in config_map.data.items():
        path = items.get(key) if items else key
        if path is None or not isinstance(entry.value, Scalar):
            continue
        if sub_path:
            if path == sub_path:
                tree.put(target, embedded(entry.value))
            elif path.startswith(sub_path.rstrip("/") + "/"):
                tree.put(join(target, path[len(sub_path.rstrip("/")) + 1 :]), embedded(entry.value))
        else:
            tree.put(join(target, path), embedded(entry.value))


_ENVSUBST = re.compile(
    r"envsubst\s*(?:'[^']*'|\"(?:[^\"\\]|\\.)*\"|\$\S+)?\s*<\s*\"?([^\s\"'>]+)\"?\s*>\s*\"?([^\s\"';&|]+)"
)
_WRITES = re.compile(
    r"envsubst|\bsed\b|\bcp\b|\bmv\b|\bln\b|\btee\b|confd|gomplate|dockerize|[^2&>-]>\s*[^&\s/]*/?etc|>\s*/etc|\.sh\b|\.py\b"
)


def follow_command(tree: ContainerFiles, words: Iterable[Scalar], environment: Mapping[str, str]) -> bool:
    """Do the `envsubst` calls of a start command; whether it writes nothing else."""
    text = " ".join(w.value for w in words).replace("$$", "$")
    for match in _ENVSUBST.finditer(text):
        source = tree.files.get(posixpath.normpath(match[1]))
        if source is None:
            return False
        tree.put_rendered(match[2], source, environment)
    return not _WRITES.search(_ENVSUBST.sub(" ", text))
