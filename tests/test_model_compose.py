"""Questions to a Compose project: who is called what on which network, which ports, which health, which files."""

from __future__ import annotations

import pytest

from upstreamlint.containers.compose import ServiceFacts
from upstreamlint.files.readable import MemoryFiles
from upstreamlint.model.compose import (
    Evidence,
    container_ports,
    effective_healthcheck,
    health_state,
    image_facts,
    image_name,
    lookup,
    names_on,
    namespace_owner,
    project,
    shared_networks,
)
from upstreamlint.readers.compose.load import load


def shop(text, **files):
    named = {name.replace("__", "/"): content for name, content in files.items()}
    return model({"shop/compose.yaml": text, **named})


def model(files, *paths):
    access = MemoryFiles(files)
    return project(load(paths or ("shop/compose.yaml",), access), access)


def place(anchor):
    return anchor.span.path, anchor.span.line, anchor.span.column


# --- names and networks -------------------------------------------------------------------------------------


def test_names_come_in_the_order_of_the_engine():
    found = shop(
        "services:\n"
        "  a:\n    image: x\n    hostname: web.local\n    networks: {n: {aliases: [api, API2]}, default: }\n"
        "  b: {image: y, container_name: bee}\n"
        "networks: {n: }\n"
    )
    assert names_on(found.services["a"], found) == {
        "shop_n": ("shop-a-1", "a", "api", "API2", "web.local"),
        "shop_default": ("shop-a-1", "a", "web.local"),
    }
    assert names_on(found.services["b"], found) == {"shop_default": ("bee", "b")}


def test_replicas_have_a_name_each():
    found = shop(
        "services: {a: {image: x, deploy: {replicas: 2}}, b: {image: y, scale: 0}, c: {image: z, scale: '${N}'}}"
    )
    assert names_on(found.services["a"], found)["shop_default"] == ("shop-a-1", "shop-a-2", "a")
    assert (found.services["b"].replicas, found.services["c"].replicas) == (0, None)
    assert place(found.services["b"].replicas_anchor) == ("shop/compose.yaml", 1, 71)


def test_a_service_that_lists_a_network_is_not_on_the_default_one():
    found = shop("services:\n  a: {image: x}\n  b: {image: y, networks: [n]}\nnetworks: {n: {name: real}}\n")
    a, b = found.services["a"], found.services["b"]
    assert [n.name for n in a.networks] == ["shop_default"]
    assert [(n.key, n.name, place(n.anchor)) for n in b.networks] == [
        ("n", "real", ("shop/compose.yaml", 3, 28))
    ]
    assert shared_networks(a, b) == frozenset()
    assert lookup("b", a, found) == ()


def test_look_up_ignores_case_and_finds_shared_aliases():
    found = shop(
        "services:\n  a: {image: x, networks: {default: {aliases: [api]}}}\n  b: {image: y, networks: {default: {aliases: [API]}}}\n  c: {image: z}\n"
    )
    c = found.services["c"]
    assert [s.name.value for s in lookup("Api", c, found)] == ["a", "b"]
    assert [s.name.value for s in lookup("A", c, found)] == ["a"]


def test_a_link_is_a_name_for_the_linking_service_only():
    found = shop("services:\n  a: {image: x, links: ['b:db']}\n  b: {image: y}\n  c: {image: z}\n")
    assert [s.name.value for s in lookup("db", found.services["a"], found)] == ["b"]
    assert lookup("db", found.services["c"], found) == ()
    assert place(found.services["a"].links[0].alias.anchor) == ("shop/compose.yaml", 2, 28)


def test_a_shared_namespace_has_no_name_of_its_own():
    found = shop(
        "services:\n  a: {image: x, network_mode: 'service:b'}\n  b: {image: y}\n  h: {image: z, network_mode: host}\n"
    )
    a = found.services["a"]
    assert names_on(a, found) == {}
    assert namespace_owner(a, found) is found.services["b"]
    assert names_on(found.services["h"], found) == {}
    assert [s.name.value for s in lookup("b", a, found)] == ["b"]


def test_external_networks_open_the_project():
    closed = shop("services: {a: {image: x, networks: [p]}}\nnetworks: {p: {internal: true}}")
    opened = shop("services: {a: {image: x, networks: [p]}}\nnetworks: {p: {external: true}}")
    assert (closed.open, closed.networks["p"].internal, closed.networks["p"].name) == (False, True, "shop_p")
    assert (opened.open, opened.networks["p"].external, opened.networks["p"].name) == (True, True, "p")
    assert shop("services: {a: {image: x, external_links: [redis]}}").open


def test_a_network_behind_an_unknown_variable_opens_the_project():
    for written in ("networks: ['${NET}']", "network_mode: ${MODE}"):
        found = shop("services:\n  a:\n    image: x\n    " + written + "\n")
        assert (found.services["a"].incomplete, found.open, found.faults) == (True, True, ())
    assert shop("services: {a: {image: x}}\nnetworks: {p: {external: '${E}'}}").open


