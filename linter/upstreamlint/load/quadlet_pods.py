"""The pods of a Quadlet `.kube` unit as trees of Compose services: who answers to which name on the unit's networks.

After podman-kube-play(1): the pod of a Deployment is called after it with `-pod`, a container after its pod and itself.
Without a network the pods are on `podman-default-kube-network`, which has DNS.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.load.quadlet_service import Unit, place_of, tree_of
from upstreamlint.readers import yaml
from upstreamlint.values import NamedTuple

_DEFAULT = "podman-default-kube-network"


class KubePod(NamedTuple):
    """A pod: its name, its tree, and whether all that serves in it can be told: one container and nothing else."""

    name: Scalar
    tree: Mapping
    whole: bool


def pods_of(
    one: Unit, units: dict[str, Unit], networks: dict[str, Entry], shared: dict[str, Unit], files: Files
) -> list[KubePod] | None:
    """The pods that a unit starts; nothing where its YAML is not among the files."""
    written = one.last("Yaml")
    if written is None or "%" in written.value or written.value.startswith("/"):
        return None
    source = files.source(join(parent(one.source.path), written.value))
    if source is None:
        return None
    place = place_of(one, units, networks, shared, default=_DEFAULT)
    return [
        _pod(name, spec, place)
        for document in yaml.read(source).documents
        if isinstance(document.root, Mapping)
        for name, spec in _specs(document.root)
    ]


def _specs(root: Mapping) -> Iterator[tuple[Scalar, Mapping]]:
    kind, meta, spec = root.scalar("kind"), root.mapping("metadata"), root.mapping("spec")
    name = meta.scalar("name") if meta is not None else None
    if kind is None or name is None or spec is None:
        return
    template = spec.mapping("template")
    inner = template.mapping("spec") if template is not None else None
    if kind.value == "Pod":
        yield name, spec
    elif inner is not None:
        yield name._replace(value=f"{name.value}-pod"), inner


def _pod(name: Scalar, spec: Mapping, place: dict[str, Node]) -> KubePod:
    containers = spec.mappings("containers")
    images = [i for c in containers if (i := c.scalar("image")) is not None]
    aliases = [n._replace(value=f"{name.value}-{n.value}") for c in containers if (n := c.scalar("name"))]
    told = any(key in c for c in containers for key in ("command", "args", "env", "envFrom", "volumeMounts"))
    held: dict[str, Node] = {"container_name": name, **_named(place, aliases)}
    if len(images) == 1:
        held["image"] = images[0]
    return KubePod(name, tree_of(name.source, held), len(containers) == 1 and bool(images) and not told)


def _named(place: dict[str, Node], aliases: list[Scalar]) -> dict[str, Node]:
    """The place with the names of the containers on each network."""
    networks = place.get("networks")
    if not isinstance(networks, Mapping):
        return place
    found: dict[str, Entry | Node] = {}
    for entry in networks:
        own = entry.value.sequence("aliases") if isinstance(entry.value, Mapping) else None
        listed = Sequence(entry.key.source, entry.key.start, entry.key.end, [*(own or ()), *aliases])
        found[entry.key.value] = Entry(entry.key, tree_of(entry.key.source, {"aliases": listed}))
    return {"networks": tree_of(networks.source, found)}
