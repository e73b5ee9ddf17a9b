"""NetworkPolicies as a three-valued question."""

from __future__ import annotations

import ipaddress

import pytest

from upstreamlint.graph.policy.decisions import Anyone, Outside, Policies, Reach
from upstreamlint.load.manifests import resources
from upstreamlint.model.kubernetes import Namespace, NetworkPolicy, Other, Workload
from upstreamlint.source import Source

PODS = """
kind: Pod
apiVersion: v1
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}
---
kind: Pod
apiVersion: v1
metadata: {name: client, namespace: edge, labels: {app: client}}
spec: {containers: [{name: client}]}
---
kind: Pod
apiVersion: v1
metadata: {name: beside, namespace: shop, labels: {app: client}}
spec: {containers: [{name: client}]}
"""
EDGE = "\n---\nkind: Namespace\napiVersion: v1\nmetadata: {name: edge, labels: {zone: outer}}\n"


def policy(rules, types="[Ingress]", selector="{}"):
    return f"""
---
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {{name: p, namespace: shop}}
spec:
  podSelector: {selector}
  policyTypes: {types}
  {rules}
"""


def world(text):
    found = list(resources(Source("a.yaml", PODS + text)))
    pods = {r.meta.name.value: r for r in found if isinstance(r, Workload)}
    kinds = [[r for r in found if isinstance(r, kind)] for kind in (NetworkPolicy, Namespace, Other)]
    return Policies(*kinds), pods


def reach(text, source, port=8080, protocol="TCP"):
    policies, pods = world(text)
    end = pods.get(source, source) if isinstance(source, str) else source
    return policies.reach(end, pods["web"], protocol, port).reach


FROM = "ingress: [{from: [%s]%s}]"


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("", "client", Reach.ALLOWED),
        (policy("ingress: []"), "client", Reach.DENIED),
        (policy("ingress: []"), "web", Reach.ALLOWED),
        (policy("ingress: [{}]"), "client", Reach.ALLOWED),
        (policy("ingress: []", selector="{matchLabels: {app: other}}"), "client", Reach.ALLOWED),
        (policy(FROM % ("{podSelector: {matchLabels: {app: client}}}", "")), "client", Reach.DENIED),
        (policy(FROM % ("{podSelector: {matchLabels: {app: client}}}", "")), "beside", Reach.ALLOWED),
        (
            policy(FROM % ("{namespaceSelector: {}, podSelector: {matchLabels: {app: client}}}", "")),
            "client",
            Reach.ALLOWED,
        ),
        (policy(FROM % ("{namespaceSelector: {matchLabels: {zone: outer}}}", "")), "client", Reach.UNKNOWN),
        (
            policy(FROM % ("{namespaceSelector: {matchLabels: {zone: outer}}}", "")) + EDGE,
            "client",
            Reach.ALLOWED,
        ),
        (
            policy(FROM % ("{namespaceSelector: {matchLabels: {zone: inner}}}", "")) + EDGE,
            "client",
            Reach.DENIED,
        ),
        (
            policy(FROM % ("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}", "")),
            "client",
            Reach.ALLOWED,
        ),
        (policy("ingress: [{ports: [{port: 80}]}]"), "client", Reach.DENIED),
        (policy("ingress: [{ports: [{port: http}]}]"), "client", Reach.ALLOWED),
        (policy("ingress: [{ports: [{port: http, protocol: UDP}]}]"), "client", Reach.DENIED),
        (policy("ingress: [{ports: [{port: 8000, endPort: 8100}]}]"), "client", Reach.ALLOWED),
        (policy("ingress: [{ports: [{port: 80}]}]"), Anyone(), Reach.DENIED),
        (policy(FROM % ("{podSelector: {}}", "")), Anyone(), Reach.UNKNOWN),
        (policy(FROM % ("{ipBlock: {cidr: 0.0.0.0/0}}", "")), Outside(), Reach.ALLOWED),
        (policy(FROM % ("{podSelector: {}}", "")), Outside(), Reach.DENIED),
        (
            policy(FROM % ("{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.8/32]}}", "")),
            Outside(ipaddress.ip_network("192.0.2.8/32")),
            Reach.DENIED,
        ),
        (policy("egress: []", types="[Egress]"), "client", Reach.ALLOWED),
        (policy("egress: []", types="[Egress]"), "beside", Reach.DENIED),
    ],
)
def test_connection(text, source, expected):
    assert reach(text, source) is expected


def test_plugins_with_policies_of_their_own_leave_it_open():
    cilium = (
        "\n---\nkind: CiliumNetworkPolicy\napiVersion: cilium.io/v2\nmetadata: {name: c, namespace: shop}\n"
    )
    assert reach(policy("ingress: []") + cilium, "client") is Reach.UNKNOWN
