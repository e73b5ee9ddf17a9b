"""What istiod makes of small systems: which routes die, with which answer, and which do not.

Each answer was given by istiod's own generator and the EndpointSlice reconciler for a system of the same kind.
"""

from __future__ import annotations

import json

import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Severity
from upstreamlint.settings.config import Config

RULES = rules.load()
VERSIONS = {"v1": "v1", "v2": "v2"}


def objekt(api, kind, name, namespace, spec, **more):
    meta = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api, "kind": kind, "metadata": meta, "spec": spec, **more}


def service(name="cart", namespace="shop", *, exported=None, **spec):
    spec = {"selector": {"app": name}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}], **spec}
    found = objekt("v1", "Service", name, namespace, {k: v for k, v in spec.items() if v is not None})
    if exported is not None:
        found["metadata"]["annotations"] = {"networking.istio.io/exportTo": exported}
    return found


def pods(
    version="v1", name="cart", namespace="shop", *, ports=None, ready="http", kind="Deployment", replicas=2
):
    labels = {"app": name, "version": version}
    container = {
        "name": "app",
        "image": "registry.example/app:1",
        "ports": [{"name": "http", "containerPort": 8080}] if ports is None else ports,
        "readinessProbe": {"httpGet": {"path": "/ready", "port": ready}},
    }
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    plain = kind == "ReplicationController"
    spec = {"replicas": replicas, "selector": labels if plain else {"matchLabels": labels}}
    return objekt(
        "v1" if plain else "apps/v1", kind, f"{name}-{version}", namespace, spec | {"template": template}
    )


def subsets(host="cart", namespace="shop", *, labels=VERSIONS, name=None, **spec):
    listed = [{"name": n, "labels": {"version": v}} for n, v in labels.items()]
    spec = {"host": host, **({"subsets": listed} if listed else {}), **spec}
    return objekt("networking.istio.io/v1", "DestinationRule", name or host.strip("*."), namespace, spec)


def to(host="cart", subset=None, port=None, weight=None):
    there = {"host": host, "subset": subset, "port": {"number": port} if port else None}
    one = {"destination": {k: v for k, v in there.items() if v is not None}}
    return one if weight is None else {**one, "weight": weight}


def virtual(*routes, host="cart", namespace="shop", name="cart", **spec):
    http = [{"route": [r]} if "destination" in r else r for r in routes]
    hosts = {"hosts": [host]} if host else {}
    return objekt(
        "networking.istio.io/v1", "VirtualService", name, namespace, {**hosts, "http": http, **spec}
    )


def front(*routes, **spec):
    """A VirtualService of the gateway `front`, for `a.example`."""
    return virtual(*routes, host="a.example", **{"gateways": ["front"], **spec})


def streaming(backend, *, name, **spec):
    """A VirtualService `a.example` for whatever comes to a port of the Gateway `front`."""
    spec = {
        "hosts": ["a.example"],
        "gateways": ["shop/front"],
        "tcp": [{"route": [to(backend, port=80)]}],
        **spec,
    }
    return objekt("networking.istio.io/v1", "VirtualService", name, "shop", spec)


def edge(*routes, namespace="shop", hosts=("a.example",)):
    """An HTTPRoute of the Gateway `edge` in the namespace `edge`."""
    spec = {"parentRefs": [{"name": "edge", "namespace": "edge"}], "hostnames": list(hosts)}
    rules_ = [r if isinstance(r, dict) and "backendRefs" in r else {"backendRefs": [r]} for r in routes]
    return objekt("gateway.networking.k8s.io/v1", "HTTPRoute", "r", namespace, {**spec, "rules": rules_})


def strict(mode, namespace="shop"):
    return objekt("security.istio.io/v1", "PeerAuthentication", "all", namespace, {"mtls": {"mode": mode}})


def namespaced(name, **labels):
    found = objekt("v1", "Namespace", name, None, {})
    found["metadata"]["labels"] = labels
    return found


