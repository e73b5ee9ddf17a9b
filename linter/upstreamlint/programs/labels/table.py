"""Which proxies find their backends by labels or variables of containers, and how each is told."""

from __future__ import annotations

import re

from upstreamlint.values import frozen

TRAEFIK = "Traefik"
NGINX_PROXY = "nginx-proxy"
CADDY = "caddy-docker-proxy"


@frozen(kw_only=True)
class LabelProxy:
    """A proxy with a Docker provider.

    `image` matches the name of its image. `labels` and `variable` ask it to dial the container's own address, unless
    a label that `unless` matches names another one. Traefik, whose labels say more, is read by itself.
    """

    name: str
    image: re.Pattern[str]
    labels: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    variable: str = ""
    source: str = ""


LABEL_PROXIES = (
    LabelProxy(
        name=TRAEFIK,
        image=re.compile(r"(?:[^/]*/)*+traefik\Z"),
        source="doc.traefik.io: Docker provider",
    ),
    LabelProxy(
        name="tsdproxy",
        image=re.compile(r"almeidapaulopt/tsdproxy\Z"),
        labels=re.compile(r"tsdproxy\.(?:enable|name|container_port|port\..*)\Z"),
        source="almeidapaulopt/tsdproxy docs/content/docs/services.md, docs/v2/providers/docker.md",
    ),
    LabelProxy(
        name=CADDY,
        image=re.compile(r"lucaslorentz/caddy-docker-proxy\Z"),
        labels=re.compile(r"caddy(?:_\d+)?(?:\.\w.*)?\Z"),
        source="lucaslorentz/caddy-docker-proxy README.md",
    ),
    LabelProxy(
        name="tsbridge",
        image=re.compile(r"(?:[^/]*/)*+tsbridge\Z"),
        labels=re.compile(r"tsbridge\.(?:enabled|service\.(?:name|port))\Z"),
        unless=re.compile(r"tsbridge\.service\.backend_addr\Z"),
        source="jtdowney/tsbridge docs/docker-labels.md",
    ),
    LabelProxy(
        name=NGINX_PROXY,
        image=re.compile(r"(?:nginxproxy|jwilder)/(?:nginx-proxy|docker-gen)\Z"),
        variable="VIRTUAL_HOST",
        source="nginx-proxy/nginx-proxy docs/README.md",
    ),
)
