"""A linker that the table leaves out of a run has nothing to say about it, whatever else the run holds."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from upstreamlint.containers.find import containers
from upstreamlint.files.readable import MemoryFiles
from upstreamlint.graph.build import LINKERS
from upstreamlint.graph.evidence import Ladder
from upstreamlint.graph.index import Index
from upstreamlint.graph.istio import link as istio
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.services import load_balancers
from upstreamlint.graph.problems import Problem
from upstreamlint.load.manifests import resources
from upstreamlint.model.kubernetes import Ingress, Service
from upstreamlint.model.technology import technology
from upstreamlint.programs.managed.checks import times
from upstreamlint.programs.managed.checks.fronts import questions
from upstreamlint.programs.managed.controllers import OF_CLOUDS, Classes, controller_of
from upstreamlint.run.result import Skipped
from upstreamlint.source import Source

FIXTURES = Path(__file__).parent / "fixtures"


SIDECAR = """\
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: shop}
spec:
  outboundTrafficPolicy: {mode: REGISTRY_ONLY}
  egress: [{hosts: [./*]}]
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1
          env: [{name: PAYMENTS, value: "http://pay.money.svc.cluster.local:8080"}]
---
apiVersion: v1
kind: Service
metadata: {name: pay, namespace: money}
spec:
  selector: {app: pay}
  ports: [{name: http, port: 8080}]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: bank, namespace: shop}
spec:
  hosts: [bank.example.com]
  ports: [{number: 443, name: http, protocol: HTTP}]
  resolution: DNS
"""


@cache
def held() -> tuple[object, ...]:
    """The Kubernetes objects of all fixtures, each in the folder of its own, with their containers."""
    found: list[object] = [*resources(Source("sidecar/app.yaml", SIDECAR))]
    for path in sorted(FIXTURES.rglob("*.y*ml")):
        source = Source(str(path.relative_to(FIXTURES)), path.read_text(encoding="utf-8", errors="replace"))
        found += [item for item in resources(source) if not isinstance(item, Problem | Skipped)]
    return (*found, *containers(found, MemoryFiles({})))


def without(types: str) -> Index:
    names = types.split()
    kept = [r for r in held() if not {type(r).__name__, technology(type(r))} & set(names)]
    return Index(kept, Ladder())


def is_of_types(needed: str) -> bool:
    return needed[0].isupper()


@pytest.mark.parametrize(("needed", "module"), [row for row in LINKERS if is_of_types(row[0])])
def test_a_linker_has_nothing_to_say_without_its_types(needed, module):
    assert {type(r).__name__ for r in held()} & set(needed.split())
    assert list(import_module(f"upstreamlint.graph.{module}").link(without(needed))) == []


@pytest.mark.parametrize(("needed", "module"), istio.LINKERS)
def test_a_linker_of_istio_has_nothing_to_say_without_its_types(needed, module):
    assert {type(r).__name__ for r in held()} & set(needed.split())
    assert list(import_module(f"upstreamlint.graph.istio.{module}").link(Mesh(without(needed)))) == []


def test_where_no_load_balancer_may_be_none_is_judged():
    found = [r for r in held() if type(r).__module__.startswith("upstreamlint.model.kubernetes")]
    index = Index([r for r in found if not (isinstance(r, Service) and r.type == "LoadBalancer")], Ladder())
    by_name = Classes(index).by_name
    kept = [
        r for r in index.resources if not (isinstance(r, Ingress) and controller_of(r, by_name) in OF_CLOUDS)
    ]
    rest = Index(kept, Ladder())
    assert not load_balancers.may_be_any(rest)
    assert [*questions(rest), *times.link(rest)] == []