FRONT = objekt(
    "networking.istio.io/v1",
    "Gateway",
    "front",
    "shop",
    {
        "selector": {"istio": "ingressgateway"},
        "servers": [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*.example"]}],
    },
)
PROXY = objekt(
    "apps/v1",
    "Deployment",
    "ingress",
    "istio-system",
    {
        "replicas": 2,
        "selector": {"matchLabels": {"istio": "ingressgateway"}},
        "template": {
            "metadata": {"labels": {"istio": "ingressgateway"}},
            "spec": {
                "containers": [
                    {
                        "name": "istio-proxy",
                        "image": "auto",
                        "readinessProbe": {"httpGet": {"path": "/healthz/ready", "port": 15021}},
                    }
                ]
            },
        },
    },
)
EDGE = objekt(
    "gateway.networking.k8s.io/v1",
    "Gateway",
    "edge",
    "edge",
    {
        "gatewayClassName": "istio",
        "listeners": [
            {"name": "web", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}
        ],
    },
)


def listening(**changes):
    """The Gateway `edge` with a listener of its own."""
    listener = {**EDGE["spec"]["listeners"][0], **changes}
    return {**EDGE, "spec": {**EDGE["spec"], "listeners": [listener]}}


MESHED = namespaced("shop", **{"istio-injection": "enabled"})
PEER = [service("peer", ports=[{"name": "http", "port": 9000, "targetPort": 8080}]), pods(name="peer")]
CLIENT = pods(name="client", namespace="web")
SLICE = {
    **objekt("discovery.k8s.io/v1", "EndpointSlice", "cart-1", "shop", None),
    "addressType": "IPv4",
    "ports": [{"name": "http", "port": 8080}],
    "endpoints": [{"addresses": ["192.0.2.10"]}],
}
SLICE["metadata"]["labels"] = {"kubernetes.io/service-name": "cart"}
del SLICE["spec"]
FULL = "cart.shop.svc.cluster.local"
UDP = [{"name": "http", "containerPort": 8080, "protocol": "UDP"}]


def alias(target, **spec):
    ports = [{"name": "http", "port": 80}]
    return service("alias", type="ExternalName", externalName=target, selector=None, ports=ports, **spec)


def tls(mode, host="cart", namespace="shop", **spec):
    return subsets(host, namespace, labels={}, trafficPolicy={"tls": {"mode": mode}}, **spec)


def entry(**spec):
    """A ServiceEntry of the host `pay.example`, over HTTP."""
    ports = [{"number": 80, "name": "http", "protocol": "HTTP"}]
    spec = {"hosts": ["pay.example"], "ports": ports, "resolution": "DNS", **spec}
    return objekt("networking.istio.io/v1", "ServiceEntry", "pay", "shop", spec)


PAYING = entry(resolution="STATIC", workloadSelector={"labels": {"app": "cart"}}, location="MESH_INTERNAL")


def scope(namespace, *hosts):
    """The Sidecar of a namespace, with what it lets in."""
    spec = {"egress": [{"hosts": list(hosts)}]}
    return objekt("networking.istio.io/v1", "Sidecar", "default", namespace, spec)


ADMIN = [{"name": f"http-{n}", "port": n, "targetPort": 8080} for n in (8000, 80)]
SHOWN = entry(exportTo=["shop"])


def allowed(source, name="cart", namespace="shop"):
    """An AuthorizationPolicy that lets one source in to the pods of an app."""
    spec = {"selector": {"matchLabels": {"app": name}}, "rules": [{"from": [{"source": source}]}]}
    return objekt("security.istio.io/v1", "AuthorizationPolicy", name, namespace, spec)


def asking(action, **operation):
    """An AuthorizationPolicy that asks for a method of who calls the pods of `cart`."""
    rules_ = [{"to": [{"operation": {"methods": ["GET"], **operation}}]}]
    spec = {"selector": {"matchLabels": {"app": "cart"}}, "action": action, "rules": rules_}
    return objekt("security.istio.io/v1", "AuthorizationPolicy", "cart", "shop", spec)


STREAMS = [{"name": "tcp-api", "port": 80, "targetPort": 8080}]
MACHINE = objekt(
    "networking.istio.io/v1",
    "WorkloadEntry",
    "cart",
    "shop",
    {"address": "192.0.2.7", "labels": {"app": "cart"}},
)
TWICE = {"backendRefs": [{"name": "cart", "port": 80, "weight": weight} for weight in (0, 1)]}

DEAD = {
    "one of an entry's ports, which its pods do not declare": (
        [
            pods(ports=[{"containerPort": 8080}], ready=8080),
            entry(
                resolution="STATIC",
                workloadSelector={"labels": {"app": "cart"}},
                ports=[
                    {"number": 80, "name": "http", "protocol": "HTTP"},
                    {"number": 81, "name": "web", "protocol": "HTTP", "targetPort": 8080},
                ],
            ),
            FRONT,
            PROXY,
            front(
                {"match": [{"uri": {"prefix": "/x"}}], "route": [to("pay.example", port=81)]},
                to("pay.example", port=80),
            ),
        ],
        ("warning", "service-entry-port-not-served", "UF", {"a.example/": 1.0}),
    ),
    "subset of an entry that is looked up by its name": (
        [entry(), subsets("pay.example", labels={"v1": "v1"}), FRONT, PROXY, front(to("pay.example", "v1", port=80))],
        ("error", "subset-selects-no-pods", "NC", {"a.example/": 1.0}),
    ),
    "subset of an entry whose endpoints are of others": (
        [
            entry(resolution="STATIC", endpoints=[{"address": "192.0.2.7", "labels": {"version": "v2"}}]),
            subsets("pay.example", labels={"v1": "v1"}),
            FRONT,
            PROXY,
            front(to("pay.example", "v1", port=80)),
        ],
        ("error", "subset-selects-no-pods", "UH", {"a.example/": 1.0}),
    ),
    "DENY for a method, where the port is for streams": (
        [MESHED, service(ports=STREAMS), pods(), asking("DENY"), FRONT, PROXY, front(to())],
        ("warning", "authorization-closes-port", "UC", {"a.example/": 1.0}),
    ),
    "DENY for a method and the pod's port, where it is for streams": (
        [MESHED, service(ports=STREAMS), pods(), asking("DENY", ports=["8080"]), FRONT, PROXY, front(to())],
        ("warning", "authorization-closes-port", "UC", {"a.example/": 1.0}),
    ),
    "ALLOW for a method, where the port is for streams": (
        [MESHED, service(ports=STREAMS), pods(), asking("ALLOW"), FRONT, PROXY, front(to())],
        ("warning", "authorization-closes-port", "UC", {"a.example/": 1.0}),
    ),
    "Service that the Gateway's namespace does not see, also without weight": (
        [service(exported="."), pods(), EDGE, edge(TWICE)],
        ("error", "route-backend-not-exported", "NC", {"a.example/": 1.0}),
    ),
    "wildcard rule of the root namespace for nobody else": (
        [
            MESHED,
            service(),
            pods(),
            strict("STRICT"),
            tls("DISABLE", "*.shop.svc.cluster.local", "istio-system", exportTo=["."], name="all"),
            FRONT,
            PROXY,
            front(to()),
        ],
        ("error", "plaintext-to-strict-mtls", "UC", {"a.example/": 1.0}),
    ),
    "whoever is not one, at a gateway that knows nobody": (
        [
            service(),
            pods(),
            {
                **allowed({"notPrincipals": ["cluster.local/ns/web/sa/default"]}, namespace="istio-system"),
                "spec": {
                    "action": "DENY",
                    "rules": [{"from": [{"source": {"notPrincipals": ["cluster.local/ns/web/sa/default"]}}]}],
                },
            },
            FRONT,
            PROXY,
            front(to()),
        ],
        ("warning", "authorization-denies-route", "", {"a.example/": 1.0}),
    ),
    "rule of the namespace of a route, for clients in another": (
        [
            service("egress", "istio-system", selector={"istio": "ingressgateway"}),
            PROXY,
            pods(name="peer", namespace="web"),
            subsets("egress.istio-system.svc.cluster.local", "shop", name="egress", subsets=[{"name": "v1"}]),
            virtual(to("egress.istio-system.svc.cluster.local", "v1", port=80), host="egress.istio-system.svc.cluster.local"),
        ],
        ("warning", "destination-rule-not-visible", "NC", {"egress.istio-system.svc.cluster.local/": 1.0}),
    ),
    "subset that nothing defines beside its Service, where all is known": (
        [service(), pods(), FRONT, PROXY, front(to(subset="v9"))],
        ("error", "subset-undefined", "NC", {"a.example/": 1.0}),
    ),
    "principal of a gateway, where a PeerAuthentication lets no mutual TLS on": (
        [
            MESHED,
            service(),
            pods(),
            strict("DISABLE"),
            allowed({"principals": ["cluster.local/ns/istio-system/sa/default"]}),
            FRONT,
            PROXY,
            front(to()),
        ],
        ("warning", "authorization-denies-route", "", {"a.example/": 1.0}),
    ),
    "namespace of no gateway, behind an HTTPRoute": (
        [MESHED, service(), pods(), allowed({"namespaces": ["web"]}), EDGE, edge({"name": "cart", "port": 80})],
        ("warning", "authorization-denies-route", "", {"a.example/": 1.0}),
    ),
    "Service without pods that the namespace of the route does not see": (
        [
            service(exported=".", ports=ADMIN[:1]),
            pods(replicas=0),
            pods(name="peer"),
            CLIENT,
            virtual(to(FULL, port=8000), host=FULL, namespace="web"),
        ],
        ("error", "backend-scaled-to-zero", "UH", {f"{FULL}/": 1.0}),
    ),
    "match of a port that no host of the mesh has": (
        [
            service(),
            pods(),
            virtual({"match": [{"uri": {"prefix": "/a"}}], "route": [to()]}, {"match": [{"port": 9000}], "route": [to()]}),
        ],
        ("error", "match-never-holds", "NR", {"cart/": 1.0}),
    ),
    "subset that nothing defines, without a port that all listeners have": (
        [SHOWN, service(ports=ADMIN), pods(), virtual(to("pay.example", "v1"))],
        ("error", "subset-undefined", "NC", {"cart/": 1.0}),
    ),
    "TLS to a port that is named for it, and that a probe asks in plain text": (
        [service(ports=[{"name": "https", "port": 80, "targetPort": 8080}]), pods(), tls("SIMPLE"), FRONT, PROXY, front(to())],
        ("warning", "tls-origination-port-mismatch", "UF", {"a.example/": 1.0}),
    ),
    "entry whose pods do not run": (
        [PAYING, pods(replicas=0), FRONT, PROXY, front(to("pay.example"))],
        ("error", "backend-scaled-to-zero", "UH", {"a.example/": 1.0}),
    ),
    "entry whose pods are never ready, though their Service publishes them": (
        [service(publishNotReadyAddresses=True), pods(ready="nope"), PAYING, virtual(to("pay.example"), host="pay.example")],
        ("error", "probe-port-missing", "UH", {"pay.example/": 1.0}),
    ),
    "subset of an entry whose pods do not run, beside one whose pods do": (
        [
            PAYING,
            pods(replicas=0),
            pods("v2"),
            subsets("pay.example"),
            FRONT,
            PROXY,
            front(to("pay.example", "v1")),
        ],
        ("error", "subset-selects-no-pods", "UH", {"a.example/": 1.0}),
    ),
    "subset without pods of a headless Service, behind a gateway": (
        [service(clusterIP="None"), pods(), subsets(), FRONT, PROXY, front(to(subset="v2"))],
        ("error", "subset-selects-no-pods", "UH", {"a.example/": 1.0}),
    ),
    "endpoints with a port of a name for a Service port without one": (
        [service(selector=None, ports=[{"port": 80}]), SLICE, FRONT, PROXY, front(to())],
        ("error", "endpoints-port-name-mismatch", "UH", {"a.example/": 1.0}),
    ),
    "entry that is not exported to the gateway, in the route's own namespace": (
        [entry(exportTo=["web"]), CLIENT, FRONT, PROXY, front(to("pay.example"))],
        ("error", "destination-host-unknown", "NC", {"a.example/": 1.0}),
    ),
    "mesh route without a port to a host of another port": (
        [service(), pods(), *PEER, virtual(to("peer"))],
        ("error", "upstream-port-not-served", "NC", {"cart/": 1.0}),
    ),
    "mesh route without a port, one of two listeners": (
        [
            service(
                ports=[
                    {"name": "http", "port": 80, "targetPort": 8080},
                    {"name": "http-admin", "port": 9901, "targetPort": 8080},
                ]
            ),
            pods(),
            service("peer"),
            pods(name="peer"),
            virtual(to("peer")),
        ],
        ("warning", "upstream-port-not-served", "NC", {"cart/": 1.0}),
    ),
    "one of two workloads never ready, and a subset of it": (
        [service(), pods(ready="nope"), pods("v2"), subsets(), FRONT, PROXY, front(to(subset="v1"), name="one")],
        ("error", "probe-port-missing", "UH", {"a.example/": 1.0}),
    ),
    "all workloads without the named port": (
        [
            service(ports=[{"name": "http", "port": 80, "targetPort": "web"}]),
            pods(),
            FRONT,
            PROXY,
            front(to()),
        ],
        ("error", "target-port-not-on-pod", "UH", {"a.example/": 1.0}),
    ),
    "subset of pods that declare the port for UDP": (
        [service(), pods(), pods("v2", ports=UDP), subsets(), FRONT, PROXY, front(to(subset="v2"))],
        ("warning", "target-port-not-served", "UF", {"a.example/": 1.0}),
    ),
    "target port left out beside a port of its name": (
        [
            service(
                ports=[{"name": "http", "port": 80}, {"name": "admin", "port": 9901, "targetPort": 9901}]
            ),
            pods(ports=[{"name": "http", "containerPort": 8080}, {"name": "admin", "containerPort": 9901}]),
            FRONT,
            PROXY,
            front(to(port=80)),
        ],
        ("warning", "target-port-not-served", "UF", {"a.example/": 1.0}),
    ),
    "Service that the Gateway's namespace does not see": (
        [service(exported="."), pods(), EDGE, edge({"name": "cart", "port": 80})],
        ("error", "route-backend-not-exported", "NC", {"a.example/": 1.0}),
    ),
    "subset of endpoints that are written by hand": (
        [service(selector=None), SLICE, subsets(), FRONT, PROXY, front(to(subset="v1"))],
        ("error", "subset-selects-no-pods", "UH", {"a.example/": 1.0}),
    ),
    "rule that one namespace sees": (
        [service(), pods(), pods("v2"), CLIENT, subsets(exportTo=["."]), virtual(to(subset="v1"), host=FULL)],
        ("warning", "destination-rule-not-visible", "NC", {f"{FULL}/": 1.0}),
    ),
    "sourceLabels as the only route of a gateway": (
        [
            service(),
            pods(),
            FRONT,
            PROXY,
            front({"match": [{"sourceLabels": {"app": "web"}}], "route": [to()]}),
        ],
        ("error", "match-never-holds", "NR", {"a.example/": 1.0}),
    ),
    "match of another gateway": (
        [service(), pods(), FRONT, PROXY, front({"match": [{"gateways": ["mesh"]}], "route": [to()]})],
        ("error", "match-never-holds", "NR", {"a.example/": 1.0}),
    ),
    "match of a port that the gateway has not": (
        [service(), pods(), FRONT, PROXY, front({"match": [{"port": 8080}], "route": [to()]})],
        ("error", "match-never-holds", "NR", {"a.example/": 1.0}),
    ),
    "match of another host": (
        [service(), pods(), FRONT, PROXY, front({"match": [{"authority": {"exact": "b.example"}}], "route": [to()]})],
        ("error", "match-never-holds", "NR", {"a.example/": 1.0}),
    ),
    "route that is handed over": (
        [
            service(),
            pods(),
            *PEER,
            virtual({"delegate": {"name": "sub"}}),
            virtual(to("peer"), name="sub", host=""),
        ],
        ("error", "upstream-port-not-served", "NC", {"cart/": 1.0}),
    ),
    "ServiceEntry that another namespace of clients does not see": (
        [
            objekt(
                "networking.istio.io/v1",
                "ServiceEntry",
                "pay",
                "shop",
                {
                    "hosts": ["pay.test"],
                    "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}],
                    "resolution": "DNS",
                    "exportTo": ["."],
                },
            ),
            pods(),
            CLIENT,
            virtual(to("pay.test"), host="pay.test"),
        ],
        ("warning", "destination-host-unknown", "NC", {"pay.test/": 1.0}),
    ),
    "port for UDP": (
        [service(ports=[{"name": "http", "port": 80, "protocol": "UDP"}]), pods(ports=UDP), FRONT, PROXY, front(to())],
        ("error", "upstream-port-not-served", "NC", {"a.example/": 1.0}),
    ),
    "port for UDP behind an HTTPRoute": (
        [
            service(ports=[{"name": "http", "port": 80, "protocol": "UDP"}]),
            pods(ports=UDP),
            EDGE,
            edge({"name": "cart", "port": 80}),
        ],
        ("error", "upstream-port-not-served", "NC", {"a.example/": 1.0}),
    ),
    "one of two hosts that no listener serves": (
        [
            service(),
            pods(),
            listening(hostname="*.example"),
            edge({"name": "cart", "port": 80}, hosts=("a.example", "a.test")),
        ],
        ("warning", "route-hostname-no-match", "NR", {"a.test/": 1.0}),
    ),
    "class that is misspelled": (
        [service(), pods(), {**EDGE, "spec": {**EDGE["spec"], "gatewayClassName": "istioo"}}, edge({"name": "cart", "port": 80})],
        ("warning", "gateway-class-missing", "", {"a.example/": 1.0}),
    ),
    "TLS to a port of the mesh that speaks plain text": (
        [service(), pods(), tls("SIMPLE"), FRONT, PROXY, front(to())],
        ("warning", "tls-origination-port-mismatch", "UF", {"a.example/": 1.0}),
    ),
    "mutual TLS for the whole mesh to pods that refuse it": (
        [MESHED, service(), pods(), tls("ISTIO_MUTUAL", "*.local", "istio-system"), strict("DISABLE"), virtual(to())],
        ("error", "mtls-to-plaintext-workload", "UF", {"cart/": 1.0}),
    ),
    "mutual TLS for all Services to pods that refuse it": (
        [
            MESHED,
            service(),
            pods(),
            tls("ISTIO_MUTUAL", "*.svc.cluster.local", "istio-system"),
            strict("DISABLE"),
            virtual(to()),
        ],
        ("error", "mtls-to-plaintext-workload", "UF", {"cart/": 1.0}),
    ),
    "mutual TLS behind an HTTPRoute": (
        [MESHED, service(), pods(), tls("ISTIO_MUTUAL"), strict("DISABLE"), EDGE, edge({"name": "cart", "port": 80})],
        ("error", "mtls-to-plaintext-workload", "UF", {"a.example/": 1.0}),
    ),
    "mutual TLS by way of an alias": (
        [MESHED, service(), pods(), tls("ISTIO_MUTUAL"), strict("DISABLE"), alias(FULL), FRONT, PROXY, front(to("alias"))],
        ("error", "mtls-to-plaintext-workload", "UF", {"a.example/": 1.0}),
    ),
    "alias of a Service that is not there": (
        [service(), pods(), alias("carts.shop.svc.cluster.local"), FRONT, PROXY, front(to("alias"))],
        ("error", "external-name-target-missing", "NC", {"a.example/": 1.0}),
    ),
    "subset of an alias of a Service that is not there": (
        [
            service(),
            pods(),
            alias("carts.shop.svc.cluster.local"),
            subsets("alias", labels={"v1": "v1"}),
            FRONT,
            PROXY,
            front(to("alias", subset="v1")),
        ],
        ("error", "external-name-target-missing", "NC", {"a.example/": 1.0}),
    ),
    "alias of itself": (
        [alias("alias.shop.svc.cluster.local"), FRONT, PROXY, front(to("alias"))],
        ("error", "external-name-loop", "NC", {"a.example/": 1.0}),
    ),
    "alias of a Service without the port": (
        [*PEER, alias("peer.shop.svc.cluster.local"), FRONT, PROXY, front(to("alias"))],
        ("error", "upstream-port-not-served", "NC", {"a.example/": 1.0}),
    ),
    "headless Service without pods, called in the mesh": (
        [service(clusterIP="None"), pods(name="carts"), virtual(to())],
        ("error", "service-selects-no-pods", "", {"cart/": 1.0}),
    ),
    "headless Service without pods, behind a gateway": (
        [service(clusterIP="None"), pods(name="carts"), FRONT, PROXY, front(to())],
        ("error", "service-selects-no-pods", "UH", {"a.example/": 1.0}),
    ),
    "host that the gateway does not serve": (
        [service(), pods(), FRONT, PROXY, virtual(to(), host="a.test", gateways=["front"])],
        ("error", "host-not-in-gateway", "NR", {"a.test/": 1.0}),
    ),
    "Gateway of the Gateway API": (
        [service(), pods(), EDGE, virtual(to(), host="a.example", gateways=["edge/edge"])],
        ("error", "gateway-reference-missing", "NR", {"a.example/": 1.0}),
    ),
    "route that no listener takes": (
        [
            service(),
            pods(),
            {**EDGE, "spec": {**EDGE["spec"], "listeners": [{"name": "web", "port": 80, "protocol": "HTTP"}]}},
            edge({"name": "cart", "port": 80}),
        ],
        ("error", "route-not-allowed-by-listener", "NR", {"a.example/": 1.0}),
    ),
    "weights of zero": (
        [service(), pods(), EDGE, edge({"name": "cart", "port": 80, "weight": 0})],
        ("error", "route-weights-zero", "-", {"a.example/": 1.0}),
    ),
    "direct response": (
        [service(), pods(), FRONT, PROXY, front({"directResponse": {"status": 503}})],
        ("warning", "direct-response-fails", "-", {"a.example/": 1.0}),
    ),
}  # fmt: skip

FINE = {
    "subset of a headless Service whose pods never get ready": [
        MESHED,
        service(clusterIP="None", ports=[{"name": "http", "port": 8080}]),
        pods(),
        pods("v2", ready="nope"),
        CLIENT,
        subsets(),
        virtual({"route": [to(subset=s, port=8080, weight=50) for s in ("v1", "v2")]}),
    ],
    "port of an entry that its pods have by name": [
        pods(),
        entry(resolution="STATIC", workloadSelector={"labels": {"app": "cart"}}),
        FRONT,
        PROXY,
        front(to("pay.example")),
    ],
    "subset of no pods, whose requests sidecars pass on": [
        MESHED,
        service(),
        pods(),
        CLIENT,
        subsets(labels={"v9": "v9"}, trafficPolicy={"loadBalancer": {"simple": "PASSTHROUGH"}}),
        virtual(to(subset="v9", port=80)),
    ],
    "subset of a passing rule that has a balancer of its own": [
        service(),
        pods(),
        subsets(
            labels={},
            subsets=[
                {"name": "v1", "labels": {"version": "v1"}, "trafficPolicy": {"loadBalancer": {"simple": "RANDOM"}}}
            ],
            trafficPolicy={"loadBalancer": {"simple": "PASSTHROUGH"}},
        ),
        FRONT,
        PROXY,
        front(to(subset="v1")),
    ],
    "machine behind a Service": [service(), MACHINE, FRONT, PROXY, front(to())],
    "pods behind an entry without resolution": [
        MESHED,
        pods(),
        entry(resolution="NONE", workloadSelector={"labels": {"app": "cart"}}),
        FRONT,
        PROXY,
        front(to("pay.example", port=80)),
    ],
    "headless Service whose number the pods have": [
        MESHED,
        service(clusterIP="None", ports=[{"name": "http", "port": 8080, "targetPort": "web"}]),
        pods(),
        CLIENT,
        virtual(to(port=8080)),
    ],
    "principal of a gateway that istiod deploys": [
        MESHED,
        service(),
        pods(),
        allowed({"principals": ["cluster.local/ns/edge/sa/edge-istio"]}),
        EDGE,
        edge({"name": "cart", "port": 80}),
    ],
    "hidden Service, from sidecars that do not listen for it": [
        service(exported=".", ports=ADMIN[:1]),
        pods(),
        CLIENT,
        virtual(to(FULL, port=8000), host=FULL, namespace="web"),
    ],
    "Service that a Sidecar does not let in, with a rule of its own namespace alone": [
        service(ports=ADMIN[:1]),
        pods(),
        CLIENT,
        subsets(exportTo=["."]),
        scope("web", "./*", "istio-system/*"),
        virtual(to(FULL, "v1", port=8000), host=FULL, namespace="web"),
    ],
    "match of a port that no host of the mesh has, alone": [
        service(),
        pods(),
        virtual({"match": [{"port": 9000}], "route": [to(subset="v9")]}),
    ],
    "match of the only port of a gateway, before a route that is dead": [
        service(),
        pods(),
        FRONT,
        PROXY,
        front({"match": [{"port": 80}], "route": [to()]}, to(subset="v9")),
    ],
    "entry that is not exported to the namespace that it is in, from its sidecars": [
        entry(exportTo=["web"]),
        service(),
        pods(),
        CLIENT,
        virtual(to("pay.example"), host="pay.example"),
    ],
    "Service that is exported to another namespace alone, from the sidecars of its own": [
        service(exported="web"),
        pods(),
        CLIENT,
        *PEER,
        virtual(to(port=80), host="peer"),
    ],
    "subset without pods of a headless Service, from sidecars": [
        service(clusterIP="None"),
        pods(),
        subsets(),
        virtual(to(subset="v2")),
    ],
    "delegate that is not there, in the mesh": [
        service(),
        pods(),
        virtual({"delegate": {"name": "sub"}}),
    ],
    "delegate that is not there, before a route for all": [
        service(),
        pods(),
        FRONT,
        PROXY,
        front({"match": [{"uri": {"prefix": "/x"}}], "delegate": {"name": "sub"}}, to()),
    ],
    "gateway route without a port to a host of one port": [*PEER, FRONT, PROXY, front(to("peer"))],
    "mesh route that is for the right listener": [
        service(ports=[{"name": f"http-{n}", "port": n, "targetPort": 8080} for n in (80, 9000)]),
        pods(),
        *PEER,
        virtual({"match": [{"port": 9000}], "route": [to("peer")]}, to()),
    ],
    "pods that are published before they are ready": [
        service(publishNotReadyAddresses=True),
        pods(ready="nope"),
        FRONT,
        PROXY,
        front(to()),
    ],
    "one of two workloads never ready": [service(), pods(ready="nope"), pods("v2"), FRONT, PROXY, front(to())],
    "one of two workloads without the named port": [
        service(ports=[{"name": "http", "port": 80, "targetPort": "http"}]),
        pods(),
        pods("v2", ports=[{"name": "web", "containerPort": 8080}], ready="web"),
        FRONT,
        PROXY,
        front(to()),
    ],
    "weight of zero to what is not permitted": [
        service(),
        pods(),
        service("peer", "web"),
        pods(name="peer", namespace="web"),
        EDGE,
        edge(
            {
                "backendRefs": [
                    {"name": "cart", "port": 80},
                    {"name": "peer", "namespace": "web", "port": 80, "weight": 0},
                ]
            }
        ),
    ],
    "rule of another namespace for a Service that is hidden from it": [
        service(exported="."),
        pods(),
        CLIENT,
        virtual(to(FULL), host=FULL, namespace="web"),
    ],
    "rule that is exported to the namespace of its clients": [
        service(exported="web"),
        pods(),
        CLIENT,
        virtual(to(FULL), host=FULL, exportTo=["web"]),
    ],
    "one of two gateways missing": [service(), pods(), FRONT, PROXY, front(to(), gateways=["front", "back"])],
    "fault on a route behind one that takes everything": [
        service(),
        pods(),
        pods("v2"),
        subsets(),
        FRONT,
        PROXY,
        front(to(subset="v1"), {"match": [{"uri": {"prefix": "/old"}}], "route": [to(subset="v9")]}),
    ],
    "TLS to a port that is named for it": [
        service(ports=[{"name": "https", "port": 443, "targetPort": 8443}]),
        pods(ports=[{"name": "http-tls", "containerPort": 8443}], ready="http-tls"),
        tls("SIMPLE"),
        virtual(to(port=443)),
    ],
    "mutual TLS for the whole mesh, and a rule of its own": [
        MESHED,
        service(),
        pods(),
        tls("ISTIO_MUTUAL", "*.local", "istio-system"),
        tls("DISABLE"),
        strict("DISABLE"),
        virtual(to()),
    ],
    "alias of a Service": [service(), pods(), alias(FULL), FRONT, PROXY, front(to("alias"))],
    "subset by way of an alias": [
        service(),
        pods(),
        pods("v2"),
        subsets(),
        alias(FULL),
        FRONT,
        PROXY,
        front(to("alias", subset="v2")),
    ],
    "match of the gateway that the VirtualService is bound to": [
        service(),
        pods(),
        FRONT,
        PROXY,
        front({"match": [{"gateways": ["shop/front"], "port": 80, "authority": {"exact": "a.example"}}], "route": [to()]}),
    ],
    "route of the mesh that is left out": [
        service(),
        pods(),
        FRONT,
        PROXY,
        virtual({"match": [{"gateways": ["front"]}], "route": [to("nope")]}),
    ],
    "VirtualService that the Sidecar of its own namespace leaves out": [
        service(),
        pods(),
        CLIENT,
        subsets(exportTo=["."]),
        objekt("networking.istio.io/v1", "Sidecar", "default", "web", {"egress": [{"hosts": ["shop/*"]}]}),
        virtual(to(FULL, subset="v1"), host=FULL, namespace="web"),
    ],
    "never ready behind a weight of zero": [
        service(),
        pods(ready="nope"),
        *PEER,
        EDGE,
        edge({"backendRefs": [{"name": "cart", "port": 80, "weight": 0}, {"name": "peer", "port": 9000}]}),
    ],
    "one number for TCP and UDP": [
        service(ports=[{"name": "dns", "port": 80, "protocol": "UDP"}, {"name": "http", "port": 80, "targetPort": 8080}]),
        pods(),
        FRONT,
        PROXY,
        front(to(port=80)),
        EDGE,
        edge({"name": "cart", "port": 80}),
    ],
    "sourceLabels that the gateway has": [
        service(),
        pods(),
        FRONT,
        PROXY,
        front({"match": [{"sourceLabels": {"istio": "ingressgateway"}}], "route": [to()]}),
    ],
    "generated Gateway of a listener": [
        service(),
        pods(),
        EDGE,
        virtual(to(), host="a.example", gateways=["edge/edge-istio-autogenerated-k8s-gateway-web"]),
    ],
}  # fmt: skip


def found(objects, *, complete=True):
    texts = {f"{n:02}.json": json.dumps(o) for n, o in enumerate(objects)}
    result = testing.check_texts(texts, RULES, Config(complete=complete))
    return [
        d
        for d in result.diagnostics
        if d.severity is not Severity.INFO and RULES[d.rule].group != "resilience"
    ]


def hits(diagnostic):
    return {a.listener + a.route: a.share for a in diagnostic.affects}


@pytest.mark.parametrize("case", DEAD)
def test_dead_route_gets_its_answer(case):
    objects, (severity, rule, flag, wanted) = DEAD[case]
    answers = [(d.severity.value, d.rule, d.finding.symptom.flag, hits(d)) for d in found(objects)]
    assert (severity, rule, flag, wanted) in answers
    assert [a for a in answers if a[3] and a[1] != rule and a[0] == "error"] == []


@pytest.mark.parametrize("case", FINE)
def test_working_route_is_not_hit_by_an_error(case):
    broken = [(d.rule, hits(d)) for d in found(FINE[case]) if d.severity is Severity.ERROR and d.affects]
    assert broken == []


@pytest.mark.parametrize(
    "case",
    [
        [service(ports=STREAMS), asking("DENY", ports=["9090"])],
        [service(), asking("DENY")],
        [service(), asking("ALLOW")],
    ],
)
def test_policy_for_requests_may_let_some_in(case):
    objects = [MESHED, *case, pods(), FRONT, PROXY, front(to())]
    assert [d.rule for d in found(objects) if d.rule.startswith("authorization-")] == []


def test_replication_controller_has_pods_and_a_selector():
    controller = pods(kind="ReplicationController")
    assert [d.rule for d in found([service(), controller, FRONT, PROXY, front(to())])] == []
    controller["spec"]["selector"] = {"app": "other"}
    assert "workload-selector-mismatch" in [d.rule for d in found([service(), controller])]


def test_route_that_its_gateway_does_not_take_gets_the_answer_of_another():
    own = {"from": "Selector", "selector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}
    routes = [edge({"name": "cart", "port": 80}, namespace=space) for space in ("shop", "web")]
    gateway = listening(allowedRoutes={"namespaces": own})
    broken = found([service(), pods(ready="nope"), gateway, *routes])
    (refused,) = (d for d in broken if d.rule == "route-not-allowed-by-listener")
    (dead,) = (d for d in broken if d.rule == "probe-port-missing")
    assert [a.anchor.source.path for a in refused.affects] == ["04.json"]
    assert {a.anchor.source.path: a.share for a in dead.affects} == {"03.json": 1.0, "04.json": None}


def test_route_of_the_same_host_may_take_the_requests():
    other = virtual(to("crat", port=80), host="a.example", name="a", gateways=["shop/front"])
    own = front({"match": [{"uri": {"prefix": "/x"}}], "route": [to()]}, to())
    (dead,) = (
        d for d in found([service(), pods(), FRONT, PROXY, other, own]) if d.rule == "upstream-unknown"
    )
    assert {(a.anchor.source.path, a.route): a.share for a in dead.affects} == {
        ("04.json", "/"): 1.0,
        ("05.json", "/"): None,
    }


def test_route_that_is_refused_gets_the_answer_of_a_wider_one():
    own = {"from": "Selector", "selector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}
    wide = edge({"name": "crat", "port": 80}, hosts=())
    narrow = edge(
        {"backendRefs": [{"name": "cart", "port": 80}], "matches": [{"path": {"value": "/x"}}]},
        namespace="web",
    )
    broken = found([service(), pods(), listening(allowedRoutes={"namespaces": own}), wide, narrow])
    (dead,) = (
        d
        for d in broken
        if d.rule == "upstream-unknown" and d.finding.primary.anchor.source.path == "03.json"
    )
    assert {a.anchor.source.path: a.share for a in dead.affects} == {"03.json": 1.0, "04.json": None}


@pytest.mark.parametrize("seen", [True, False])
def test_route_of_the_same_port_may_take_the_connections(seen):
    servers = [{"port": {"number": 9000, "name": "tcp", "protocol": "TCP"}, "hosts": ["*"]}]
    gateway = {**FRONT, "spec": {**FRONT["spec"], "servers": servers}}
    scope = {} if seen else {"exportTo": ["."]}
    other = streaming("crat", name="a", **scope)
    objects = [service(), pods(), gateway, PROXY, other, streaming("cart", name="b")]
    (dead,) = (d for d in found(objects) if d.rule == "upstream-unknown")
    assert {a.anchor.source.path: a.share for a in dead.affects} == (
        {"04.json": 1.0, "05.json": None} if seen else {"04.json": 1.0}
    )


INGRESS_CLASS = objekt(
    "networking.k8s.io/v1", "IngressClass", "edge", "", {"controller": "istio.io/ingress-controller"}
)


@pytest.mark.parametrize(
    ("name", "port", "answer"),
    [
        ("crat", {"number": 80}, (503, "NC")),
        ("crat", {"name": "http"}, (404, "NR")),
        ("cart", {"number": 81}, (503, "NC")),
        ("cart", {"name": "web"}, (404, "NR")),
    ],
)
def test_ingress_of_istiod_gets_its_answers(name, port, answer):
    paths = [
        {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": name, "port": port}}},
        {
            "path": "/x",
            "pathType": "Prefix",
            "backend": {"service": {"name": "cart", "port": {"number": 80}}},
        },
    ]
    rules_ = [{"host": "a.example", "http": {"paths": paths}}]
    ingress = objekt(
        "networking.k8s.io/v1", "Ingress", "cart", "shop", {"ingressClassName": "edge", "rules": rules_}
    )
    (dead,) = (d for d in found([service(), pods(), INGRESS_CLASS, ingress]))
    assert (dead.finding.symptom.status, dead.finding.symptom.flag, hits(dead)) == (
        *answer,
        {"a.example/": 1.0},
    )


def test_gateway_of_istiod_has_a_name_for_strict_pods():
    backend = {"service": {"name": "cart", "port": {"number": 80}}}
    rules_ = [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]
    ingress = objekt(
        "networking.k8s.io/v1", "Ingress", "cart", "shop", {"ingressClassName": "edge", "rules": rules_}
    )
    other = pods(name="controller", namespace="ingress-nginx")
    other["spec"]["template"]["spec"]["containers"][0]["image"] = (
        "registry.k8s.io/ingress-nginx/controller:v1.12.0"
    )
    objects = [MESHED, service(), pods(), strict("STRICT"), INGRESS_CLASS, other, ingress]
    assert "plaintext-to-strict-mtls" not in {d.rule for d in found(objects)}


def test_route_of_a_server_that_another_gateway_has_too_may_be_lost():
    gateways = [
        objekt(
            "networking.istio.io/v1",
            "Gateway",
            name,
            space,
            {
                "selector": {"istio": "ingressgateway"},
                "servers": [
                    {
                        "port": {"number": 443, "name": "https", "protocol": "HTTPS"},
                        "hosts": [f"{space}/*.example"],
                        "tls": {"mode": "SIMPLE", "credentialName": "edge"},
                    }
                ],
            },
        )
        for name, space in (("one", "web"), ("two", "shop"))
    ]
    own = virtual(to(), host="a.example", gateways=["two"])
    (lost,) = (
        d for d in found([service(), pods(), *gateways, PROXY, own]) if d.rule == "gateway-servers-conflict"
    )
    assert (lost.finding.symptom.flag, hits(lost)) == ("NR", {"a.example/": None})


def test_port_of_an_entry_is_looked_up_by_name():
    own = entry(resolution="STATIC", workloadSelector={"labels": {"app": "cart"}})
    assert "service-entry-port-not-served" not in {d.rule for d in found([pods(), own])}
    unnamed = pods(ports=[{"containerPort": 8080}], ready=8080)
    assert "service-entry-port-not-served" in {d.rule for d in found([unnamed, own])}


def test_policy_for_requests_closes_a_port_without_a_route():
    closed = [service(ports=STREAMS), pods(), asking("ALLOW")]
    assert [d.rule for d in found([MESHED, *closed])] == ["authorization-closes-port"]
    # Without a sidecar, or with the port kept from it, nobody asks the policy.
    assert [d.rule for d in found(closed)] == []
    kept = pods()
    kept["spec"]["template"]["metadata"]["annotations"] = {
        "traffic.sidecar.istio.io/excludeInboundPorts": "8080"
    }
    assert [d.rule for d in found([MESHED, service(ports=STREAMS), kept, asking("ALLOW")])] == []
    # Another rule takes connections as such.
    open_ = {"selector": {"matchLabels": {"app": "cart"}}, "rules": [{}]}
    other = objekt("security.istio.io/v1", "AuthorizationPolicy", "open", "shop", open_)
    assert [d.rule for d in found([MESHED, *closed, other])] == []