# --- ports --------------------------------------------------------------------------------------------------


def test_published_ports_of_every_form():
    found = shop(
        "services:\n  a:\n    image: x\n    ports:\n      - 3000\n      - '9090-9091:8080-8081'\n      - 127.0.0.1:8001:80/udp\n"
        "      - '[::1]:6001:6001'\n      - {target: 443, published: '8443'}\n      - '8000-9000:81'\n      - '${PORT}:82'\n"
    )
    ports = [(p.host_ip, p.published, p.target, p.protocol, p.text) for p in found.services["a"].ports]
    assert ports == [
        ("", None, 3000, "tcp", ""),
        ("", 9090, 8080, "tcp", "9090"),
        ("", 9091, 8081, "tcp", "9091"),
        ("127.0.0.1", 8001, 80, "udp", "8001"),
        ("::1", 6001, 6001, "tcp", "6001"),
        ("", 8443, 443, "tcp", "8443"),
        ("", None, 81, "tcp", "8000-9000"),
        ("", None, 82, "tcp", "${PORT}"),
    ]
    assert place(found.services["a"].ports[3].anchor) == ("shop/compose.yaml", 7, 9)


def test_the_strongest_evidence_of_a_port_comes_first():
    found = shop(
        "services:\n  a:\n    build: ./web\n    ports: ['8080:80']\n    expose: [81]\n  b: {image: 'postgres:16'}\n",
        shop__web__Dockerfile="FROM nginx\nEXPOSE 80 82\n",
    )
    ports = [(p.number, p.evidence) for p in container_ports(found.services["a"])]
    assert ports == [(80, Evidence.PORTS), (81, Evidence.EXPOSE), (82, Evidence.DOCKERFILE)]
    assert place(container_ports(found.services["a"])[2].anchor) == ("shop/web/Dockerfile", 2, 11)
    assert [(p.number, p.evidence) for p in container_ports(found.services["b"])] == [(5432, Evidence.IMAGE)]


@pytest.mark.parametrize(
    ("reference", "name", "tag"),
    [
        ("nginx", "nginx", ""),
        ("docker.io/library/nginx:1.27@sha256:00", "nginx", "1.27"),
        ("localhost:5000/a/b", "localhost:5000/a/b", ""),
        ("redis:${TAG}", "redis", "${TAG}"),
    ],
)
def test_image_names(reference, name, tag):
    assert image_name(reference) == (image_name(reference).__class__(name, tag))


def test_what_is_known_of_images():
    assert (image_facts("postgres:16").curl, image_facts("postgres:16").wget) == (False, False)
    assert image_facts("redis:7-alpine").wget is True
    assert image_facts("node:22").curl is True
    assert image_facts("ghcr.io/me/app:1").curl is None
    assert image_facts("wordpress:fpm").ports == (9000,)
    assert image_facts("redis:${TAG}").wget is None, "what the tag decides"


# --- health -------------------------------------------------------------------------------------------------

HEALTH = [
    ("{test: curl x || exit 1}", "CMD-SHELL", ["curl x || exit 1"]),
    ("{test: NONE}", "CMD-SHELL", ["NONE"]),
    ("{test: [NONE]}", "NONE", []),
    ("{test: [CMD, a, b]}", "CMD", ["a", "b"]),
    ("{test: [CMD-SHELL, a b]}", "CMD-SHELL", ["a b"]),
    ("{disable: true}", "disabled", []),
    ("{interval: 5s}", "inherited", []),
]


@pytest.mark.parametrize(("written", "form", "words"), HEALTH)
def test_forms_of_health_checks(written, form, words):
    found = shop("services:\n  a:\n    image: x\n    healthcheck: " + written + "\n")
    check = found.services["a"].healthcheck
    assert (check.form, [w.value for w in check.words]) == (form, words)
    assert place(check.anchor) == ("shop/compose.yaml", 4, 5)


def test_times_are_seconds_with_the_defaults_of_the_engine():
    found = shop("services: {a: {image: x, healthcheck: {test: t, interval: 1m30s, retries: 5}}}")
    check = found.services["a"].healthcheck
    assert (check.interval, check.timeout, check.retries, check.start_period, check.start_interval) == (
        90.0,
        30.0,
        5,
        0.0,
        5.0,
    )


def test_the_health_check_of_the_dockerfile_counts_unless_it_is_covered():
    files = {"shop__Dockerfile": "FROM me/base\nHEALTHCHECK CMD true\n"}
    built = shop("services:\n  a: {build: .}\n  b: {build: ., healthcheck: {disable: true}}\n", **files)
    check = effective_healthcheck(built.services["a"])
    assert (check.form, check.from_dockerfile, place(check.anchor)) == (
        "CMD-SHELL",
        True,
        ("shop/Dockerfile", 2, 13),
    )
    assert health_state(built.services["a"])[0] == "checked"
    assert health_state(built.services["b"])[0] == "unchecked"


