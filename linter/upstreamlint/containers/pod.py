"""What a manifest says about a container of its pods."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from upstreamlint import patterns
from upstreamlint.containers.config_maps import ConfigMaps
from upstreamlint.containers.facts import Declared, Start
from upstreamlint.containers.tree import Layer, Tree
from upstreamlint.documents import INTERPOLATED, UNKNOWN, Scalar
from upstreamlint.files.readable import join
from upstreamlint.model.kubernetes import ConfigMap, Workload
from upstreamlint.model.kubernetes.container import PodContainer, Volume

KNATIVE = "serving.knative.dev"
DEFAULT_PORT = 8080
"""The port of a revision that declares none (knative.dev/serving: `networking.BackendHTTPPort` of `pkg/networking/constants.go`)."""

_REFERENCE = patterns.compile(r"\$\$|\$\(([^()\s]+)\)")


class PodFacts:
    """The facts of a container of a workload's pods; its files are those of ConfigMaps."""

    stage = None
    built = False

    def __init__(self, workload: Workload, part: PodContainer, maps: ConfigMaps) -> None:
        self.workload = workload
        self.part = part
        self.maps = maps
        self.name = part.name
        self.image = part.image
        self.anchor = part.anchor
        # What runs after the start may write any file.
        self.incomplete = workload.meta.patched or part.hooked

    @property
    def unread(self) -> bool:
        """Whether whole Secrets, or ConfigMaps that are not at hand, are variables of it."""
        return self.part.takes_secrets or any(self._config_map(name) is None for name in self.part.env_from)

    @property
    def title(self) -> str:
        """How messages name its pods."""
        return f"`{self.workload.title}`"

    @property
    def folder(self) -> str:
        """Its working directory."""
        return self.part.folder.value if self.part.folder is not None else "/"

    def start(self) -> Start:
        """What the kubelet starts: `command` replaces the entry point and drops the image's arguments."""
        command, args = self.part.command, self.part.args
        variables = self.environment() if any("$(" in w.value for w in (*command, *args)) else {}
        default = () if command else None
        return Start(_expanded(command, variables) or None, _expanded(args, variables) or default)

    def environment(self) -> dict[str, Scalar]:
        """Its variables: whole ConfigMaps, then those of its own; what a secret or a field fills in is unknown."""
        part = self.part
        found: dict[str, Scalar] = {}
        if self.workload.meta.group == KNATIVE and part.anchor is not None:
            # The webhook refuses a PORT of one's own.
            found["PORT"] = _told_port(part)
        for source in part.env_from:
            config_map = self._config_map(source)
            for key, entry in config_map.data.items() if config_map else ():
                if isinstance(entry.value, Scalar):
                    found[key] = entry.value
        found |= {name.value: _unknown(name) for name in part.opaque_env}
        for taken in part.env_keys:
            config_map = self._config_map(taken.config_map)
            held = config_map.data.get(taken.key.value) if config_map else None
            known = held.value if held is not None and isinstance(held.value, Scalar) else None
            found[taken.name.value] = known or _unknown(taken.name)
        # A variable sees those that are written before it, which are all that it can sensibly name.
        for variable in part.env:
            [found[variable.name.value]] = _expanded((variable.value,), found)
        return found

    def declared(self) -> Iterator[Declared]:
        """The ports that it names, whoever listens on them."""
        for port in self.part.ports:
            name = port.name.value if port.name is not None else ""
            yield Declared(port.number, port.protocol.lower(), name, port.anchor)

    def tree(self) -> Tree:
        """The files that it sees: mounted ConfigMaps; of other volumes nothing is known."""
        layers: list[Layer] = []
        for mount in sorted(self.part.mounts, key=lambda m: m.path.value.count("/")):
            target = posixpath.normpath(mount.path.value)
            volumes = [v for v in self.workload.template.volumes if v.name == mount.volume]
            maps = [(volume, self._config_map(volume.config_map)) for volume in volumes]
            known = bool(maps) and all(found is not None for _, found in maps)
            layers.append(Layer(target, hides=True, known=known, anchor=mount.path.anchor))
            for volume, config_map in maps:
                if config_map is not None:
                    layers.extend(_shown(volume, config_map, target, mount.sub_path))
        return Tree(layers, None)

    def beside(self, name: str) -> Layer | None:  # noqa: ARG002 - nobody knows what a pod's image was built from
        """A file of the build context."""
        return None

    def _config_map(self, name: Scalar) -> ConfigMap | None:
        return self.maps(name.value, self.workload.meta.namespace, self.workload.meta.folder)


def _told_port(part: PodContainer) -> Scalar:
    """What Knative, and Cloud Run, set `PORT` to."""
    written = part.ports[0].anchor if part.ports else part.anchor
    number = part.ports[0].number if part.ports else DEFAULT_PORT
    source, start, end = written
    return Scalar(str(number), True, source, start, end)


def _shown(volume: Volume, config_map: ConfigMap, target: str, sub_path: str) -> Iterator[Layer]:
    """The texts of a ConfigMap where a volume shows them."""
    chosen = sub_path.rstrip("/")
    for key, entry in config_map.data.items():
        path = volume.items.get(key) if volume.items else key
        if path is None or not isinstance(entry.value, Scalar):
            continue
        if not chosen or path.startswith(chosen + "/"):
            yield Layer(
                join(target, path[len(chosen) :].lstrip("/")), written=entry.value, anchor=entry.anchor
            )
        elif path == chosen:
            yield Layer(target, written=entry.value, anchor=entry.anchor)


def _unknown(name: Scalar) -> Scalar:
    return name._replace(value=f"${{{name.value}}}", tag=UNKNOWN)


def _expanded(texts: Iterable[Scalar], variables: Mapping[str, Scalar]) -> tuple[Scalar, ...]:
    """Texts with `$(NAME)` replaced; what is not defined stays as it is, and the text is unknown."""
    return tuple(_expand(t, variables) if "$" in t.value else t for t in texts)


def _expand(text: Scalar, variables: Mapping[str, Scalar]) -> Scalar:
    tag = text.tag

    def value(match: re.Match[str]) -> str:
        nonlocal tag
        if match[1] is None:
            tag = tag or INTERPOLATED
            return "$"
        known = variables.get(match[1])
        if known is None or known.tag == UNKNOWN:
            tag = UNKNOWN
            return f"${{{match[1]}}}"
        tag = tag or INTERPOLATED
        return known.value

    return (
        text._replace(value=_REFERENCE.sub(value, text.value), tag=tag)
        if _REFERENCE.search(text.value)
        else text
    )
