"""What proxies that read labels and variables speak to the containers that carry them."""

import pytest

from upstreamlint import Severity, rules, testing

RULES = rules.load()
NGINX_PROXY = ("nginxproxy/nginx-proxy", "/var/run/docker.sock:/tmp/docker.sock:ro")
TRAEFIK = ("traefik:v3.1", "/var/run/docker.sock:/var/run/docker.sock:ro")
CADDY = ("lucaslorentz/caddy-docker-proxy:2.9", "/var/run/docker.sock:/var/run/docker.sock")
FPM, PORTAINER = "php:8.2-fpm", "portainer/portainer-ce:2.20.0"
ROUTER = "traefik.http.routers.app.rule: Host(`app.example`)"
SERVER = "traefik.http.services.app.loadbalancer.server"


def found(proxy, image, *, environment=(), labels=()):
    name, socket = proxy
    texts = [f"    environment: {{{', '.join(environment)}}}"] if environment else []
    texts += ["    labels:", *(f"      {label}" for label in labels)] if labels else []
    compose = f"""services:
  proxy:
    image: {name}
    ports: ["80:80"]
    volumes: ["{socket}"]
  app:
    image: {image}
""" + "\n".join([*texts, ""])
    result = testing.check_texts({"compose.yaml": compose}, RULES)
    return [d.rule for d in result.diagnostics if d.severity is not Severity.INFO]


@pytest.mark.parametrize(
    ("proxy", "image", "environment", "labels"),
    [
        (NGINX_PROXY, FPM, ["VIRTUAL_HOST: a.example"], []),
        (NGINX_PROXY, FPM, ["VIRTUAL_HOST: a.example", "VIRTUAL_PORT: 9000"], []),
        (NGINX_PROXY, PORTAINER, ["VIRTUAL_HOST: a.example", "VIRTUAL_PORT: 9443"], []),
        (TRAEFIK, FPM, [], [ROUTER]),
        (TRAEFIK, PORTAINER, [], [ROUTER, f'{SERVER}.port: "9443"']),
        (CADDY, PORTAINER, [], ["caddy: a.example", 'caddy.reverse_proxy: "{{upstreams 9443}}"']),
    ],
)
def test_another_protocol_than_the_container_speaks(proxy, image, environment, labels):
    assert found(proxy, image, environment=environment, labels=labels) == ["upstream-protocol-mismatch"]


@pytest.mark.parametrize(
    ("proxy", "image", "environment", "labels"),
    [
        (NGINX_PROXY, FPM, ["VIRTUAL_HOST: a.example", "VIRTUAL_PROTO: fastcgi"], []),
        (NGINX_PROXY, FPM, ["VIRTUAL_HOST: a.example", "VIRTUAL_PORT: 9000", "VIRTUAL_PROTO: fastcgi"], []),
        (
            NGINX_PROXY,
            PORTAINER,
            ["VIRTUAL_HOST: a.example", "VIRTUAL_PORT: 9443", "VIRTUAL_PROTO: https"],
            [],
        ),
        (TRAEFIK, PORTAINER, [], [ROUTER, f'{SERVER}.port: "9443"', f"{SERVER}.scheme: https"]),
        (TRAEFIK, PORTAINER, [], [ROUTER, f'{SERVER}.port: "9000"']),
        (CADDY, PORTAINER, [], ["caddy: a.example", 'caddy.reverse_proxy: "{{upstreams https 9443}}"']),
    ],
)
def test_the_protocol_that_the_container_speaks(proxy, image, environment, labels):
    assert found(proxy, image, environment=environment, labels=labels) == []