def test_an_unknown_image_may_bring_a_health_check():
    found = shop(
        "services: {a: {image: me/app}, b: {image: 'redis:7'}, c: {image: '${X}'}, d: {build: ./missing}}"
    )
    states = {name: health_state(s)[0] for name, s in found.services.items()}
    assert states == {"a": "unknown", "b": "unchecked", "c": "unknown", "d": "unknown"}


def test_dependencies_with_their_condition():
    found = shop(
        "services:\n  a:\n    image: x\n    depends_on:\n      b: {condition: service_healthy, required: false}\n  b: {image: y}\n"
    )
    [needed] = found.services["a"].depends_on
    assert (needed.service.value, needed.condition, needed.required) == ("b", "service_healthy", False)
    assert place(needed.anchor) == ("shop/compose.yaml", 5, 7)


# --- mounts -------------------------------------------------------------------------------------------------


def test_a_file_behind_a_path_of_the_container():
    text = (
        "services:\n  web:\n    build: {context: ., dockerfile: web.Dockerfile}\n"
        "    volumes: ['./conf.d:/etc/nginx/conf.d:ro', '${PWD}/one.conf:/etc/nginx/conf.d/one.conf', 'data:/data']\n"
        "    configs: [{source: c, target: /etc/nginx/extra.conf}]\n"
        "configs: {c: {content: 'listen 80;'}}\nvolumes: {data: }\n"
    )
    files = {
        "shop/compose.yaml": text,
        "shop/web.Dockerfile": "FROM nginx\nCOPY nginx.conf /etc/nginx/\nCOPY html /usr/share/nginx/html\n",
        "shop/nginx.conf": "",
        "shop/html/index.html": "",
        "shop/conf.d/a.conf": "",
        "shop/conf.d/one.conf": "",
        "shop/one.conf": "",
    }
    web = model(files).services["web"]
    tree = ServiceFacts(web, MemoryFiles(files)).tree()
    behind = {
        path: (text.source.path, "bind" if tree.layer(path).hides else "copy")
        if (text := tree.read(path))
        else None
        for path in (
            "/etc/nginx/nginx.conf",
            "/etc/nginx/conf.d/a.conf",
            "/etc/nginx/conf.d/one.conf",
            "/usr/share/nginx/html/index.html",
            "/data/x",
        )
    }
    assert behind == {
        "/etc/nginx/nginx.conf": ("shop/nginx.conf", "copy"),
        "/etc/nginx/conf.d/a.conf": ("shop/conf.d/a.conf", "bind"),
        "/etc/nginx/conf.d/one.conf": ("shop/one.conf", "bind"),
        "/usr/share/nginx/html/index.html": ("shop/html/index.html", "copy"),
        "/data/x": None,
    }
    inline = tree.read("/etc/nginx/extra.conf")
    assert inline.text == "listen 80;"
    assert place(inline.place(0, 0)) == ("shop/compose.yaml", 6, 25)


def test_paths_start_at_the_folder_of_the_file_that_is_extended():
    found = model(
        {
            "shop/compose.yaml": "services: {a: {extends: {file: sub/b.yml, service: z}}}",
            "shop/sub/b.yml": "services: {z: {image: q, volumes: ['./n.conf:/n'], build: ./ctx}}",
        }
    )
    service = found.services["a"]
    assert [m.source for m in service.mounts] == ["shop/sub/n.conf"]
    assert service.build.context == "shop/sub/ctx"


def test_a_dockerfile_in_the_compose_file_keeps_its_lines():
    found = shop(
        "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM nginx\n        EXPOSE 81\n"
    )
    [port] = found.services["a"].stage.exposed
    assert (port.number, place(port.anchor)) == (81, ("shop/compose.yaml", 6, 16))


def test_environment_labels_and_hosts():
    found = shop(
        "services:\n  a:\n    image: x\n    environment: [A=1, B]\n    labels: ['t.port=80']\n    extra_hosts: ['h:1.2.3.4', 'g=::1']\n"
        "    deploy: {labels: {d: 1}}\n"
    )
    service = found.services["a"]
    assert {k: (v.value, v.tag) for k, v in service.environment.items()} == {
        "A": ("1", ""),
        "B": ("${B}", "unknown"),
    }
    assert place(service.labels["t.port"].value.anchor) == ("shop/compose.yaml", 5, 22)
    assert {k: [a.value for a in v] for k, v in service.extra_hosts.items()} == {
        "h": ["1.2.3.4"],
        "g": ["::1"],
    }
    assert service.deploy_labels["d"].value.value == "1"
