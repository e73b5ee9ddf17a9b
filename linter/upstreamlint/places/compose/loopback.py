"""Loopback inside a container: the container itself, and what shares its network."""

from __future__ import annotations

import re
from collections.abc import Collection

from upstreamlint.facets.judgement import Obstacle
from upstreamlint.graph.evidence import Verdict
from upstreamlint.model.compose import ComposeService, container_ports, image_name, namespace_owner
from upstreamlint.places.compose import nearest, outside
from upstreamlint.places.compose.world import World
from upstreamlint.places.found import HostFound
from upstreamlint.readers.compose.tree import is_unknown

PLAIN_PROXIES = frozenset(
    {
        "nginx", "nginxinc/nginx-unprivileged", "openresty/openresty", "caddy", "haproxy", "traefik", "httpd",
        "envoyproxy/envoy", "cloudflare/cloudflared", "tailscale/tailscale", "pomerium/pomerium",
        "ghcr.io/tailscale/tailscale", "public.ecr.aws/gravitational/teleport-distroless",
    }
)  # fmt: skip
"""Images that run a proxy and nothing beside it."""


def resolve(client: ComposeService, port: int | None, world: World, listens: Collection[int]) -> HostFound:
    """Who answers on loopback: a service in the same network namespace, the machine, the proxy itself, nobody."""
    if port is None or port in listens:
        return HostFound(verdict=Verdict.FOUND, targets=())
    owner = namespace_owner(client, world.project)
    mode = owner.network_mode
    if mode is not None and mode.value == "host":
        found = outside.publishing(port, world) or outside.serving_inside(port, world)
        return HostFound(verdict=Verdict.FOUND if found else Verdict.UNKNOWN, targets=found, by_host=True)
    if mode is not None and mode.value and mode.value not in ("bridge", "none"):
        return HostFound(verdict=Verdict.UNKNOWN)
    others = [
        s
        for s in world.project.services.values()
        if s is not client and namespace_owner(s, world.project) is owner
    ]
    if others:
        serving = [s for s in others if any(p.number == port for p in container_ports(s))]
        return HostFound(verdict=Verdict.FOUND, targets=tuple(serving or others[:1]))
    own = any(p.number == port and p.anchor for p in container_ports(client))
    if own or not is_plain_proxy(client) or world.project.fragment or client.incomplete:
        return HostFound(verdict=Verdict.UNKNOWN, obstacle=Obstacle.LOOPBACK)
    near = nearest.serving(port, owner, world.project)
    return HostFound(
        verdict=Verdict.CONFLICT,
        obstacle=Obstacle.LOOPBACK,
        near=near,
        far_end=((client.anchor, f"the container of `{client.name}` is what loopback means here"),),
    )


def is_plain_proxy(service: ComposeService) -> bool:
    """Whether a service runs a proxy and certainly nothing beside it."""
    stage = service.stage
    image = stage.base if stage is not None else None if service.build else service.image
    if image is None or is_unknown(image):
        return False
    name = image_name(image.value).name
    if name not in PLAIN_PROXIES:
        return False
    program = name.rpartition("/")[2].split("-")[0]
    commands = [service.command, service.entrypoint]
    if stage is not None:
        commands += [stage.command, stage.entrypoint]  # type: ignore[list-item]
    return all(c is None or _runs_only(program, [w.value for w in c.words]) for c in commands)


def _runs_only(program: str, words: list[str]) -> bool:
    """Whether a command starts the proxy, and no second process beside it."""
    text = " ".join(words)
    if re.search(r"supervis|runit|s6-|(?<!&)&(?!&)|\.(?:sh|py|js)\b", text):
        return False
    return (
        program in text or text.startswith("-") or program in ("traefik", "cloudflared", "envoy", "haproxy")
    )
