"""What a Compose project says about the container of a service."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from upstreamlint.containers import start
from upstreamlint.containers.facts import Declared, Start
from upstreamlint.containers.tree import Layer, Tree, is_configuration
from upstreamlint.documents import Scalar
from upstreamlint.files.readable import Files, join, matching, parent
from upstreamlint.readers.fragment import whole
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.model.compose.types import ComposeService, Mount
    from upstreamlint.readers.dockerfile_stage import Stage


class ServiceFacts:
    """The facts of a service; its files are looked up among those of the run."""

    def __init__(self, service: ComposeService, files: Files) -> None:
        self.service = service
        self.all_files = files
        self.name = service.name
        self.title = f"service `{service.name}`"
        self.anchor = service.anchor
        self.incomplete = service.incomplete
        self.unread = service.unread
        self.built = service.build is not None

    @property
    def stage(self) -> Stage | None:
        """What its Dockerfile says."""
        return self.service.stage

    @property
    def image(self) -> Scalar | None:
        """What its Dockerfile is built from, else the image that it runs."""
        if self.stage is not None:
            return self.stage.base
        return None if self.built else self.service.image

    @property
    def folder(self) -> str:
        """Its working directory, as far as it is known."""
        own, stage = self.service.working_dir, self.stage
        return posixpath.join(stage.folder if stage else "/", own.value if own else "")

    def start(self) -> Start:
        """What is started in it."""
        return start.of_service(self.service)

    def environment(self) -> dict[str, Scalar]:
        """Its variables: those of the image, then those of the project, `env_file`s among them."""
        return {**(self.stage.environment if self.stage else {}), **self.service.environment}

    def declared(self) -> Iterator[Declared]:
        """The ports that it names, whoever listens on them."""
        for exposed in self.service.expose:
            yield Declared(exposed.number, exposed.protocol, "", exposed.anchor)
        for built in self.stage.exposed if self.stage else ():
            yield Declared(built.number, built.protocol, "", built.anchor)
        for port in self.service.ports:
            if port.target is not None:
                yield Declared(port.target, port.protocol, "", port.anchor)

    def tree(self) -> Tree:
        """The files that it sees: what the image was given, then mounts in order of depth."""
        mounts = self.service.mounts
        copies = [layer for m in mounts if m.kind == "copy" for layer in _copied(m, self.all_files)]
        over = sorted((m for m in mounts if m.kind != "copy"), key=lambda m: m.target.value.count("/"))
        return Tree((*copies, *(_mounted(m, self.all_files) for m in over)), self.all_files)

    def beside(self, name: str) -> Layer | None:
        """A file of the build context, or else beside the Dockerfile, which the image was probably made from."""
        build = self.service.build
        if build is None or build.context is None:
            return None
        folders = (build.context, *([parent(build.dockerfile)] if build.dockerfile is not None else ()))
        for path in (join(folder, name) for folder in folders):
            source = self.all_files.source(path)
            if source is not None:
                return Layer(name, path, whole(source))
        return None


def _mounted(mount: Mount, files: Files) -> Layer:
    target = posixpath.normpath(mount.target.value)
    if mount.content is not None and mount.kind != "secret":
        return Layer(target, written=mount.content, hides=True, anchor=mount.anchor)
    source = mount.source if mount.kind != "secret" else None
    known = source is not None and (files.is_file(source) or files.is_folder(source))
    if not known and mount.likely is not None and is_configuration(target):
        return Layer(target, mount.likely, hides=True, known=False, anchor=mount.anchor)
    return Layer(target, source if known else None, hides=True, known=known, anchor=mount.anchor)


_FOLDERS = frozenset(
    f"/etc/{name}"
    for name in ("angie", "caddy", "cloudflared", "envoy", "haproxy", "nginx", "pomerium", "supervisor", "traefik")
) | {
    "/", "/app", "/bin", "/etc", "/opt", "/opt/bitnami/nginx", "/opt/bitnami/nginx/conf", "/root", "/srv", "/src",
    "/usr/local/bin", "/usr/local/etc/haproxy", "/usr/local/nginx/conf", "/usr/local/openresty/nginx/conf",
    "/usr/share/nginx/html", "/usr/src/app", "/var/www/html",
}  # fmt: skip
"""Folders that images bring, so that a file copied there goes into them; `*.d` are others."""


def _copied(mount: Mount, files: Files) -> Iterator[Layer]:
    """`COPY`: a folder gives what it holds, a file goes into a folder or takes its name."""
    written = mount.target.value
    path = posixpath.normpath(written)
    if mount.content is not None:
        yield Layer(path, written=mount.content, anchor=mount.anchor)
        return
    if mount.source is not None and files.is_folder(mount.source):
        yield Layer(path, mount.source, anchor=mount.anchor)
        return
    found = matching(files, mount.source) if mount.source is not None else []
    if not found:
        yield Layer(path, known=False, anchor=mount.anchor)
    into = written.endswith("/") or len(found) > 1 or path in _FOLDERS or path.endswith(".d")
    for item in found:
        name = join(path, posixpath.basename(item)) if into else path
        yield Layer(name, item, anchor=mount.anchor)
