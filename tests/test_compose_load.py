"""Compose files on their way into the graph: which are projects, what they lack, and what enters through them."""

from __future__ import annotations

import pytest

import upstreamlint.load.compose as loader
from upstreamlint import rules, testing
from upstreamlint.files.readable import MemoryFiles
from upstreamlint.model.compose import Project
from upstreamlint.programs.reading import Run
from upstreamlint.settings.config import Config

RULES = rules.load()
WEB = "services:\n  web:\n    image: registry.example/web:1\n    ports: ['8080:80', '9090']\n"


def composed(**texts):
    files = MemoryFiles(texts)
    return loader.load(Run(files=files, config=Config(), sources=tuple(map(files.source, texts))))


def projects(found):
    return [r for r in found.resources if isinstance(r, Project)]


def test_project_and_services_are_resources():
    found = composed(**{"shop/compose.yaml": WEB})
    assert [p.name for p in projects(found)] == ["shop"]
    assert found.taken == {"shop/compose.yaml"}
    assert [getattr(r, "id", "") for r in found.resources] == ["", "shop/compose.yaml#services.web"]


@pytest.mark.parametrize(
    "more",
    [
        "    umask: '0027'\n",
        "    pre_start: [{image: busybox, command: [chown, -R, '65532', /data], user: root, per_replica: true}]\n",
        "    post_start: [{command: /up.sh, user: root}]\n",
        "jobs: {backup: {image: registry.example/backup, depends_on: [web], triggers: {schedule: ['0 3 * * *']}}}\n",
    ],
)
def test_what_the_newest_compose_reads_is_loaded(more):
    found = testing.check_texts({"compose.yaml": WEB + more}, RULES).diagnostics
    assert "project-does-not-load" not in {d.rule for d in found}


def test_override_belongs_to_its_base():
    found = composed(**{"compose.yaml": WEB, "compose.override.yaml": "services: {web: {scale: 0}}\n"})
    assert len(projects(found)) == 1
    assert projects(found)[0].services["web"].replicas == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("services:\n  web: {ports: ['80']}\n", "piece"),
        ("web:\n  image: registry.example/web:1\n  ports: ['80:80']\n", "version 1"),
    ],
)
def test_what_cannot_stand_alone_is_noted(text, reason):
    found = composed(**{"docker-compose.yml": text})
    assert [s.path for s in found.skipped] == ["docker-compose.yml"]
    assert reason in found.skipped[0].reason
    assert projects(found)[0].fragment


def test_key_written_twice_is_reported_once():
    result = testing.check_texts({"compose.yaml": WEB + "    image: registry.example/web:2\n"}, RULES)
    assert [(d.rule, d.finding.primary.anchor.line) for d in result.diagnostics] == [("syntax-error", 5)]


def test_services_are_clusters_and_workloads_and_published_ports_are_ways_in():
    coverage = testing.check_texts({"compose.yaml": WEB}, RULES).coverage
    assert (coverage.routes, coverage.clusters, coverage.workloads) == (2, 1, 1)


def test_fault_of_a_service_names_the_published_port_that_it_takes_down():
    text = WEB + "    command: ['serve']\n    healthcheck: {test: ['CMD', 'serve --check || exit 1']}\n"
    (found,) = testing.check_texts({"compose.yaml": text}, RULES).diagnostics
    assert found.rule == "healthcheck-needs-shell"
    assert sorted(a.listener for a in found.affects) == ["published port 8080", "published port any"]


def test_labels_are_ways_in():
    text = (
        "services:\n  traefik: {image: 'traefik:v3'}\n  web:\n    image: registry.example/web:1\n"
        "    ports: ['8080:80']\n    labels:\n      traefik.http.routers.web.rule: Host(`a.example`) && PathPrefix(`/x`)\n"
        "      traefik.http.services.web.loadbalancer.server.port: 8080\n"
    )
    (found,) = testing.check_texts({"compose.yaml": text}, RULES).diagnostics
    assert found.rule == "published-port-used"
    assert ("a.example", "/x") in {(a.listener, a.route) for a in found.affects}
