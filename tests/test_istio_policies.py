"""TLS modes, scopes, access and load balancing in the mesh."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()
ISTIO = frozenset(name for name, rule in RULES.items() if rule.group == "istio")

APP = """\
apiVersion: v1
kind: Service
metadata:
  name: api
  namespace: shop
spec:
  selector:
    app: api
  ports:
    - name: {name}
      port: 80
      targetPort: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  namespace: shop
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app: api
  template:
    metadata:
      labels:
        app: api
{labels}    spec:
      containers:
        - name: app
          image: registry.example/api:1
          ports:
            - containerPort: 8080
"""
PEERS = """\
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: {name}
  namespace: {namespace}
spec:
{body}
"""
RULE = """\
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: api
  namespace: shop
spec:
  host: {host}
  trafficPolicy:
{body}
"""
EDGE = """\
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: edge
spec:
  selector:
    istio: edge
  servers:
    - port:
        number: 443
        name: tls
        protocol: {protocol}
      hosts:
        - '*'
      tls:
        mode: {mode}
        credentialName: edge
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: edge
  namespace: edge
spec:
  selector:
    matchLabels:
      istio: edge
  template:
    metadata:
      labels:
        istio: edge
    spec:
      serviceAccountName: edge
      containers:
        - name: istio-proxy
          image: auto
"""
ROUTE = """\
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: api
  namespace: shop
spec:
  hosts:
    - api.example
  gateways:
    - {gateway}
  {kind}:
    - {match}route:
        - destination:
            host: {host}
            port:
              number: 80
"""
ACCESS = """\
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: api
  namespace: shop
spec:
{body}
"""


def app(name="http", replicas=2, labels=""):
    return APP.format(name=name, replicas=replicas, labels=labels)


def peers(mode, name="default", namespace="shop", selector="", ports=""):
    return PEERS.format(name=name, namespace=namespace, body=f"  mtls:\n    mode: {mode}\n{selector}{ports}")


def rule(body, host="api"):
    return RULE.format(host=host, body="".join(f"    {line}\n" for line in body.splitlines()))


def tls(mode):
    return rule(f"tls:\n  mode: {mode}")


def edge(protocol="HTTPS", mode="SIMPLE"):
    return EDGE.format(protocol=protocol, mode=mode)


def route(kind="http", host="api", gateway="edge/edge"):
    match = "match: [{port: 443, sniHosts: [api.example]}]\n      " if kind == "tls" else ""
    return ROUTE.format(kind=kind, host=host, gateway=gateway, match=match)


def access(body):
    return ACCESS.format(body="".join(f"  {line}\n" for line in body.splitlines()))


def found(text):
    diagnostics = testing.check_texts({"mesh.yaml": text}, RULES).diagnostics
    return [f"{d.severity} {d.rule}" for d in diagnostics if d.rule in ISTIO]


FRONT = """
---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec:
  type: LoadBalancer
  selector: {app: api}
  ports: [{name: http, port: 80, targetPort: 8080}]
---
"""
TRAEFIK = """
---
apiVersion: v1
kind: Namespace
metadata: {name: edge%s}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: traefik, namespace: edge}
spec:
  selector: {matchLabels: {app: traefik}}
  template:
    metadata: {labels: {app: traefik}}
    spec: {containers: [{name: traefik, image: "traefik:v3.2", args: [--providers.kubernetescrd]}]}
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: api, namespace: shop}
spec:
  routes: [{match: Host(`api.example`), kind: Rule, services: [{name: api, port: 80}]}]
