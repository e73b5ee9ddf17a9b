"""NetworkPolicies as a three-valued question."""

from __future__ import annotations

import ipaddress

import pytest

from upstreamlint import rules, testing
from upstreamlint.graph.policy.addresses import Outside
from upstreamlint.graph.policy.decisions import Policies, Reach
from upstreamlint.graph.policy.peers import Anyone
from upstreamlint.load.manifests import resources
from upstreamlint.model.kubernetes import ConfigMap, Namespace, NetworkPolicy, Other, Workload
from upstreamlint.source import Source

RULES = rules.load()
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
    kinds = [
        [r for r in found if isinstance(r, kind)] for kind in (NetworkPolicy, Namespace, Other, ConfigMap)
    ]
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


@pytest.mark.parametrize(
    ("group", "kind", "expected"),
    [
        ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", Reach.UNKNOWN),
        ("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy", Reach.DENIED),
        ("crd.antrea.io/v1beta1", "ClusterNetworkPolicy", Reach.UNKNOWN),
        ("cilium.io/v2alpha1", "CiliumLoadBalancerIPPool", Reach.DENIED),
        ("crd.projectcalico.org/v1", "IPPool", Reach.DENIED),
    ],
)
def test_only_policies_that_are_not_read_leave_it_open(group, kind, expected):
    other = f"\n---\nkind: {kind}\napiVersion: {group}\nmetadata: {{name: c}}\n"
    assert reach(policy("ingress: []") + other, "client") is expected


def cilium(rules, selector="{matchLabels: {app: web}}", kind="CiliumNetworkPolicy"):
    return f"""
---
kind: {kind}
apiVersion: cilium.io/v2
metadata: {{name: c, namespace: shop}}
spec:
  endpointSelector: {selector}
  {rules}
"""


