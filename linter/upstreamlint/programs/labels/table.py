"""Which proxies find their backends by labels or variables of containers, and how each is told."""

from __future__ import annotations

import re

from upstreamlint import patterns
from upstreamlint.values import frozen

TRAEFIK = "Traefik"
NGINX_PROXY = "nginx-proxy"
CADDY = "caddy-docker-proxy"


@frozen(kw_only=True)
class LabelProxy:
    """A proxy with a Docker provider.

    `image` matches the name of its image, `command` a word that starts it in another one. `labels` and `variable` ask
    it to dial the container's own address, where the value `asks` for that; not where a label that `unless` matches
    names another one; `port` are those that hold its port, `origins` those with an address to dial, which `dials` looks up where
    that is another program. `apart` is a variable that, where it is true, says that it is started elsewhere. `remote` says that what dials it stands outside of all
    networks. `option` and `option_variable` tell it on which networks to look for containers, and
    `network_label` tells that for one container. Traefik, whose labels say more, is read by itself.
    """

    name: str
    image: re.Pattern[str]
    command: str = ""
    labels: re.Pattern[str] | None = None
    asks: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    port: re.Pattern[str] | None = None
    origins: re.Pattern[str] | None = None
    dials: str = ""
    apart: str = ""
    remote: bool = False
    variable: str = ""
    option: re.Pattern[str] | None = None
    option_variable: str = ""
    network_label: str = ""
    source: str = ""


LABEL_PROXIES = (
    LabelProxy(
        name=TRAEFIK,
        image=patterns.compile(r"(?>(?:[^/]*/)*)traefik\Z"),
        option=patterns.compile(r"--?providers?\.(?:docker|swarm)\.network\Z", re.IGNORECASE),
        option_variable="TRAEFIK_PROVIDERS_DOCKER_NETWORK",
        source="doc.traefik.io: Docker provider",
    ),
    LabelProxy(
        name="tsdproxy",
        image=patterns.compile(r"almeidapaulopt/tsdproxy\Z"),
        labels=patterns.compile(r"tsdproxy\.(?:enable|name|container_port|port\..*)\Z"),
        port=patterns.compile(r"tsdproxy\.container_port\Z"),
        source="almeidapaulopt/tsdproxy docs/content/docs/services.md, docs/v2/providers/docker.md",
    ),
    LabelProxy(
        name=CADDY,
        image=patterns.compile(r"(?>(?:[^/]*/)*)[\w.-]{0,60}?caddy[\w.-]{0,20}?docker-?proxy[\w.-]{0,60}\Z"),
        command="docker-proxy",
        labels=patterns.compile(r"caddy(?:_\d+)?\.\w.*\Z"),
        asks=patterns.compile(r"\{\{-?\s*upstreams\b"),
        option=patterns.compile(r"--?ingress-networks\Z"),
        option_variable="CADDY_INGRESS_NETWORKS",
        network_label="caddy_ingress_network",
        source="lucaslorentz/caddy-docker-proxy README.md, generator/containers.go",
    ),
    LabelProxy(
        name="tsbridge",
        image=patterns.compile(r"(?>(?:[^/]*/)*)tsbridge\Z"),
        labels=patterns.compile(r"tsbridge\.(?:enabled|service\.(?:name|port))\Z"),
        port=patterns.compile(r"tsbridge\.service\.port\Z"),
        unless=patterns.compile(r"tsbridge\.service\.backend_addr\Z"),
        origins=patterns.compile(r"tsbridge\.service\.backend_addr\Z"),
        source="jtdowney/tsbridge docs/docker-labels.md",
    ),
    LabelProxy(
        name="DockTail",
        image=patterns.compile(r"(?>(?:[^/]*/)*)docktail\Z"),
        labels=patterns.compile(r"docktail\.service\.(?:name|port)\Z"),
        unless=patterns.compile(r"docktail\.service\.direct\Z"),
        port=patterns.compile(r"docktail\.(?:service|funnel)\.(?:\d{1,3}\.)?port\Z"),
        remote=True,
        source="marvinvr/docktail README.md",
    ),
    LabelProxy(
        name="DockFlare",
        image=patterns.compile(r"(?>(?:[^/]*/)*)dockflare\Z"),
        origins=patterns.compile(r"(?:dockflare|cloudflare\.tunnel)\.(?:\d{1,3}\.)?service\Z"),
        dials="cloudflared",
        apart="USE_EXTERNAL_CLOUDFLARED",
        source="ChrispyBacon-dev/DockFlare wiki: ContainerLabels.md, EnvironmentVariables.md",
    ),
    LabelProxy(
        name=NGINX_PROXY,
        image=patterns.compile(r"(?:nginxproxy|jwilder)/(?:nginx-proxy|docker-gen)\Z"),
        variable="VIRTUAL_HOST",
        source="nginx-proxy/nginx-proxy docs/README.md",
    ),
)
