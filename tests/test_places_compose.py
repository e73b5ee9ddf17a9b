"""What a host and a port mean inside a container."""

from __future__ import annotations

import pytest

from upstreamlint.facets.judgement import Obstacle
from upstreamlint.files.readable import MemoryFiles
from upstreamlint.graph.evidence import Ladder, Verdict
from upstreamlint.load import compose
from upstreamlint.model.compose import Project
from upstreamlint.places.compose import World, look_up
from upstreamlint.programs.reading import Run
from upstreamlint.settings.config import Config

BROKEN = (Verdict.CONFLICT, Verdict.NEAR_MISS, Verdict.ABSENT)


def projects(**texts):
    files = MemoryFiles(texts)
    run = Run(files=files, config=Config(), sources=tuple(map(files.source, texts)))
    return [r for r in compose.load(run).resources if isinstance(r, Project)]


def ask(text, host, port=None, *, client="web", ladder=None, others=None, **options):
    """Dial from a service of one project; `others` are Compose files beside it."""
    texts = {"a/compose.yaml": text, **(others or {})}
    found = projects(**texts)
    project = next(p for p in found if p.files[0] == "a/compose.yaml")
    world = World(project, tuple(found), ladder or Ladder())
    return look_up(project.services[client], host, port, world, **options)


PAIR = """
name: shop
services:
  web: {image: nginx:1.27}
  api: {image: registry.example/api:1, ports: ["9000:3000"]}
"""


@pytest.mark.parametrize("name", ["api", "API", "api.", "shop-api-1", "api.shop_default"])
def test_names_of_a_service(name):
    answer = ask(PAIR, name, 3000)
    assert answer.host.verdict is Verdict.FOUND
    assert [t.name.value for t in answer.host.targets] == ["api"]
    assert [p.verdict for p in answer.ports] == [Verdict.FOUND]


def test_unknown_name_in_a_closed_project_is_absent():
    answer = ask(PAIR, "billing", 3000)
    assert (answer.host.verdict, answer.host.obstacle) == (Verdict.ABSENT, Obstacle.UNKNOWN_NAME)
    assert answer.host.near[0].instead == "api", "the only service that serves the port"
    assert answer.ports == ()


@pytest.mark.parametrize(
    ("name", "instead"), [("shop_api_1", "api"), ("apis", "api"), ("api.x.svc.cluster.local", "api")]
)
def test_near_misses_name_what_was_meant(name, instead):
    answer = ask(PAIR, name)
    assert answer.host.verdict is Verdict.NEAR_MISS
    assert answer.host.near[0].instead == instead


@pytest.mark.parametrize("name", ["example.com", "10.0.0.7", "[2001:db8::1]", "api.local"])
def test_what_lives_outside_is_external(name):
    assert ask(PAIR, name).host.verdict is Verdict.EXTERNAL


def test_user_may_declare_a_name_external():
    assert ask(PAIR, "billing", ladder=Ladder(external=("billing",))).host.verdict is Verdict.EXTERNAL


def test_placeholder_is_unknown():
    assert ask(PAIR, "${BACKEND}").host.verdict is Verdict.UNKNOWN


def test_published_port_between_containers():
    (port,) = ask(PAIR, "api", 9000).ports
    assert (port.verdict, port.obstacle) == (Verdict.CONFLICT, Obstacle.PUBLISHED)
    assert port.near[0].instead == "3000"


@pytest.mark.parametrize(
    ("rest", "obstacle"),
    [
        ("network_mode: host", Obstacle.NETWORK_MODE),
        ("network_mode: none", Obstacle.NETWORK_MODE),
        ("network_mode: 'service:vpn'", Obstacle.NETWORK_MODE),
        ("networks: [back]", Obstacle.NO_SHARED_NETWORK),
        ("scale: 0", Obstacle.SCALED_TO_ZERO),
        ("profiles: [debug]", Obstacle.BEHIND_PROFILE),
    ],
)
def test_what_keeps_a_service_from_its_client(rest, obstacle):
    text = (
        "services:\n  web: {image: nginx:1.27}\n  vpn: {image: 'registry.example/vpn:1'}\n"
        f"  api:\n    image: registry.example/api:1\n    {rest}\nnetworks:\n  back: {{}}\n"
    )
    answer = ask(text, "api", 3000)
    assert (answer.host.verdict, answer.host.obstacle) == (Verdict.CONFLICT, obstacle)
    assert answer.host.far_end


@pytest.mark.parametrize(("mode", "obstacle"), [("host", Obstacle.NETWORK_MODE), ("bridge", Obstacle.NO_DNS)])
def test_client_without_dns(mode, obstacle):
    text = PAIR.replace("nginx:1.27}", f"nginx:1.27, network_mode: {mode}}}")
    assert ask(text, "api", 3000).host.obstacle is obstacle
    assert ask(text, "example.com").host.verdict is Verdict.EXTERNAL