AUDIT = """
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cilium-config, namespace: kube-system}
data: {%s: "%s"}
"""
ENDPOINTS = "ingress: [{fromEndpoints: [%s]}]"
CLUSTER = "CiliumClusterwideNetworkPolicy"
CLIENT = "{matchLabels: {app: client}}"


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        (cilium("ingress: [{}]"), "client", Reach.DENIED),
        (cilium("ingress: []"), "client", Reach.ALLOWED),
        (cilium("ingress: [{}]", "{matchLabels: {app: other}}"), "client", Reach.ALLOWED),
        (
            cilium("ingress: [{}]", "{matchExpressions: [{key: app, operator: In, values: [web]}]}"),
            "client",
            Reach.DENIED,
        ),
        (cilium("ingress: [{}]", "{matchLabels: {'k8s:app': web}}"), "client", Reach.DENIED),
        (
            cilium("ingress: [{}]", "{matchLabels: {io.cilium.k8s.policy.serviceaccount: web}}"),
            "client",
            Reach.ALLOWED,
        ),
        (cilium("ingressDeny: [{fromEntities: [world]}]"), "client", Reach.DENIED),
        (cilium("ingress: [{}]\n  enableDefaultDeny: {ingress: false}"), "client", Reach.ALLOWED),
        (cilium(ENDPOINTS % CLIENT), "client", Reach.DENIED),
        (cilium(ENDPOINTS % CLIENT), "beside", Reach.ALLOWED),
        (cilium(ENDPOINTS % "{}"), "client", Reach.DENIED),
        (cilium(ENDPOINTS % "{}"), "beside", Reach.ALLOWED),
        (cilium(ENDPOINTS % CLIENT, kind=CLUSTER), "client", Reach.ALLOWED),
        (
            cilium(ENDPOINTS % "{matchLabels: {'k8s:io.kubernetes.pod.namespace': edge}}"),
            "client",
            Reach.ALLOWED,
        ),
        (
            cilium(ENDPOINTS % "{matchLabels: {io.kubernetes.pod.namespace: edge, app: proxy}}"),
            "client",
            Reach.DENIED,
        ),
        (
            cilium(ENDPOINTS % "{matchLabels: {io.cilium.k8s.namespace.labels.zone: outer}}"),
            "client",
            Reach.UNKNOWN,
        ),
        (
            cilium(ENDPOINTS % "{matchLabels: {io.cilium.k8s.namespace.labels.zone: outer}}") + EDGE,
            "client",
            Reach.ALLOWED,
        ),
        (cilium(ENDPOINTS % "{matchLabels: {'reserved:ingress': ''}}"), "client", Reach.UNKNOWN),
        (cilium("ingress: [{}]", "{}", CLUSTER), "client", Reach.DENIED),
        (
            cilium("ingress: [{}]", "{matchLabels: {'k8s:io.kubernetes.pod.namespace': other}}", CLUSTER),
            "client",
            Reach.ALLOWED,
        ),
        (
            cilium("ingress: [{}]", "{matchLabels: {'k8s:io.kubernetes.pod.namespace': shop}}", CLUSTER),
            "client",
            Reach.DENIED,
        ),
        (cilium("ingress: [{fromEntities: [cluster]}]"), "client", Reach.ALLOWED),
        (cilium("ingress: [{fromEntities: [world]}]"), "client", Reach.DENIED),
        (cilium("ingress: [{fromEntities: [world]}]"), Outside(), Reach.ALLOWED),
        (cilium("ingress: [{fromEntities: [cluster]}]"), Outside(), Reach.UNKNOWN),
        (cilium("ingress: [{fromEntities: [ingress]}]"), "client", Reach.DENIED),
        (cilium("ingress: [{fromEntities: [all]}]"), Anyone(), Reach.ALLOWED),
        (cilium(ENDPOINTS % "{}"), Outside(), Reach.DENIED),
        (cilium("ingress: [{fromCIDRSet: [{cidr: 0.0.0.0/0}]}]"), Outside(), Reach.ALLOWED),
        (cilium("ingress: [{fromRequires: [{matchLabels: {a: b}}]}]"), "client", Reach.UNKNOWN),
        (cilium("ingress: [{toPorts: [{ports: [{port: '80', protocol: TCP}]}]}]"), Anyone(), Reach.DENIED),
        (cilium("ingress: [{toPorts: [{ports: [{port: '8080'}]}]}]"), "client", Reach.ALLOWED),
        (cilium("ingress: [{toPorts: [{ports: [{port: http, protocol: TCP}]}]}]"), "client", Reach.ALLOWED),
        (cilium("ingress: [{toPorts: [{ports: [{port: '8080', protocol: UDP}]}]}]"), "client", Reach.DENIED),
        (cilium("ingress: [{toPorts: [{ports: [{port: '8000', endPort: 8100}]}]}]"), "client", Reach.ALLOWED),
        (cilium("ingress: [{icmps: [{fields: [{type: 8}]}]}]"), "client", Reach.DENIED),
        (
            cilium("egress: [{toEndpoints: [{matchLabels: {app: db}}]}]", "{matchLabels: {app: client}}"),
            "beside",
            Reach.DENIED,
        ),
        (
            cilium("ingress: []") + "specs: [{endpointSelector: {}, ingress: [{}]}]",
            "client",
            Reach.DENIED,
        ),
        (
            cilium("ingress: []") + "specs: [{endpointSelector: {matchLabels: {app: other}}, ingress: [{}]}]",
            "client",
            Reach.ALLOWED,
        ),
        (
            cilium("ingress: [{}]") + "specs: [{endpointSelector: {}, ingress: [{fromEntities: [all]}]}]",
            "client",
            Reach.ALLOWED,
        ),
        (cilium("ingress: [{}]\n  enableDefaultDeny: {egress: false}"), "client", Reach.DENIED),
        (cilium("egress: [{}]\n  enableDefaultDeny: {ingress: true}"), "client", Reach.DENIED),
        (cilium("ingress: [{}]") + AUDIT % ("policy-audit-mode", "true"), "client", Reach.UNKNOWN),
        (cilium("ingress: [{}]") + AUDIT % ("policy-audit-mode", "false"), "client", Reach.DENIED),
        (policy("ingress: []") + AUDIT % ("enable-policy", "never"), "client", Reach.UNKNOWN),
        (policy("ingress: []") + AUDIT % ("enable-policy", "default"), "client", Reach.DENIED),
    ],
)
def test_cilium(text, source, expected):
    assert reach(text, source) is expected


def calico(rules, selector="app == 'web'", kind="NetworkPolicy", more=""):
    return f"""
---
kind: {kind}
apiVersion: projectcalico.org/v3
metadata: {{name: c, namespace: shop}}
spec:
  selector: {selector}
  {more}
  {rules}
"""


