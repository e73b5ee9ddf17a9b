"""The pods of a revision (`pkg/apis/serving/k8s_validation.go`)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.knative.containers import container
from upstreamlint.refusal.refused import Refusal

_SOURCES = (
    "secret",
    "configMap",
    "projected",
    "emptyDir",
    "persistentVolumeClaim",
    "hostPath",
    "csi",
    "ephemeral",
    "image",
)
_USUAL = ("configMap", "emptyDir", "projected", "secret")
_MEDIA = ("", "Memory")
_RESERVED = frozenset({"/", "/dev", "/dev/log"})


def revision_spec(pods: At) -> Iterator[Refusal]:
    """What is refused of the spec of a revision."""
    containers = pods.items("containers")
    ports = [port for one in containers for port in one.items("ports")]
    if any(at.unsure for at in (pods, pods.get("containers"), *containers, *ports)):
        return
    if len(ports) > 1:
        said = "more than one container port is set: Only a single port is allowed across all containers"
        yield Refusal(ports[1].path, said, ports[1].anchor, "", ((ports[0].anchor, "the other one"),))
    elif len(containers) > 1 and not ports:
        at = pods.get("containers")
        said, wants = "missing field(s)", "give one container its port"
        yield Refusal(f"{at.path}.ports", said, at.key, wants, lack=True)
    names: dict[str, At] = {}
    for one in containers:
        name = one.get("name")
        first = names.setdefault(name.text, name)
        if name.text and first is not name:
            said = f'duplicate container name "{name.text}"'
            yield Refusal(name.path, said, name.anchor, "", ((first.anchor, "the first one"),))
        yield from container(one, serves=len(containers) == 1 or not one.get("ports").empty)
    for limited, most in (("containerConcurrency", 1_000), ("timeoutSeconds", 600)):
        at = pods.get(limited)
        if at.number is not None and at.number < 0:  # the most is a setting
            yield Refusal(at.path, f"expected 0 <= {at.number} <= {most}", at.anchor)
    yield from _volumes(pods, [*containers, *pods.items("initContainers")])
    account = pods.get("serviceAccountName")
    wrong = problem("dns-subdomain", account.text) if account.text else None
    if wrong is not None:
        yield Refusal(account.path, f"invalid value: {account.text}: {wrong}", account.anchor)


def _volumes(pods: At, containers: list[At]) -> Iterator[Refusal]:
    """What is refused of volumes, and of where they are mounted."""
    volumes = pods.items("volumes")
    mounts = [mount for one in containers for mount in one.items("volumeMounts")]
    named = [at.get("name") for at in (*volumes, *mounts)]
    if any(at.unsure for at in (pods.get("volumes"), *volumes, *mounts, *named)):
        return
    mounted = {mount.get("name").text for mount in mounts}
    known: dict[str, At] = {}
    for volume in volumes:
        name = volume.get("name")
        first = known.setdefault(name.text, name)
        if first is not name:
            said = f'duplicate volume name "{name.text}"'
            yield Refusal(name.path, said, name.anchor, "", ((first.anchor, "the first one"),))
        if name.text and name.text not in mounted:
            yield Refusal(name.path, f'volume with name "{name.text}" not mounted', name.anchor)
        yield from _sources(volume)
    for one in containers:
        yield from _mounts(one.items("volumeMounts"), frozenset(known))


def _sources(volume: At) -> Iterator[Refusal]:
    given = sorted((at for at in map(volume.get, _SOURCES) if at.given), key=lambda at: at.key.start)
    others = any(key.value not in ("name", *_SOURCES) for key, _ in volume.entries())
    if len(given) > 1:
        related = ((given[0].key, "the other one"),)
        yield Refusal(given[1].path, "expected exactly one, got both", given[1].key, "", related)
    elif not given and not others:
        wants = f"give one of {', '.join(f'`{name}`' for name in _USUAL)}"
        yield Refusal(volume.path, "expected exactly one, got neither", volume.anchor, wants, lack=True)
    medium = volume.get("emptyDir").get("medium")
    if medium.text not in _MEDIA:
        yield Refusal(medium.path, f"invalid value: {medium.text}", medium.anchor)


def _mounts(mounts: list[At], volumes: frozenset[str]) -> Iterator[Refusal]:
    seen: dict[str, At] = {}
    for mount in mounts:
        name, place = mount.get("name"), mount.get("mountPath")
        if name.text not in volumes:
            yield Refusal(name.path, "volumeMount has no matching volume", name.anchor)
        if not place.text:
            if place.empty:
                yield Refusal(place.path, "missing field(s)", place.anchor, lack=True)
            continue
        path = posixpath.normpath(place.text)
        first = seen.setdefault(path, place)
        if path in _RESERVED:
            yield Refusal(place.path, f'mountPath "{path}" is a reserved path', place.anchor)
        elif not path.startswith("/"):
            yield Refusal(place.path, f"invalid value: {place.text}", place.anchor)
        elif first is not place:
            related = ((first.anchor, "the first one"),)
            yield Refusal(
                place.path, f'invalid value: "{place.text}" must be unique', place.anchor, "", related
            )
