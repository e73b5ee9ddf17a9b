"""Podman's Quadlet units as places with containers, and what Podman does otherwise than Docker."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Severity
from upstreamlint.readers.quadlet import unit, words
from upstreamlint.source import Source

RULES = rules.load()
NETWORK = "[Network]\n"


def found(**files: str) -> list[str]:
    texts = {name.replace("__", "."): text for name, text in files.items()}
    result = testing.check_texts(texts, RULES)
    return [d.rule for d in result.diagnostics if d.severity is not Severity.INFO]


def container(image: str, *lines: str) -> str:
    return f"[Unit]\nAfter=api.service\n[Container]\nImage={image}\n" + "".join(f"{line}\n" for line in lines)


def caddy(target: str, *lines: str) -> dict[str, str]:
    return {
        "web__container": container(
            "docker.io/library/caddy:2", "Volume=./Caddyfile:/etc/caddy/Caddyfile:Z", *lines
        ),
        "Caddyfile": f":80 {{\n\treverse_proxy {target}\n}}\n",
        "shop__network": NETWORK,
    }


def api(*lines: str) -> str:
    return container("registry.example/api:1", "Exec=gunicorn shop --bind 0.0.0.0:3000", *lines)


def test_a_unit_file():
    text = "# a\n[Container]\nImage=a\nExec=one \\\n  two\nEnvironment=A=1 \"B=x y\" 'C=3'\nLabel=a\nLabel=\nLabel=b\n"
    sections = unit(Source("a.container", text))["Container"]
    assert sections["Image"][0].value == "a"
    assert [w.value for w in words(sections["Exec"][0])] == ["one", "two"]
    assert [w.value for w in words(sections["Environment"][0])] == ["A=1", "B=x y", "C=3"]
    assert [v.value for v in sections["Label"]] == ["b"]
    anchor = list(words(sections["Environment"][0]))[1].anchor
    assert text[anchor.start : anchor.end] == "B=x y"


SHOP = "Network=shop.network"


@pytest.mark.parametrize(
    ("target", "of_web", "of_api", "expected"),
    [
        ("systemd-api:3000", SHOP, [SHOP], []),
        ("api:3000", SHOP, [SHOP, "ContainerName=api"], []),
        ("api:3000", SHOP, ["Network=shop.network:alias=api"], []),
        ("api:3000", SHOP, [SHOP, "NetworkAlias=api"], []),
        ("api:3000", SHOP, [SHOP], ["upstream-unknown"]),
        ("api:3000", SHOP, ["ContainerName=api"], ["network-mode-isolates"]),
        ("api:3999", SHOP, [SHOP, "ContainerName=api"], ["upstream-port-not-served"]),
        ("localhost:3000", SHOP, [SHOP, "ContainerName=api"], ["loopback-in-container"]),
        ("localhost:3000", "Network=host", ["Network=host"], []),
        ("apl:3000", "Network=elsewhere.network", [SHOP], []),
        ("apl:3000", "PodmanArgs=--network=more", [SHOP], []),
    ],
)
def test_names_and_networks(target, of_web, of_api, expected):
    assert found(**caddy(target, of_web), api__container=api(*of_api)) == expected


def test_containers_of_a_pod_share_loopback():
    files = caddy("localhost:3000", "Pod=shop.pod")
    assert found(**files, api__container=api("Pod=shop.pod"), shop__pod="[Pod]\nPublishPort=80:80\n") == []


def test_a_network_of_another_folder():
    files = {
        "web/web.container": container(
            "docker.io/library/caddy:2", "Volume=./Caddyfile:/etc/caddy/Caddyfile", "Network=shop.network"
        ),
        "web/Caddyfile": ":80 {\n\treverse_proxy api:3000\n}\n",
        "api/api.container": api(SHOP, "ContainerName=api"),
        "api/shop.network": "[Network]\nNetworkName=shop\n",
    }
    assert found(**files) == []


NGINX = """server {
    listen 80;
    resolver %s;
    location / { set $up http://api:3000; proxy_pass $up; }
}
"""


@pytest.mark.parametrize(
    ("address", "expected"), [("127.0.0.11", ["resolver-cannot-answer"]), ("10.89.0.1", [])]
)
def test_podman_has_no_dns_of_docker(address, expected):
    files = {
        "web__container": container(
            "docker.io/library/nginx:1.27", "Volume=./web.conf:/etc/nginx/conf.d/default.conf", SHOP
        ),
        "web__conf": NGINX % address,
        "api__container": api(SHOP, "ContainerName=api"),
        "shop__network": NETWORK,
    }
    assert found(**files) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("podman-compose.yml", ["resolver-cannot-answer"]), ("compose.yml", [])]
)
def test_podman_compose(name, expected):
    text = (
        "services:\n  web:\n    image: nginx:1.27\n    volumes: ['./web.conf:/etc/nginx/conf.d/default.conf']\n"
        "    depends_on: [api]\n  api:\n    image: registry.example/api:1\n    expose: ['3000']\n"
    )
    assert found(**{name: text}, web__conf=NGINX % "127.0.0.11") == expected


def test_variables_of_a_file():
    files = caddy("{$TARGET}", SHOP, "EnvironmentFile=./web.env")
    texts = {**files, "api__container": api(SHOP, "ContainerName=api")}
    assert found(**texts, web__env="TARGET=api:3000\n") == []
    assert found(**texts, web__env="TARGET=apl:3000\n") == ["upstream-unknown"]
    # What the machine has is not known.
    assert (
        found(**{**texts, "web__container": files["web__container"].replace("./web.env", "%h/web.env")}) == []
    )


def test_an_image_that_a_unit_builds():
    files = {
        "web__container": container("web.build", "Network=shop.network"),
        "web__build": "[Build]\nImageTag=localhost/web\nFile=./Containerfile\nSetWorkingDirectory=unit\n",
        "Containerfile": "FROM docker.io/library/caddy:2\nCOPY Caddyfile /etc/caddy/Caddyfile\n",
        "shop__network": NETWORK,
        "api__container": api(SHOP, "ContainerName=api"),
    }
    assert found(**files, Caddyfile=":80 {\n\treverse_proxy api:3000\n}\n") == []
    assert found(**files, Caddyfile=":80 {\n\treverse_proxy apl:3000\n}\n") == ["upstream-unknown"]