SOURCE = "ingress: [{action: Allow, source: %s}]"
GLOBAL = "GlobalNetworkPolicy"


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        (calico("types: [Ingress]"), "client", Reach.DENIED),
        (calico("types: [Egress]"), "client", Reach.ALLOWED),
        (calico("ingress: [{action: Deny}]"), "client", Reach.DENIED),
        (calico("ingress: [{action: Pass}]"), "client", Reach.UNKNOWN),
        (calico("ingress: [{action: Allow}]"), "client", Reach.ALLOWED),
        (calico("types: [Ingress]", "app == 'other'"), "client", Reach.ALLOWED),
        (calico("types: [Ingress]", "app == 'web' || app == 'api'"), "client", Reach.DENIED),
        (calico("types: [Ingress]", "app == 'db' || app == 'api'"), "client", Reach.ALLOWED),
        (
            calico(SOURCE % "{selector: \"app == 'x' || app == 'client'\", namespaceSelector: all()}"),
            "client",
            Reach.ALLOWED,
        ),
        (
            calico(SOURCE % "{selector: \"app == 'x' || app == 'y'\", namespaceSelector: all()}"),
            "client",
            Reach.DENIED,
        ),
        (calico("types: [Ingress]", "all()"), "client", Reach.DENIED),
        (calico("types: [Ingress]", more="tier: security"), "client", Reach.ALLOWED),
        (calico("types: [Ingress]", more="serviceAccountSelector: all()"), "client", Reach.ALLOWED),
        (calico("types: [Ingress]", "all()", GLOBAL), "client", Reach.DENIED),
        (
            calico("types: [Ingress]", "projectcalico.org/namespace == 'other'", GLOBAL),
            "client",
            Reach.ALLOWED,
        ),
        (
            calico(
                "types: [Ingress]", "all()", GLOBAL, "namespaceSelector: projectcalico.org/name == 'shop'"
            ),
            "client",
            Reach.DENIED,
        ),
        (calico(SOURCE % "{selector: app == 'client'}"), "beside", Reach.ALLOWED),
        (calico(SOURCE % "{selector: app == 'client'}"), "client", Reach.DENIED),
        (calico(SOURCE % "{selector: app == 'client'}", kind=GLOBAL), "client", Reach.ALLOWED),
        (
            calico(SOURCE % "{namespaceSelector: kubernetes.io/metadata.name == 'edge'}"),
            "client",
            Reach.ALLOWED,
        ),
        (calico(SOURCE % "{namespaceSelector: all()}"), "client", Reach.ALLOWED),
        (calico(SOURCE % "{namespaceSelector: zone == 'outer'}"), "client", Reach.UNKNOWN),
        (calico(SOURCE % "{selector: role == 'trusted'}"), Outside(), Reach.UNKNOWN),
        (calico(SOURCE % "{nets: [192.0.2.0/24]}"), "client", Reach.DENIED),
        (calico(SOURCE % "{nets: [0.0.0.0/0]}"), Outside(), Reach.ALLOWED),
        (calico(SOURCE % "{notSelector: app == 'x'}"), "client", Reach.UNKNOWN),
        (calico(SOURCE % "{serviceAccounts: {names: [x]}}"), "client", Reach.UNKNOWN),
        (
            calico("ingress: [{action: Allow, protocol: TCP, destination: {ports: [80]}}]"),
            Anyone(),
            Reach.DENIED,
        ),
        (
            calico("ingress: [{action: Allow, protocol: TCP, destination: {ports: ['8000:8100']}}]"),
            "client",
            Reach.ALLOWED,
        ),
        (
            calico("ingress: [{action: Allow, protocol: TCP, destination: {ports: [http]}}]"),
            "client",
            Reach.ALLOWED,
        ),
        (calico("ingress: [{action: Allow, protocol: UDP}]"), "client", Reach.DENIED),
        (calico("ingress: [{action: Allow, http: {methods: [GET]}}]"), "client", Reach.UNKNOWN),
        (calico("ingress: [{action: Allow, destination: {selector: app == 'x'}}]"), "client", Reach.UNKNOWN),
    ],
)
def test_calico(text, source, expected):
    assert reach(text, source) is expected


def selected(text):
    (found,) = resources(Source("a.yaml", calico("types: [Ingress]", text)))
    return found.pods if found.isolates else None


