"""Annotations that no controller reads as they are meant, and the table that says which are read where."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.graph.likeness import near_names
from upstreamlint.programs.managed.annotations import domains, families, family, fault

RULES = rules.load()
OURS = {
    "annotation-misspelt",
    "annotation-on-wrong-object",
    "annotation-value-refused",
    "rewrite-target-without-group",
    "canary-without-main",
    "ingress-backend-protocol-mismatch",
}


def found(text):
    return [d.rule for d in testing.check_texts({"app.yaml": text}, RULES).diagnostics if d.rule in OURS]


def ingress(annotation, name="nginx", path="/"):
    return f"""\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: web, annotations: {{{annotation}}}}}
spec:
  ingressClassName: {name}
  rules:
    - host: shop.example
      http: {{paths: [{{path: "{path}", pathType: Prefix, backend: {{service: {{name: web, port: {{number: 443}}}}}}}}]}}
"""


def service(annotation="", port="{port: 443, targetPort: 8443}", kind="ClusterIP", probe=""):
    return f"""\
apiVersion: v1
kind: Service
metadata: {{name: web, annotations: {{{annotation}}}}}
spec:
  type: {kind}
  selector: {{app: web}}
  ports: [{port}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers: [{{name: web, image: registry.example/web:1{probe}}}]
---
"""


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("nginx.ingress.kuberntes.io/rewrite-target: /", ["annotation-misspelt"]),
        ("ngnix.ingress.kubernetes.io/rewrite-target: /", ["annotation-misspelt"]),
        ("nginx.ingress.kubernetes.io/proxy-read-timout: '60'", ["annotation-misspelt"]),
        ("nginx.ingress.kubernetes.io/proxy-read-timeouts: '60'", ["annotation-misspelt"]),
        ("alb.ingress.kubernetes.io/healtcheck-path: /up", ["annotation-misspelt"]),
        ("nginx.ingress.kubernetes.io/limit-rpm: '60'", []),
        ("nginx.ingress.kubernetes.io/made-up: '60'", []),
        ("alb.ingress.kubernetes.io/actions.redirect: '{}'", []),
        ("external-dns.alpha.kubernetes.io/hostname: shop.example", []),
        ("ingress.example.io/rewrite-target: /", []),
        ("nginx.ingress.kubernetes.io/proxy-read-timeout: 60s", ["annotation-value-refused"]),
        ("nginx.ingress.kubernetes.io/proxy-read-timeout: '60'", []),
        ("nginx.ingress.kubernetes.io/proxy-read-timeout: '${TIMEOUT}'", []),
        ("nginx.ingress.kubernetes.io/backend-protocol: https", []),
        ("nginx.ingress.kubernetes.io/backend-protocol: TLS", ["annotation-value-refused"]),
        ("nginx.ingress.kubernetes.io/ssl-redirect: 'yes'", ["annotation-value-refused"]),
        ("service.beta.kubernetes.io/aws-load-balancer-type: external", ["annotation-on-wrong-object"]),
        ("traefik.ingress.kubernetes.io/service.serversscheme: https", ["annotation-on-wrong-object"]),
        ("traefik.ingress.kubernetes.io/router.tls: 'true'", []),
    ],
)
def test_on_an_ingress(annotation, expected):
    assert found(ingress(annotation, name="web")) == expected


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("nginx.ingress.kubernetes.io/backend-protocol: HTTPS", ["annotation-on-wrong-object"]),
        ("appgw.ingress.kubernetes.io/health-probe-path: /up", ["annotation-on-wrong-object"]),
        ("alb.ingress.kubernetes.io/healthcheck-path: /up", []),
        ("alb.ingress.kubernetes.io/scheme: internal", ["annotation-on-wrong-object"]),
        ("traefik.ingress.kubernetes.io/router.entrypoints: web", ["annotation-on-wrong-object"]),
        ("traefik.ingress.kubernetes.io/service.serversscheme: https", []),
        ('cloud.google.com/backend-config: \'{"default": "web"}\'', []),
        ("cloud.google.com/backend-config: web", ["annotation-value-refused"]),
        ("projectcontour.io/upstream-protocol.tls: '443'", []),
        ("haproxy.org/check: 'true'", []),
    ],
)
def test_on_a_service(annotation, expected):
    assert found(service(annotation)) == expected


def test_settings_of_an_nlb_behind_an_alb():
    text = service("service.beta.kubernetes.io/aws-load-balancer-healthcheck-path: /up", port="{port: 80}")
    behind = text + ingress("alb.ingress.kubernetes.io/target-type: ip", name="alb").replace("443", "80")
    assert found(behind) == ["annotation-on-wrong-object"]
    both = behind.replace(
        "target-type: ip", "target-type: ip, alb.ingress.kubernetes.io/healthcheck-path: /up"
    )
    assert found(both) == []
    assert found(text) == []
    assert found(behind.replace("type: ClusterIP", "type: LoadBalancer")) == []


@pytest.mark.parametrize(
    ("target", "path", "expected"),
    [
        ("/$2", "/api", ["rewrite-target-without-group"]),
        ("/$1", "/api/(.*)", []),
        ("/$2", "/api(/|$)(.*)", []),
        ("/$2", "/api(?:/|$)(.*)", ["rewrite-target-without-group"]),
        ("/", "/api", []),
    ],
)
def test_groups_of_a_rewrite(target, path, expected):
    assert (
        found(ingress(f"nginx.ingress.kubernetes.io/rewrite-target: {target}", name="web", path=path))
        == expected
    )


@pytest.mark.parametrize(
    ("name", "port", "probe", "expected"),
    [
        ("nginx", "{port: 443, targetPort: 8443}", "", True),
        ("nginx", "{name: tls, port: 443, targetPort: 3080}", "", True),
        ("nginx", "{port: 443, targetPort: 8080}", "", False),
        ("nginx", "{name: http, port: 443, targetPort: 8443}", "", False),
        ("nginx", "{port: 443, targetPort: 8443}", ", readinessProbe: {httpGet: {port: 8443}}", False),
        (
            "nginx",
            "{port: 443, targetPort: 8443}",
            ", readinessProbe: {httpGet: {port: 8443, scheme: HTTPS}}",
            True,
        ),
        ("alb", "{name: https, port: 443, targetPort: 8443}", "", True),
        ("alb", "{name: grpc, port: 443, targetPort: 8080}", "", False),
        ("azure-application-gateway", "{port: 443, targetPort: 8443}", "", False),
        ("gce", "{name: https, port: 443, targetPort: 8443}", "", False),
        ("other", "{name: https, port: 443, targetPort: 8443}", "", False),
    ],
)
def test_backends_that_speak_tls(name, port, probe, expected):
    text = service(port=port, probe=probe) + ingress("", name=name)
    assert ("ingress-backend-protocol-mismatch" in found(text)) is expected


def test_no_key_of_the_table_is_a_slip_of_another_place():
    for one in families():
        assert one.source
        for key in one.keys:
            assert family(one.prefix + key) is not None
            assert one.known(key)
    prefixes = {one.prefix.partition("/")[0] for one in families()}
    assert [p for p in prefixes if near_names(p, domains() - {p}, words=False)] == []


def test_values():
    assert (
        fault("number", "-1")
        == fault("bool", "True")
        == fault("port", "traffic-port")
        == fault("json", "[]")
        == ""
    )
    assert fault("port", "99999")
    assert fault("json", "{")


def test_a_part_of_the_prefix():
    shop = """\
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
"""
    for prefix in ("kubernetes.io", "ingress.kubernetes.io"):
        text = ingress(f"{prefix}/proxy-body-size: 8m")
        assert found(shop + text) == ["annotation-misspelt"]
        assert (
            found(shop.replace("k8s.io/ingress-nginx", "haproxy-ingress.github.io/controller") + text) == []
        )
        assert found(text) == []


@pytest.mark.parametrize(
    ("version", "codes", "refused"),
    [
        ("GRPC", "200", True),
        ("GRPC", "0", False),
        ("GRPC", "0-99", False),
        ("GRPC", "0,12", False),
        ("HTTP1", "0", True),
        ("HTTP2", "200-399", False),
        ("HTTP1", "200,404", False),
        ("GRPC", "${CODES}", False),
    ],
)
def test_codes_of_the_other_protocol(version, codes, refused):
    prefix = "alb.ingress.kubernetes.io/"
    told = f'{prefix}backend-protocol-version: {version}, {prefix}success-codes: "{codes}"'
    text = service() + ingress(told, name="alb")
    assert ("annotation-value-refused" in found(text)) is refused