def test_client_in_a_namespace_that_is_not_known():
    text = PAIR.replace("nginx:1.27}", "nginx:1.27, network_mode: 'container:other'}")
    assert ask(text, "api", 3000).host.verdict is Verdict.UNKNOWN


def test_extra_hosts_resolve_and_lead_to_published_ports():
    text = PAIR.replace(
        "nginx:1.27}", "nginx:1.27, extra_hosts: ['host.docker.internal:host-gateway', 'erp:192.0.2.1']}"
    )
    assert ask(text, "erp", 80).host.verdict is Verdict.FOUND
    answer = ask(text, "host.docker.internal", 9000)
    assert [t.name.value for t in answer.host.targets] == ["api"]
    assert [p.verdict for p in answer.ports] == [Verdict.FOUND]


def test_host_gateway_without_extra_hosts():
    assert ask(PAIR, "host.docker.internal", 9000).host.obstacle is Obstacle.HOST_GATEWAY


def test_loopback_is_the_client_itself():
    answer = ask(PAIR, "127.0.0.1", 3000, alone=True)
    assert (answer.host.verdict, answer.host.obstacle) == (Verdict.CONFLICT, Obstacle.LOOPBACK)
    assert answer.host.near[0].instead == "api"
    assert ask(PAIR, "localhost", 8081, listens={8081}).host.verdict is Verdict.FOUND


def test_loopback_beside_others_is_unknown():
    assert ask(PAIR, "localhost", 3000, alone=False).host.verdict is Verdict.UNKNOWN


def test_loopback_in_a_shared_namespace_is_the_neighbour():
    text = PAIR.replace(
        'registry.example/api:1, ports: ["9000:3000"]', "registry.example/api:1, network_mode: 'service:web'"
    )
    assert [t.name.value for t in ask(text, "localhost", 3000).host.targets] == ["api"]


def test_loopback_on_the_machines_network_is_the_published_port():
    text = PAIR.replace("nginx:1.27}", "nginx:1.27, network_mode: host}")
    assert [p.verdict for p in ask(text, "localhost", 9000).ports] == [Verdict.FOUND]
    (port,) = ask(text, "localhost", 3000).ports
    assert port.obstacle is Obstacle.UNPUBLISHED


def test_default_port_is_told_apart():
    text = PAIR.replace('ports: ["9000:3000"]', 'expose: ["3000"]')
    assert ask(text, "api", 80, defaulted=True).ports[0].obstacle is Obstacle.DEFAULTED
    assert ask(text, "api", 80).ports[0].obstacle is Obstacle.NOT_SERVED


def test_fragment_makes_no_claims():
    text = PAIR.replace("image: registry.example/api:1, ", "")
    for host, port in (("billing", 1), ("api", 9000)):
        answer = ask(text, host, port)
        assert answer.host.verdict not in BROKEN
        assert all(p.verdict not in BROKEN for p in answer.ports)
    assert ask(text, "apii", 1).host.verdict is Verdict.NEAR_MISS


MEETING = "services:\n  web: {image: nginx:1.27, networks: [meet]}\nnetworks:\n  meet: {external: true}\n"
WIKI = "services:\n  wiki: {image: 'registry.example/wiki:1', networks: [m]}\nnetworks:\n  m: {name: meet, external: true}\n"


def test_projects_meet_on_an_external_network():
    answer = ask(MEETING, "wiki", 80, others={"b/compose.yaml": WIKI})
    assert [t.name.value for t in answer.host.targets] == ["wiki"]


def test_projects_that_do_not_meet():
    lone = "services:\n  wiki: {image: 'registry.example/wiki:1'}\n"
    answer = ask(MEETING, "wiki", 80, others={"b/compose.yaml": lone})
    assert (answer.host.verdict, answer.host.obstacle) == (Verdict.NEAR_MISS, Obstacle.NO_SHARED_NETWORK)
    two = {"b/compose.yaml": lone, "c/compose.yaml": lone}
    assert ask(MEETING, "wiki", 80, others=two).host.verdict is Verdict.EXTERNAL


def test_unknown_name_on_an_external_network_is_external():
    assert ask(MEETING, "other", 80).host.verdict is Verdict.EXTERNAL
    assert ask(MEETING, "other", 80, ladder=Ladder(complete=True)).host.verdict is Verdict.ABSENT


def test_two_copies_of_a_project_do_not_meet():
    answer = ask(PAIR.replace("api:", "web2:"), "api", 3000, others={"b/compose.yaml": PAIR})
    assert answer.host.targets == ()


def test_name_of_a_sibling_file_is_found():
    text = "services:\n  api: {image: 'registry.example/api:1'}\n"
    answer = ask(
        MEETING.replace("networks: [meet]", ""), "api", 80, others={"a/docker-compose.dev.yml": text}
    )
    assert answer.host.verdict is Verdict.FOUND
