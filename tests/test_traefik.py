"""Traefik: its static configuration from each of its sources, constraints, and what labels and files name."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Severity
from upstreamlint.programs.traefik.constraints import takes

RULES = rules.load()
RULE = "traefik.http.routers.api.rule: Host(`api.example`)"


def found(compose: str, **files: str) -> list[str]:
    texts = {"compose.yaml": compose, **{name.replace("__", "."): text for name, text in files.items()}}
    result = testing.check_texts(texts, RULES)
    return [d.rule for d in result.diagnostics if d.severity is not Severity.INFO]


def stack(start: str, *labels: str, deploy: bool = False) -> str:
    held = "".join(f"        {label}\n" for label in labels)
    holder = "" if not labels else f"    deploy:\n      labels:\n{held}" if deploy else f"    labels:\n{held}"
    return (
        f"name: shop\nservices:\n  traefik:\n    image: traefik:v3.3\n    {start}\n"
        f"  api:\n    image: registry.example/api:1\n    expose: ['3000']\n{holder}"
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Label(`zone`, `public`)", True),
        ('Label("zone","private")', False),
        ("!Label(`zone`,`private`) && Label(`a`,``)", True),
        ("Label(`zone`,`private`) || (Label(`zone`,`public`) && !Label(`a`,`b`))", True),
        ("LabelRegex(`zone`,`^p`)", True),
        ("LabelRegex(`zone`,`^r.*`)", False),
        ("LabelRegex(`zone`,`(?i)^P`)", None),
        ("Label(`zone`,`private`) && LabelRegex(`zone`,`(?i)^P`)", False),
        ("Label(`zone`", None),
        ("", None),
    ],
)
def test_constraints(expression, expected):
    assert takes(expression, {"zone": "public"}) is expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("command: [--providers.docker, --entrypoints.web.address=:80]", []),
        ("command: [--providers.docker, --entryPoints.Web.address=:80]", ["entry-point-missing"]),
        ("command: --providers.docker --entrypoints.web.address :80", []),
        ("command: [--providers.docker]", ["entry-point-missing"]),
        ("environment: {TRAEFIK_PROVIDERS_DOCKER: 'true', TRAEFIK_ENTRYPOINTS_WEB_ADDRESS: ':80'}", []),
        ("environment: {TRAEFIK_PROVIDERS_DOCKER: 'true'}", ["entry-point-missing"]),
        ("environment: {TZ: Europe/Paris}", []),
        ("command: [--providers.docker, --configfile=/etc/elsewhere.yml]", []),
        ("command: [--providers.docker]\n    volumes: ['conf:/etc/traefik']", []),
        ("command: [--providers.docker, '--entrypoints.${NAME}.address=:80']", []),
    ],
)
def test_entry_points_of_each_source(start, expected):
    compose = stack(start, RULE, "traefik.http.routers.api.entrypoints: web")
    assert found(compose + "volumes: {conf: {}}\n") == expected


def test_a_file_is_all_there_is():
    compose = stack(
        "command: [--entrypoints.web.address=:80]\n    volumes: ['./traefik.yml:/etc/traefik/traefik.yml', '/run/docker.sock:/var/run/docker.sock']",
        RULE,
        "traefik.http.routers.api.entrypoints: web",
    )
    written = "providers: {docker: {exposedByDefault: true}}\nentryPoints: {http: {address: ':80'}}\n"
    assert found(compose, traefik__yml=written) == ["entry-point-missing"]
    assert found(compose, traefik__yml=written.replace("http:", "web:")) == []


@pytest.mark.parametrize(
    ("start", "deploy", "expected"),
    [
        ("command: [--providers.swarm, --entrypoints.web.address=:80]", False, ["labels-not-read"]),
        ("command: [--providers.swarm, --entrypoints.web.address=:80]", True, []),
        ("command: [--providers.docker, --entrypoints.web.address=:80]", True, ["labels-not-read"]),
        ("command: [--providers.docker.swarmmode=true, --entrypoints.web.address=:80]", True, []),
        ("command: [--providers.consulcatalog, --entrypoints.web.address=:80]", False, []),
        ("command: [--entrypoints.web.address=:80]", False, ["labels-not-read"]),
    ],
)
def test_whose_labels_are_read(start, deploy, expected):
    compose = stack(start, RULE, "traefik.http.services.api.loadbalancer.server.port: '3000'", deploy=deploy)
    # Later releases do not start with an option of Swarm's mode.
    assert (
        found(compose.replace("traefik:v3.3", "traefik:v2.11") if "swarmmode" in start else compose)
        == expected
    )


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([], ["labels-not-read"]),
        (["traefik.http.routers.api.service: api@internal"], ["labels-not-read"]),
        (["traefik.http.services.api.loadbalancer.server.scheme: http"], ["labels-not-read"]),
        (["traefik.http.services.api.loadbalancer.server.port: '3000'"], []),
        (["traefik.http.services.api.loadbalancer.server.url: 'http://api:3000'"], []),
    ],
)
def test_a_container_of_swarm_names_its_port(labels, expected):
    start = "command: [--providers.swarm, --entrypoints.web.address=:80, --api]"
    assert found(stack(start, RULE, *labels, deploy=True)) == expected


@pytest.mark.parametrize("image", ["traefik:v1.7", "traefik:1.7-alpine"])
def test_the_first_release_speaks_another_language(image):
    compose = stack("command: [--docker, --docker.exposedbydefault=false]", RULE)
    assert found(compose.replace("traefik:v3.3", image)) == []


def test_a_middleware_of_a_container_that_is_passed_by():
    compose = stack(
        "command: [--providers.docker.exposedbydefault=false, --entrypoints.web.address=:80]",
        "traefik.enable: 'true'",
        RULE,
        "traefik.http.routers.api.middlewares: strip",
    )
    other = (
        "  other:\n    image: registry.example/other:1\n    labels:\n"
        "      traefik.http.middlewares.strip.stripprefix.prefixes: /api\n"
    )
    assert found(compose + other) == ["middleware-missing"]
    enabled = other.replace("labels:\n", "labels:\n      traefik.enable: 'true'\n")
    assert found(compose + enabled) == []


def test_another_stack_may_define_a_middleware():
    compose = stack(
        "command: [--providers.docker, --entrypoints.web.address=:80]\n    networks: [edge]",
        RULE,
        "traefik.http.routers.api.middlewares: auth@docker",
    )
    shared = compose.replace("    expose: ['3000']\n", "    expose: ['3000']\n    networks: [edge]\n")
    assert found(shared + "networks: {edge: {external: true}}\n") == []
    assert found(shared + "networks: {edge: {}}\n") == ["middleware-missing"]


def test_two_traefiks_that_could_take_a_container():
    one = stack("command: [--providers.docker.exposedbydefault=false, --entrypoints.web.address=:80]", RULE)
    two = one.replace(
        "  api:", "  other:\n    image: traefik:v3.3\n    command: [--providers.docker]\n  api:"
    )
    assert found(one) == ["labels-not-read"]
    assert found(two) == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [("http://auth:9091/verify", []), ("http://auht:9091/verify", ["upstream-unknown"])],
)
def test_what_forward_auth_asks(address, expected):
    compose = stack(
        "command: [--providers.docker, --entrypoints.web.address=:80]\n    depends_on: [auth]",
        RULE,
        "traefik.http.routers.api.middlewares: auth",
        f"traefik.http.middlewares.auth.forwardauth.address: {address}",
    )
    compose += "  auth:\n    image: registry.example/auth:1\n    expose: ['9091']\n"
    assert found(compose) == expected


@pytest.mark.parametrize(
    ("ports", "expected"), [("'80:8000'", []), ("'80:80'", ["upstream-port-not-served"])]
)
def test_published_ports_lead_to_entry_points(ports, expected):
    compose = stack(
        f"command: [--providers.docker, --entrypoints.web.address=:8000]\n    ports: [{ports}]", RULE
    )
    assert found(compose) == expected


STATIC = """
[entryPoints.web]
address = ":80"
[providers.file]
filename = "dynamic.toml"
"""
DYNAMIC = """
[http.routers.api]
rule = "Host(`api.example`)"
service = "api"
[http.services.api.loadBalancer]
[[http.services.api.loadBalancer.servers]]
url = "http://{host}"
"""
MOUNTS = "['./traefik.toml:/etc/traefik/traefik.toml', './dynamic.toml:/dynamic.toml']"


@pytest.mark.parametrize(("host", "expected"), [("api:3000", []), ("apis:3000", ["upstream-unknown"])])
def test_toml_says_what_yaml_says(host, expected):
    files = {"traefik__toml": STATIC, "dynamic__toml": DYNAMIC.replace("{host}", host)}
    assert found(stack(f"volumes: {MOUNTS}"), **files) == expected


@pytest.mark.parametrize(
    ("image", "core", "expected"),
    [
        ("traefik:v3.3", "", ["router-rule-refused"]),
        ("traefik:v2.11", "", []),
        ("traefik", "", ["router-rule-refused"]),
        ("traefik:chevrotin", "", []),
        ("traefik:v3.3", "--core.defaultRuleSyntax=v2", []),
    ],
)
def test_the_syntax_of_rules_is_that_of_the_release(image, core, expected):
    rule = "traefik.http.routers.api.rule: HostRegexp(`{any:.+}`)"
    text = stack(f"command: --providers.docker --entrypoints.web.address=:80 {core}", rule)
    assert found(text.replace("traefik:v3.3", image)) == expected


def test_a_router_in_the_static_file():
    text = stack("volumes: ['./traefik.toml:/etc/traefik/traefik.toml']")
    files = {"traefik__toml": DYNAMIC.replace("{host}", "api:3000")}
    assert found(text, **files) == ["routers-in-static-file"]
