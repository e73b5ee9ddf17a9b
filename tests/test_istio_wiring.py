"""Istio's wiring, one fault a case: what a proxy of each kind would find, and what it answers."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.settings.config import Config

RULES = rules.load()
ISTIO = frozenset(name for name, rule in RULES.items() if rule.group in ("istio", "hops"))


def service(
    name="reviews", namespace="default", *, port=9080, target=None, selector=True, exported=None, extra=""
):
    note = f"  annotations:\n    networking.istio.io/exportTo: '{exported}'\n" if exported else ""
    chosen = f"  selector:\n    app: {name}\n" if selector else ""
    aim = f"      targetPort: {target}\n" if target else ""
    return (
        f"apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n  namespace: {namespace}\n{note}"
        f"spec:\n{chosen}  ports:\n    - name: http\n      port: {port}\n{aim}{extra}"
    )


def workload(name="reviews-v1", namespace="default", *, labels=None, replicas=2, kind="Deployment", extra=""):
    values = {"app": "reviews", "version": "v1"} if labels is None else labels
    lines = "".join(f"        {k}: {v}\n" for k, v in values.items())
    return (
        f"apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: {namespace}\n"
        f"spec:\n  replicas: {replicas}\n  selector:\n    matchLabels:\n{lines}"
        f"  template:\n    metadata:\n      labels:\n{lines}"
        f"    spec:\n      containers:\n        - name: app\n          image: registry.example/app:1\n{extra}"
    )


def rule(subset="v1", labels="version: v1", *, host="reviews", namespace="default", name="reviews", extra=""):
    subsets = f"  subsets:\n    - name: {subset}\n" if subset else ""
    chosen = f"      labels:\n        {labels}\n" if subset and labels else ""
    return (
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
        f"metadata:\n  name: {name}\n  namespace: {namespace}\n"
        f"spec:\n  host: '{host}'\n{extra}{subsets}{chosen}"
    )


def route(
    host="reviews",
    subset="v1",
    *,
    namespace="default",
    name="reviews",
    hosts=("reviews",),
    gateways=(),
    extra="",
    port=0,
):
    listed = "".join(f"    - '{h}'\n" for h in hosts)
    bound = "  gateways:\n" + "".join(f"    - {g}\n" for g in gateways) if gateways else ""
    part = f"            subset: {subset}\n" if subset else ""
    number = f"            port:\n              number: {port}\n" if port else ""
    return (
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
        f"metadata:\n  name: {name}\n  namespace: {namespace}\n"
        f"spec:\n  hosts:\n{listed}{bound}{extra}  http:\n    - route:\n        - destination:\n"
        f"            host: '{host}'\n{part}{number}"
    )


def gateway(name="gw", namespace="default", *, hosts="'*'", port=80, selector="istio: ingressgateway"):
    return (
        "apiVersion: networking.istio.io/v1\nkind: Gateway\n"
        f"metadata:\n  name: {name}\n  namespace: {namespace}\nspec:\n  selector:\n    {selector}\n"
        f"  servers:\n    - port:\n        number: {port}\n        name: http\n        protocol: HTTP\n"
        f"      hosts:\n        - {hosts}\n"
    )


def entry(resolution, *, host="api.example.com", namespace="default", name="ext", extra="", protocol="HTTP"):
    return (
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
        f"metadata:\n  name: {name}\n  namespace: {namespace}\n"
        f"spec:\n  hosts:\n    - '{host}'\n  location: MESH_EXTERNAL\n  resolution: {resolution}\n"
        f"  ports:\n    - number: 80\n      name: http\n      protocol: {protocol}\n{extra}"
    )


def namespace(name):
    return f"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n"


PROXY = workload("istio-ingressgateway", "istio-system", labels={"istio": "ingressgateway"})
APP = [service(), workload()]
FRONT = workload("front", "web", labels={"app": "front"})
FULL = "reviews.default.svc.cluster.local"

BROKEN = {
    "subset labels match no pod": (
        [*APP, rule("v3", "version: v3"), route(subset="v3")],
        "subset-selects-no-pods",
    ),
    "label only in another namespace": (
        [
            *APP,
            workload("x", "other", labels={"app": "x", "version": "v3"}),
            rule("v3", "version: v3"),
            route(subset="v3"),
        ],
        "subset-selects-no-pods",
    ),
    "label on a pod that the Service does not take": (
        [
            *APP,
            workload("x", labels={"app": "x", "version": "v3"}),
            rule("v3", "version: v3"),
            route(subset="v3"),
        ],
        "subset-selects-no-pods",
    ),
    "subset of a workload without replicas": (
        [
            *APP,
            workload("reviews-v2", labels={"app": "reviews", "version": "v2"}, replicas=0),
            rule("v2", "version: v2"),
            route(subset="v2"),
        ],
        "subset-selects-no-pods",
    ),
    "subset not defined": ([*APP, rule(), route(subset="v9")], "subset-undefined"),
    "rule for a similar host": ([*APP, rule(host="review"), route()], "subset-undefined"),
    "rule in a third namespace": (
        [*APP, namespace("infra"), rule(host=FULL, namespace="infra"), route()],
        "destination-rule-not-visible",
    ),
    "rule not exported to the client": (
        [
            *APP,
            FRONT,
            rule(host=FULL, extra="  exportTo: ['.']\n"),
            route(FULL, namespace="web", hosts=(FULL,)),
        ],
        "destination-rule-not-visible",
    ),
    "rule of the client's namespace without the subset": (
        [*APP, FRONT, rule(), rule("v8", "version: v1", host=FULL, namespace="web"), route()],
        "destination-rule-not-visible",
    ),
    "exact rule hides the wildcard's subset": (
        [
            *APP,
            rule(host="*.default.svc.cluster.local", name="all"),
            rule("", extra="  trafficPolicy: {loadBalancer: {simple: RANDOM}}\n"),
            route(),
        ],
        "destination-rule-not-visible",
    ),
    "rule for other clients alone": (
        [*APP, rule(extra="  workloadSelector: {matchLabels: {app: batch}}\n"), route()],
        "destination-rule-not-visible",
    ),
    "host of two parts": ([*APP, route("reviews.default", "")], "destination-host-unknown"),
    "host of three parts": ([*APP, route("reviews.default.svc", "")], "destination-host-unknown"),
    "host with a misspelt domain": (
        [*APP, route("reviews.default.svc.cluster.loca", "")],
        "upstream-unknown",
    ),
    "host under a wildcard entry": (
        [entry("DNS", host="*.example.com"), route("api.example.com", "", hosts=("api.example.com",))],
        "destination-host-unknown",
    ),
    "short host of another namespace": (
        [
            service("listing", "books"),
            workload("listing", "books", labels={"app": "listing"}),
            gateway(),
            PROXY,
            route("listing", "", hosts=("a.example",), gateways=("gw",)),
            service("other"),
            workload("other", labels={"app": "other"}),
        ],
        "upstream-unknown",
    ),
    "Service that the client does not see": (
        [service(exported=".", port=80), workload(), FRONT, route(FULL, "", namespace="web", hosts=(FULL,))],
        "destination-host-unknown",
    ),
    "entry that the client does not see": (
        [
            entry("DNS", namespace="egress", extra="  exportTo: ['.']\n"),
            FRONT,
            route("api.example.com", "", namespace="web", hosts=("api.example.com",)),
        ],
        "destination-host-unknown",
    ),
    "container port": (
        [service(port=80, target=8080), workload(), route(subset="", port=8080)],
        "upstream-port-not-served",
    ),
    "port of an entry": (
        [entry("DNS"), route("api.example.com", "", hosts=("api.example.com",), port=443)],
        "upstream-port-not-served",
    ),
    "listener's port on a Service of several ports": (
        [
            service(port=9080, extra="    - name: admin\n      port: 9090\n"),
            workload(),
            gateway(),
            PROXY,
            route(subset="", hosts=("a.example",), gateways=("gw",)),
        ],
        "upstream-port-not-served",
    ),
    "gateway in another namespace": (
        [*APP, gateway(namespace="istio-system"), route(subset="", hosts=("a.example",), gateways=("gw",))],
        "gateway-reference-missing",
    ),
    "gateway of a match": (
        [
            *APP,
            gateway("edge"),
            PROXY,
            route(subset="", hosts=("a.example",), gateways=("edge",)).replace(
                "    - route:", "    - match:\n        - gateways: [egde]\n      route:"
            ),
        ],
        "gateway-reference-missing",
    ),
    "one of two hosts": (
        [
            *APP,
            gateway(hosts="'*.example.com'"),
            PROXY,
            route(subset="", hosts=("a.example.com", "b.other.com"), gateways=("gw",)),
        ],
        "host-not-in-gateway",
    ),
    "host of another namespace's servers": (
        [
            *APP,
            gateway(hosts="./a.example", namespace="edge"),
            PROXY,
            route(subset="", hosts=("a.example",), gateways=("edge/gw",)),
        ],
        "host-not-in-gateway",
    ),
    "VirtualService that the gateway does not see": (
        [
            *APP,
            gateway(),
            PROXY,
            route(subset="", hosts=("a.example",), gateways=("gw",), extra="  exportTo: ['.']\n"),
        ],
        "host-not-in-gateway",
    ),
    "gateway selector": (
        [gateway(), workload("istio-ingress", "istio-ingress", labels={"istio": "ingress"})],
        "gateway-selects-no-pods",
    ),
    "STATIC without endpoints": ([entry("STATIC")], "service-entry-without-endpoints"),
    "selector of an entry": (
        [
            entry("STATIC", extra="  workloadSelector: {labels: {app: vm}}\n"),
            workload("a", labels={"app": "a"}),
        ],
        "service-entry-selects-nothing",
    ),
    "NONE behind a gateway": (
        [
            entry("NONE"),
            gateway(),
            PROXY,
            route("api.example.com", "", hosts=("a.example",), gateways=("gw",)),
        ],
        "service-entry-none-behind-gateway",
    ),
    "mirror": (
        [*APP, rule(), route() + "      mirror:\n        host: reviews\n        subset: v7\n"],
        "mirror-destination-dead",
    ),
    "subset of an entry's endpoints": (
        [
            entry("STATIC", extra="  endpoints:\n    - address: 192.0.2.1\n      labels: {site: a}\n"),
            rule("b", "site: b", host="api.example.com"),
            route("api.example.com", "b", hosts=("api.example.com",)),
        ],
        "subset-selects-no-pods",
    ),
    "gateway that is not among the files": (
        [*APP, rule(), route(subset="v9", hosts=("a.example",), gateways=("elsewhere/gw",))],
        "subset-undefined",
    ),
}

FINE = {
    "subset of a StatefulSet": [service(), workload(kind="StatefulSet"), rule(), route()],
    "subset of a Rollout": [
        service(),
        workload(kind="Rollout").replace("apps/v1", "argoproj.io/v1alpha1"),
        rule(),
        route(),
    ],
    "subset by the rollout's hash": [
        *APP,
        rule("stable", "rollouts-pod-template-hash: abc"),
        route(subset="stable"),
    ],
    "subset by topology": [*APP, rule("zone", "topology.kubernetes.io/zone: a"), route(subset="zone")],
    "subset of a wildcard rule": [*APP, rule(host="*.default.svc.cluster.local"), route()],
    "subset that nobody routes to": [*APP, rule("v3", "version: v3")],
    "subset in two rules of one namespace": [*APP, rule("v2", "version: v1"), rule(name="more"), route()],
    "subset without labels": [*APP, rule("all", ""), route(subset="all")],
    "subset of pods elsewhere": [service(), rule("v3", "version: v3"), route(subset="v3")],
    "rule in the root namespace": [*APP, rule(host=FULL, namespace="istio-system"), route()],
    "rule in another root namespace": [
        *APP,
        rule(host=FULL, namespace="mesh-root"),
        route(),
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: istio\n  namespace: mesh-root\ndata:\n  mesh: |\n    rootNamespace: mesh-root\n",
    ],
    "rule in the entry's namespace": [
        entry("DNS", namespace="egress"),
        rule("tls", "", host="api.example.com", namespace="egress"),
        FRONT,
        route("api.example.com", "tls", namespace="web", hosts=("api.example.com",)),
    ],
    "custom domain": [
        *APP,
        route("reviews.default.svc.corp.example", ""),
        rule(host="reviews.default.svc.corp.example"),
    ],
    "host elsewhere": [route("reviews.shop.svc.cluster.local", "", hosts=("a.example",))],
    "external host elsewhere": [route("api.example.com", "", hosts=("a.example",))],
    "several ports on the mesh": [
        service(extra="    - name: admin\n      port: 9090\n"),
        workload(),
        route(subset=""),
    ],
    "port of the gateway": [
        service(port=80, extra="    - name: admin\n      port: 9090\n"),
        workload(),
        gateway(),
        PROXY,
        route(subset="", hosts=("a.example",), gateways=("gw",)),
    ],
    "gateway in its own namespace": [
        *APP,
        gateway(),
        PROXY,
        route(subset="", hosts=("a.example",), gateways=("./gw",)),
    ],
    "gateway by its old full name": [
        *APP,
        gateway(namespace="edge"),
        PROXY,
        route(subset="", hosts=("a.example",), gateways=("gw.edge.svc.cluster.local",)),
    ],
    "gateway elsewhere": [*APP, route(subset="", hosts=("a.example",), gateways=("istio-system/gw",))],
    "wildcard host of a VirtualService": [
        *APP,
        gateway(hosts="a.example.com"),
        PROXY,
        route(subset="", hosts=("*.example.com",), gateways=("gw",)),
    ],
    "host for the mesh and host for the gateway": [
        *APP,
        gateway(hosts="a.example"),
        PROXY,
        route(subset="", hosts=("a.example", "reviews"), gateways=("gw", "mesh")),
    ],
    "stock gateway elsewhere": [
        gateway(),
        workload("private", "edge", labels={"istio": "ingressgateway-private"}),
    ],
    "egress gateway elsewhere": [gateway(selector="istio: egressgateway"), PROXY],
    "NONE for the mesh": [entry("NONE"), route("api.example.com", "", hosts=("api.example.com",))],
    "subset by an entry's endpoints": [
        entry("STATIC", extra="  endpoints:\n    - address: 192.0.2.1\n      labels: {site: b}\n"),
        rule("b", "site: b", host="api.example.com"),
        route("api.example.com", "b", hosts=("api.example.com",)),
    ],
}


def found(*documents, complete=False):
    texts = {"mesh.yaml": "---\n".join(documents)}
    result = testing.check_texts(texts, RULES, Config(complete=complete))
    return [d for d in result.diagnostics if d.rule in ISTIO and d.severity != "info"]


@pytest.mark.parametrize("case", BROKEN)
def test_fault_is_one_finding(case):
    documents, name = BROKEN[case]
    assert [d.rule for d in found(*documents)] == [name]


@pytest.mark.parametrize("case", FINE)
def test_working_mesh_is_silent(case):
    assert [(d.rule, d.finding.message) for d in found(*FINE[case])] == []


def weighted(*shares):
    text = route(subset="")
    head, _, _ = text.partition("        - destination:")
    return head + "".join(
        f"        - destination:\n            host: reviews\n            subset: {subset}\n          weight: {weight}\n"
        for subset, weight in shares
    )


def test_dead_share_of_a_weighted_route():
    broken = found(
        *APP,
        rule("v1") + "    - name: v2\n      labels:\n        version: v2\n",
        weighted(("v1", 90), ("v2", 10)),
    )
    (diagnostic,) = broken
    assert diagnostic.rule == "subset-selects-no-pods"
    assert [(a.listener, a.route, a.share) for a in diagnostic.affects] == [("reviews", "/", 0.1)]
    assert diagnostic.finding.symptom.flag == "UH"


def test_undefined_share_of_a_weighted_route():
    (diagnostic,) = found(*APP, rule(), weighted(("v1", 90), ("v9", 10)))
    assert diagnostic.rule == "subset-undefined"
    assert [a.share for a in diagnostic.affects] == [0.1]
    assert diagnostic.finding.symptom.flag == "NC"


def test_weight_of_zero_is_dropped():
    assert found(*APP, rule(), weighted(("v1", 100), ("v9", 0))) == []


def test_subset_finding_names_both_ends_and_the_nearest_pods():
    (diagnostic,) = found(*APP, rule("v2", "version: v2"), route(subset="v2"))
    lines = {label.anchor.source.line(label.anchor.line).strip() for label in diagnostic.labels}
    assert lines == {"version: v2", "subset: v2", "version: v1"}
    assert diagnostic.affects[0].share == 1.0


def test_service_without_pods_is_the_only_fault():
    texts = {
        "mesh.yaml": "---\n".join(
            [service(), workload(labels={"app": "review", "version": "v1"}), rule(), route()]
        )
    }
    errors = [d.rule for d in testing.check_texts(texts, RULES).diagnostics if d.severity == "error"]
    assert errors == ["service-selects-no-pods"]


def test_absence_counts_in_a_complete_world():
    documents = [service("other"), workload("other", labels={"app": "other"}), route(subset="")]
    assert found(*documents) == []
    assert [d.rule for d in found(*documents, complete=True)] == ["upstream-unknown"]


def test_delegate_uses_the_gateway_of_its_root():
    root = route(subset="", hosts=("a.example",), gateways=("gw",)).partition("    - route:")[0]
    root += "    - delegate:\n        name: part\n"
    part = route(subset="v9", name="part").replace("  hosts:\n    - 'reviews'\n", "")
    (diagnostic,) = found(*APP, rule(), gateway(), PROXY, root, part)
    assert diagnostic.rule == "subset-undefined"
    assert diagnostic.affects[0].listener == "a.example"


def test_pods_that_the_service_does_not_take_are_named():
    canary = workload("reviews-v2", labels={"app": "reviews-canary", "version": "v2"})
    (diagnostic,) = found(*APP, canary, rule("v2", "version: v2"), route(subset="v2"))
    assert diagnostic.finding.help == "give the pods of `Deployment/reviews-v2` the label `app: reviews`"


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("", ["warning"]), ("routes/", [])],
)
def test_subset_without_any_rule_beside_its_service(folder, expected):
    service = """\
apiVersion: v1
kind: Service
metadata: {name: details, namespace: shop}
spec: {selector: {app: details}, ports: [{name: http, port: 9080}]}
"""
    route = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: details, namespace: shop}
spec:
  hosts: [details]
  http:
    - route: [{destination: {host: details, subset: v1}}]
"""
    checked = testing.check_texts({"app.yaml": service, f"{folder}route.yaml": route}, rules.load())
    said = [str(d.severity) for d in checked.diagnostics if d.rule == "subset-undefined"]
    assert said == expected
