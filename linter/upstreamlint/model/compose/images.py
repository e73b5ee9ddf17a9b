"""What is known of public images without looking into them: what Compose's questions need of the table of images."""

from __future__ import annotations

from collections.abc import Collection

from upstreamlint.containers.data import known_images
from upstreamlint.readers.compose.tree import split_fields
from upstreamlint.values import frozen


@frozen
class ImageName:
    """An image reference in parts; Docker Hub and its `library/` are left out of `name`."""

    name: str
    tag: str


@frozen
class ImageFacts:
    """What an image brings; nothing means not known."""

    ports: tuple[int, ...] = ()
    healthcheck: bool | None = None
    curl: bool | None = None
    wget: bool | None = None


def image_name(reference: str) -> ImageName:
    """Take an image reference apart: `docker.io/library/nginx:1.27@sha256:…` is `nginx`, `1.27`."""
    bare = reference.partition("@")[0].strip()
    fields = split_fields(bare)
    tag = ""
    if len(fields) > 1 and "/" not in fields[-1]:
        tag, bare = fields[-1], ":".join(fields[:-1])
    for prefix in ("docker.io/", "index.docker.io/", "registry-1.docker.io/", "library/"):
        bare = bare.removeprefix(prefix)
    return ImageName(bare, tag)


def image_facts(reference: str, told: Collection[str] = ()) -> ImageFacts:
    """What the table of images knows of a reference: its ports of TCP, whether it brings a health check, its tools.

    `told` are the variables that are set: one that moves a port takes it off the list.
    """
    facts = known_images().facts(reference)
    if facts is None:
        return ImageFacts()
    served = facts.serves or ()
    check = facts.healthcheck
    return ImageFacts(
        ports=tuple(
            s.port
            for s in served
            if s.protocol != "udp" and "when" not in s.why and not any(v in told for v in s.variables)
        ),
        healthcheck=None if check is None else check is not False,
        curl=facts.tools.curl,
        wget=facts.tools.wget,
    )