---
"""
OWN = "  selector:\n    matchLabels:\n      app: api\n"
SIDECAR = '        sidecar.istio.io/inject: "true"\n'
NO_SIDECAR = '        sidecar.istio.io/inject: "false"\n'
STRICT = "error plaintext-to-strict-mtls"
PLAIN = "error mtls-to-plaintext-workload"
DENIED = "warning authorization-denies-route"
ONLY_MESH = "rules:\n  - from:\n      - source:\n          namespaces: [shop]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (app() + peers("STRICT") + tls("DISABLE"), [STRICT]),
        (app() + peers("STRICT", namespace="istio-system") + tls("DISABLE"), [STRICT]),
        (app() + peers("STRICT") + peers("PERMISSIVE", "own", selector=OWN) + tls("DISABLE"), []),
        (app() + peers("PERMISSIVE") + peers("STRICT", "own", selector=OWN) + tls("DISABLE"), [STRICT]),
        (
            app()
            + peers("STRICT", selector=OWN, ports="  portLevelMtls:\n    8080:\n      mode: PERMISSIVE\n")
            + tls("DISABLE"),
            [],
        ),
        (app() + peers("PERMISSIVE") + tls("DISABLE"), []),
        (app(labels=SIDECAR) + FRONT + peers("STRICT"), [STRICT]),
        (app(labels=SIDECAR) + FRONT + peers("PERMISSIVE"), []),
        (app(labels=NO_SIDECAR) + FRONT + peers("STRICT"), []),
        (app(labels=SIDECAR) + FRONT.replace("LoadBalancer", "ClusterIP") + peers("STRICT"), []),
        (app(labels=SIDECAR) + TRAEFIK % "" + peers("STRICT"), [STRICT]),
        (app(labels=SIDECAR) + TRAEFIK % "" + peers("PERMISSIVE"), []),
        (app(labels=SIDECAR) + TRAEFIK % ", labels: {istio-injection: enabled}" + peers("STRICT"), []),
        (app(labels=NO_SIDECAR) + peers("STRICT") + tls("DISABLE"), []),
        (app(labels=NO_SIDECAR) + tls("ISTIO_MUTUAL"), [PLAIN]),
        (app() + peers("DISABLE") + tls("ISTIO_MUTUAL"), [PLAIN]),
        (app() + tls("ISTIO_MUTUAL"), []),
        (
            app() + peers("STRICT", namespace="istio-system") + rule("tls:\n  mode: DISABLE", "'*.local'"),
            [STRICT],
        ),
        (
            app()
            + peers("STRICT")
            + rule("portLevelSettings:\n  - port:\n      number: 80\n    tls:\n      mode: DISABLE"),
            [STRICT],
        ),
        (
            app()
            + peers("STRICT")
            + rule("portLevelSettings:\n  - port:\n      number: 81\n    tls:\n      mode: DISABLE"),
            [],
        ),
    ],
)
def test_tls_of_both_ends(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ONLY_MESH, [DENIED]),
        ("{}", [DENIED]),
        ("rules:\n  - from:\n      - source:\n          namespaces: [edge]", []),
        ("rules:\n  - from:\n      - source:\n          principals: [cluster.local/ns/edge/sa/edge]", []),
        (
            "rules:\n  - from:\n      - source:\n          principals: [cluster.local/ns/edge/sa/other]",
            [DENIED],
        ),
        ("rules:\n  - to:\n      - operation:\n          ports: ['8080']", []),
        ("rules:\n  - to:\n      - operation:\n          ports: ['80']", [DENIED]),
        ("rules:\n  - to:\n      - operation:\n          paths: [/api]", []),
        ("action: DENY\nrules:\n  - {}", [DENIED]),
        ("action: DENY\nrules:\n  - to:\n      - operation:\n          paths: [/admin]", []),
        (f"selector:\n  matchLabels:\n    app: other\n{ONLY_MESH}", []),
    ],
)
def test_access_from_a_gateway(body, expected):
    assert found(app() + edge() + route() + access(body)) == expected


@pytest.mark.parametrize(
    ("protocol", "mode", "kind", "expected"),
    [
        ("HTTPS", "SIMPLE", "http", []),
        ("TLS", "PASSTHROUGH", "tls", []),
        ("HTTPS", "PASSTHROUGH", "http", ["error route-kind-unused"]),
        ("TLS", "SIMPLE", "tcp", []),
        ("TLS", "SIMPLE", "http", ["error route-kind-unused"]),
        ("HTTPS", "SIMPLE", "tls", ["error route-kind-unused"]),
    ],
)
def test_kind_of_routes_that_a_server_uses(protocol, mode, kind, expected):
    assert found(app() + edge(protocol, mode) + route(kind)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (app("https") + edge() + route(), ["warning port-protocol-mismatch"]),
        (app("https") + edge() + route() + tls("SIMPLE"), []),
        (app("tcp-api") + edge() + route(), []),
        (app("tcp-api") + route(gateway="mesh"), ["warning port-protocol-mismatch"]),
    ],
)
def test_protocol_of_a_destination(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    ("replicas", "body", "expected"),
    [
        (1, "maxEjectionPercent: 100", ["warning outlier-can-empty-pool"]),
        (3, "maxEjectionPercent: 100", ["info outlier-can-empty-pool"]),
        (1, "maxEjectionPercent: 100\n  minHealthPercent: 50", []),
        (1, "maxEjectionPercent: 50", []),
        (1, "consecutive5xxErrors: 5", []),
    ],
)
def test_ejection_of_every_pod(replicas, body, expected):
    assert found(app(replicas=replicas) + rule(f"outlierDetection:\n  {body}")) == expected


def test_alias_of_a_host_that_is_not_registered():
    alias = (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: api\n  namespace: shop\n"
        "spec:\n  type: ExternalName\n  externalName: api.vendor.example\n  ports:\n    - port: 80\n"
    )
    assert found(alias + edge() + route()) == ["warning destination-host-unknown"]


@pytest.mark.parametrize(
    ("egress", "mode", "expected"),
    [
        ("./*", "REGISTRY_ONLY", ["warning sidecar-hides-destination"]),
        ("./*", "ALLOW_ANY", []),
        ("shop/*", "REGISTRY_ONLY", []),
        ("'*/api.shop.svc.cluster.local'", "REGISTRY_ONLY", []),
        ("~/*", "REGISTRY_ONLY", ["warning sidecar-hides-destination"]),
    ],
)
def test_scope_of_a_sidecar(egress, mode, expected):
    scope = (
        "---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata:\n  name: default\n  namespace: web\n"
        f"spec:\n  egress:\n    - hosts:\n        - {egress}\n  outboundTrafficPolicy:\n    mode: {mode}\n"
    )
    pod = (
        "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  namespace: web\nspec:\n  containers:\n"
        "    - name: web\n      image: registry.example/web:1\n      env:\n"
        "        - name: API\n          value: http://api.shop.svc.cluster.local/v1\n"
    )
    assert found(app() + scope + pod) == expected