@pytest.mark.parametrize(
    ("text", "matching", "other"),
    [
        ("all()", {}, None),
        ("\"app == 'web' && has(tier)\"", {"app": "web", "tier": "x"}, {"app": "web"}),
        ('"!has(tier)"', {}, {"tier": "x"}),
        ("app != 'web'", {"app": "api"}, {"app": "web"}),
        ("\"app in {'web', 'api'}\"", {"app": "api"}, {"app": "db"}),
        ("\"app not in {'web','api'}\"", {"app": "db"}, {"app": "web"}),
        ("\"(app == 'web') && (tier == 'x')\"", {"app": "web", "tier": "x"}, {"app": "web"}),
        ("projectcalico.org/orchestrator == 'k8s'", {}, None),
        ("app contains 'eb'", {"app": "web"}, {"app": "api"}),
        ("app starts with 'we'", {"app": "web"}, {"app": "dewey"}),
        ("app ends with 'b'", {"app": "web"}, {}),
    ],
)
def test_a_selector_of_calico(text, matching, other):
    found = selected(text)
    assert found.matches(matching)
    assert other is None or not found.matches(other)


@pytest.mark.parametrize(
    "text",
    [
        "\"app == 'a' ||\"",
        "\"!(app == 'a') || app == 'b'\"",
        "app contains web",
        "app == web",
        '"app in {}"',
        "\"app in {'a' 'b'}\"",
        "\"(app == 'a'\"",
        "\"app == 'a' &&\"",
        "\"!(app == 'a')\"",
        "has(app",
        "global()",
    ],
)
def test_a_selector_that_is_not_understood(text):
    assert selected(text) is None


@pytest.mark.parametrize(
    ("text", "alternatives"),
    [
        ("\"app == 'a' || app == 'b'\"", [{"app": "a"}, {"app": "b"}]),
        (
            "\"(app == 'a' || app == 'b') && has(tier)\"",
            [{"app": "a", "tier": ""}, {"app": "b", "tier": ""}],
        ),
        ("\"app == 'a' && tier == 'x' || app == 'b'\"", [{"app": "a", "tier": "x"}, {"app": "b"}]),
    ],
)
def test_a_selector_with_alternatives_is_several_policies(text, alternatives):
    (found,) = resources(Source("a.yaml", calico("types: [Ingress]", text)))
    for labels in alternatives:
        assert [p.pods.matches(labels) for p in found.parts].count(True) == 1
    assert not any(p.pods.matches({"app": "c", "tier": "x"}) for p in found.parts)


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}", Reach.ALLOWED),
        (
            "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {a: b}}}",
            Reach.UNKNOWN,
        ),
        ("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}", Reach.DENIED),
        ("{podSelector: {}}", Reach.DENIED),
        ("{ipBlock: {cidr: 0.0.0.0/0}}", Reach.UNKNOWN),
    ],
)
def test_some_pod_of_a_namespace(peer, expected):
    assert reach(policy(FROM % (peer, "")), Anyone("kube-system")) is expected


def test_no_selector_selects_everything():
    assert selected("").is_empty


SHUT_OUT = """
apiVersion: v1
kind: Service
metadata: {name: till, namespace: retail}
spec: {selector: {app: till}, ports: [{port: 80, targetPort: 8088}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: till, namespace: retail}
spec:
  selector: {matchLabels: {app: till}}
  template:
    metadata: {labels: {app: till}}
    spec: {containers: [{name: till, image: registry.example/till:1, ports: [{containerPort: 8088}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: till, namespace: retail}
spec: {podSelector: {}, policyTypes: [Ingress]}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: public}
spec: {controller: %s}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: till, namespace: retail}
spec: {ingressClassName: public, defaultBackend: {service: {name: till, port: {number: 80}}}}
"""


@pytest.mark.parametrize(
    ("controller", "status", "flag"),
    [
        ("k8s.io/ingress-nginx", 504, ""),
        ("nginx.org/ingress-controller", 504, ""),
        ("traefik.io/ingress-controller", 504, ""),
        ("projectcontour.io/ingress-controller", 503, "UF"),
        ("haproxy-ingress.github.io/controller", 503, ""),
        ("ingress.k8s.aws/alb", 504, ""),
        ("azure/application-gateway", 502, ""),
        ("example.com/unknown", None, ""),
    ],
)
def test_who_dials_says_what_clients_get(controller, status, flag):
    found = testing.check_texts({"a.yaml": SHUT_OUT % controller}, RULES).diagnostics
    (symptom,) = [d.finding.symptom for d in found if d.rule == "network-policy-blocks-route"]
    assert (symptom.status, symptom.flag) == (status, flag)
