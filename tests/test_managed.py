"""Objects that configure proxies which controllers run: every kind of the table names Services."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Severity
from upstreamlint.programs.managed.kinds import kinds

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: catalog, namespace: shop}
spec:
  selector: {app: catalog}
  ports: [{name: http, port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: catalog, namespace: shop}
spec:
  selector: {matchLabels: {app: catalog}}
  template:
    metadata: {labels: {app: catalog}}
    spec: {containers: [{name: app, image: registry.example/catalog:1, ports: [{containerPort: 8080}]}]}
---
"""
SPECS = {
    "IngressRoute": "{routes: [{kind: Rule, match: 'Host(`shop.example`)', services: [{name: NAME, port: PORT}]}]}",
    "IngressRouteTCP": "{routes: [{match: 'HostSNI(`*`)', services: [{name: NAME, port: PORT}]}]}",
    "IngressRouteUDP": "{routes: [{services: [{name: NAME, port: PORT}]}]}",
    "TraefikService": "{weighted: {services: [{name: NAME, port: PORT, weight: 1}]}}",
    "Middleware": "{errors: {status: ['500-599'], query: /500.html, service: {name: NAME, port: PORT}}}",
    "ExtensionService": "{services: [{name: NAME, port: PORT}]}",
    "VirtualService": "{virtualHost: {domains: [shop.example], routes: [{routeAction: {single: {kube: {ref: {name: NAME, namespace: shop}, port: PORT}}}}]}}",
    "RouteTable": "{routes: [{routeAction: {single: {kube: {ref: {name: NAME, namespace: shop}, port: PORT}}}}]}",
    "Upstream": "{kube: {serviceName: NAME, serviceNamespace: shop, servicePort: PORT}}",
    "HTTPProxy": "{virtualhost: {fqdn: shop.example}, routes: [{services: [{name: NAME, port: PORT}]}]}",
    "Route": "{host: shop.example, to: {kind: Service, name: NAME}, port: {targetPort: PORT}}",
    "VirtualServer": "{host: shop.example, upstreams: [{name: a, service: NAME, port: PORT}]}",
    "VirtualServerRoute": "{host: shop.example, upstreams: [{name: a, service: NAME, port: PORT}]}",
    "TransportServer": "{upstreams: [{name: a, service: NAME, port: PORT}]}",
    "Mapping": "{hostname: shop.example, prefix: /, service: 'NAME:PORT'}",
    "TCPMapping": "{port: 6789, service: 'NAME:PORT'}",
    "ValidatingWebhookConfiguration": "webhooks: [{name: a.shop.example, clientConfig: {service: {name: NAME, namespace: shop, port: PORT}}}]",
    "MutatingWebhookConfiguration": "webhooks: [{name: a.shop.example, clientConfig: {service: {name: NAME, namespace: shop, port: PORT}}}]",
    "APIService": "{group: shop.example, service: {name: NAME, namespace: shop, port: PORT}}",
    "ApisixRoute": "{http: [{name: a, match: {hosts: [shop.example], paths: [/*]}, backends: [{serviceName: NAME, servicePort: PORT}]}]}",
    "RouteGroup": "{hosts: [shop.example], backends: [{name: a, type: service, serviceName: NAME, servicePort: PORT}]}",
    "Backend": "{endpoints: [{fqdn: {hostname: NAME.shop.svc.cluster.local, port: PORT}}], static: {hosts: [{host: NAME.shop.svc, port: PORT}]}}",
}  # fmt: skip
NAMING = [key for key, kind in kinds().items() if kind.service or kind.address]
KINDS = [pytest.param(group, kind, id=f"{group}/{kind}") for group, kind in NAMING]
RULES = rules.load()


def found(group, kind, name, port):
    spec = SPECS[kind].replace("NAME", name).replace("PORT", str(port))
    text = f"{SERVICE}apiVersion: {group}/v1\nkind: {kind}\nmetadata: {{name: shop, namespace: shop}}\n{spec if spec.startswith('webhooks:') else f'spec: {spec}'}\n"
    result = testing.check_texts({"shop.yaml": text}, RULES)
    return [d.rule for d in result.diagnostics if d.severity is Severity.ERROR]


def right(kind):
    return 8080 if kind == "Route" else 80


def test_every_kind_of_the_table_is_tested():
    assert set(SPECS) == {kind for _, kind in NAMING}


@pytest.mark.parametrize(("group", "kind"), KINDS)
def test_a_service_and_a_port_that_exist_are_fine(group, kind):
    assert found(group, kind, "catalog", right(kind)) == []


@pytest.mark.parametrize(("group", "kind"), KINDS)
def test_a_misspelt_service_is_unknown(group, kind):
    assert found(group, kind, "cataolg", right(kind)) == ["upstream-unknown"]


@pytest.mark.parametrize(("group", "kind"), KINDS)
def test_a_port_that_is_not_there_is_told(group, kind):
    assert found(group, kind, "catalog", 9999) == ["upstream-port-not-served"]
