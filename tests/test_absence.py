"""What is missing is judged again when everything is linked, and by where things of its kind live."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing
from upstreamlint.settings.config import Config

RULES = rules.load()


def service(name, port=80, namespace="shop"):
    return f"""\
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  selector: {{app: {name}}}
  ports: [{{name: http, port: {port}, targetPort: 8080}}]
"""


def workload(name, port=8080):
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: app, image: "registry.example/{name}:1", ports: [{{containerPort: {port}}}]}}]}}
"""


def ingress(*names, port=80):
    paths = "".join(
        f"          - {{path: /{n}, pathType: Prefix, backend: {{service: {{name: {n}, port: {{number: {port}}}}}}}}}\n"
        for n in names
    )
    return f"""\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: shop, namespace: shop}}
spec:
  rules:
    - http:
        paths:
{paths}"""


def route(parent):
    return f"""\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: shop, namespace: shop}}
spec:
  parentRefs: [{{name: {parent}}}]
  rules: [{{backendRefs: [{{name: cart, port: 80}}]}}]
"""


def found(files, config=None):
    texts = {name: "---\n".join(parts) for name, parts in files.items()}
    result = testing.check_texts(texts, RULES, config or Config())
    kept = ("upstream-unknown", "service-selects-no-pods", "route-parent-missing")
    return [(d.rule, str(d.severity)) for d in result.diagnostics if d.rule in kept]


CLOSED = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [all.yaml]\n"
CART = (service("cart"), workload("cart"))


def test_two_missing_names_do_not_excuse_each_other():
    one = {"kustomization.yaml": [CLOSED], "all.yaml": [*CART, ingress("cart", "orders")]}
    two = {"kustomization.yaml": [CLOSED], "all.yaml": [*CART, ingress("cart", "orders", "billing")]}
    assert found(one) == [("upstream-unknown", "error")]
    assert found(two) == [("upstream-unknown", "error")] * 2


def test_a_scope_that_lacks_more_than_it_has_is_a_part():
    names = ("cart", *(f"service{c}" for c in "abcdefghijkl"))
    assert found({"kustomization.yaml": [CLOSED], "all.yaml": [*CART, ingress(*names)]}) == []


def test_an_object_of_a_kind_that_nobody_knows_may_make_services_that_begin_with_its_name():
    shop = "apiVersion: shop.example/v1\nkind: Shop\nmetadata: {name: tea}\nspec: {parts: {billing: {}}}\n"
    files = {"kustomization.yaml": [CLOSED], "all.yaml": [*CART, ingress("cart", "tea-billing")]}
    assert len(found(files)) == 1
    assert found({**files, "all.yaml": [*files["all.yaml"], shop]}) == []


def test_what_is_of_the_platform_is_not_missed_and_excuses_nothing():
    files = {"kustomization.yaml": [CLOSED], "all.yaml": [*CART, route("public"), ingress("cart", "orders")]}
    assert found(files) == [("upstream-unknown", "error")]


@pytest.mark.parametrize("wanted", ["tae", "te", "tea-shop", "kettle"])
def test_the_idle_service_of_a_file_is_meant(wanted):
    files = {"cafe.yaml": [service("tea"), service("coffee"), ingress(wanted, "coffee")]}
    assert found(files) == [("upstream-unknown", "error")]


def test_a_name_with_a_word_more_is_meant_unless_something_lives_elsewhere():
    whole = [service("tea"), workload("tea"), service("coffee"), workload("coffee")]
    apart = [service("tea"), service("coffee")]
    asked = ingress("tea-shop", "coffee", "tea")
    assert found({"cafe.yaml": [*whole, asked]}) == [("upstream-unknown", "error")]
    assert found({"cafe.yaml": [*apart, asked]}) == []


def test_in_another_file_it_may_still_be_something_else():
    files = {
        "services.yaml": [service("tea"), service("coffee")],
        "ingress.yaml": [ingress("kettle", "coffee")],
    }
    assert found(files) == [("upstream-unknown", "warning")]


def test_an_idle_service_that_has_the_name_of_the_port_is_meant():
    asked = ingress("kettle", "coffee").replace("{number: 80}", "{name: http}")
    files = {"services.yaml": [service("tea"), service("coffee")], "ingress.yaml": [asked]}
    assert found(files) == [("upstream-unknown", "warning")]
    other = {**files, "ingress.yaml": [asked.replace("name: http}", "name: grpc}", 1)]}
    assert ("upstream-unknown", "warning") not in found(other)


@pytest.mark.parametrize(
    "services",
    [
        pytest.param([service("tea"), service("coffee"), service("milk")], id="two are idle"),
        pytest.param([service("tea", port=8080), service("coffee")], id="another port"),
        pytest.param([service("tea", namespace="bar"), service("coffee")], id="another namespace"),
    ],
)
def test_an_idle_service_that_may_not_be_meant(services):
    assert found({"cafe.yaml": [*services, ingress("kettle", "coffee")]}) == []


def test_a_policy_may_speak_of_pods_of_another_release():
    policy = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db, namespace: shop}\n"
        "spec: {podSelector: {matchLabels: {app: db}}, ingress: []}\n"
    )
    files = {"kustomization.yaml": [CLOSED], "all.yaml": [*CART, policy]}
    texts = {name: "---\n".join(parts) for name, parts in files.items()}
    rules_hit = {d.rule for d in testing.check_texts(texts, RULES).diagnostics}
    assert "network-policy-selects-nothing" not in rules_hit


def test_the_idle_workload_of_a_file_is_meant_by_a_selector_that_nothing_fits():
    files = {"cafe.yaml": [service("coffee"), workload("coffee"), service("tea"), workload("kettle")]}
    assert found(files) == [("service-selects-no-pods", "error")]


@pytest.mark.parametrize(
    "served",
    [
        pytest.param("readinessProbe: {httpGet: {port: 8080}}", id="a probe asks for it"),
        pytest.param("args: [gunicorn, --bind, '0.0.0.0:8080', 'app:app']", id="an argument says it"),
    ],
)
def test_a_workload_serves_what_it_does_not_declare(served):
    kettle = workload("kettle").replace("ports: [{containerPort: 8080}]", served)
    files = {"cafe.yaml": [service("coffee"), workload("coffee"), service("tea"), kettle]}
    assert found(files) == [("service-selects-no-pods", "error")]


@pytest.mark.parametrize(("name", "expected"), [("shop-kettle", 1), ("kettle", 1), ("tea", 0)])
def test_a_workload_that_declares_nothing_is_meant_by_a_service_of_its_name(name, expected):
    kettle = workload("kettle").replace(", ports: [{containerPort: 8080}]", "")
    tea = service(name).replace(f"{{app: {name}}}", "{app: quokka}")
    files = {"cafe.yaml": [service("coffee"), workload("coffee"), tea, kettle]}
    assert found(files) == [("service-selects-no-pods", "error")] * expected


def test_what_another_file_lacks_is_no_doubt_about_the_pair_of_a_file():
    files = {
        "cafe.yaml": [service("tea"), workload("kettle")],
        "more.yaml": [service("lemonade", port=81)],
    }
    assert found(files) == [("service-selects-no-pods", "error")]


def test_pods_that_lack_a_label_beside_those_that_fit_may_give_it_to_themselves():
    leader = service("tea").replace("{app: tea}", "{app: kettle, role: leader}")
    assert found({"cafe.yaml": [leader, workload("kettle")]}) == []


def test_a_label_that_templates_write_is_not_added_when_pods_run():
    def labelled(text, value):
        return text.replace("{app: tea}", f"{{app: tea, deployment: {value}}}")

    right = [labelled(service("tea"), "tea"), labelled(workload("tea"), "tea")]
    assert found({"cafe.yaml": right}) == []
    assert found({"cafe.yaml": [labelled(service("tea"), "tea-pot"), right[1]]}) == [
        ("service-selects-no-pods", "error")
    ]
    assert found({"cafe.yaml": [labelled(service("tea"), "tea-pot"), workload("tea")]}) == []


def program(name, dials):
    return workload(name).replace("ports:", f"env: [{{name: BACK, value: 'http://{dials}:80/'}}], ports:")


def test_a_program_does_not_mean_the_service_in_front_of_itself():
    files = {"cafe.yaml": [service("cafe"), program("cafe", "kettle"), service("tea"), workload("tea")]}
    assert found(files) == [("upstream-unknown", "warning")]
    assert found({"cafe.yaml": [service("cafe"), program("cafe", "kettle")]}) == []


def test_what_programs_lack_is_no_doubt_about_a_route():
    files = {
        "services.yaml": [service("tea"), service("coffee")],
        "ingress.yaml": [ingress("kettle", "coffee")],
        "job.yaml": [program("job", "elsewhere").replace(":80/", ":8090/")],
    }
    assert found(files) == [("upstream-unknown", "warning")]


def test_a_workload_of_other_ports_is_not():
    files = {
        "cafe.yaml": [service("coffee"), workload("coffee"), service("tea"), workload("kettle", port=9090)]
    }
    assert found(files) == []


def test_to_say_that_everything_is_here_shows_more():
    files = {"cafe.yaml": [service("tea"), service("coffee"), service("milk"), ingress("kettle", "coffee")]}
    assert found(files) == []
    assert sorted(found(files, Config(complete=True))) == [
        *[("service-selects-no-pods", "error")] * 3,
        ("upstream-unknown", "error"),
    ]


GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec: {gatewayClassName: any, listeners: [{name: http, port: 80, protocol: HTTP}]}
"""


@pytest.mark.parametrize(
    ("parent", "severity"), [("public-web", "error"), ("pubilc", "error"), ("edge", "warning")]
)
def test_the_idle_gateway_of_a_file_is_meant(parent, severity):
    files = {"shop.yaml": [GATEWAY, *CART, route(parent)]}
    assert found(files) == [("route-parent-missing", severity)]


def test_a_gateway_that_has_routes_is_not_meant_by_another_name():
    files = {"shop.yaml": [GATEWAY, *CART, route("public"), route("edge")]}
    assert found(files) == []


def test_what_every_service_of_the_name_lacks_is_lacking():
    asked = ingress("cart", port=8)
    variants = {"a/cart.yaml": [service("cart")], "b/cart.yaml": [service("cart")], "c/in.yaml": [asked]}

    def unserved(files):
        texts = {name: "---\n".join(parts) for name, parts in files.items()}
        return [d.rule for d in testing.check_texts(texts, RULES).diagnostics if "not-served" in d.rule]

    assert unserved(variants) == ["upstream-port-not-served"]
    assert unserved({**variants, "b/cart.yaml": [service("cart", port=8)]}) == []


PATCHED = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [all.yaml, "https://example.com/more?ref=v1"]
patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: kettle, namespace: shop}
      spec: {template: {spec: {containers: [%s]}}}
"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "{name: app, image: other, resources: {limits: {memory: 1Gi}}}",
            [("service-selects-no-pods", "error")],
        ),
        ("{name: app, ports: [{containerPort: 9090}]}", [("service-selects-no-pods", "warning")]),
    ],
)
def test_a_patch_of_other_fields_makes_no_labels_unknown(change, expected):
    tea = service("kettle").replace("app: kettle", "app: kettel")
    files = {"kustomization.yaml": [PATCHED % change], "all.yaml": [tea, workload("kettle")]}
    assert found(files) == expected


def test_kustomize_puts_all_objects_into_its_namespace():
    text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: bar\nresources: [tea.yaml]\nimages: []\n"
    asked = ingress("tea").replace("namespace: shop", "namespace: bar")
    files = {"a/kustomization.yaml": [text], "a/tea.yaml": [service("tea"), workload("tea")]}
    assert found({**files, "a/ask.yaml": [asked]}) == []


@pytest.mark.parametrize(
    ("image", "url", "shared"),
    [("postgres:17", "postgres://%s:5432/shop", "error"), ("httpd:2.4", "http://%s:80/", "warning")],
)
def test_in_compose_the_idle_service_that_has_the_port_is_meant(image, url, shared):
    """A store that others use is meant too: they share it. What others ask over HTTP may be theirs alone."""
    text = "services:\n  %s:\n    image: registry.example/web:1\n    environment: {WHERE_URL: '%s'}\n"
    end = f"  thing:\n    image: {image}\n"
    asks = text % ("web", url % "quokka")
    assert found({"compose.yaml": [asks + end]}) == [("upstream-unknown", "error")]
    used = (text % ("job", url % "thing")).removeprefix("services:\n")
    assert found({"compose.yaml": [asks + end + used]}) == [("upstream-unknown", shared)]


def test_what_an_autoscaler_is_named_after_is_meant():
    scaler = (
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: %s, namespace: shop}\nspec:\n"
        "  maxReplicas: 3\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: %s}\n"
    )

    def unscaled(*pairs):
        files = {
            "shop.yaml": "---\n".join((workload("cart"), workload("tea"))),
            "hpa.yaml": "---\n".join(scaler % p for p in pairs),
        }
        return [
            str(d.severity)
            for d in testing.check_texts(files, RULES).diagnostics
            if d.rule == "autoscaler-target-missing"
        ]

    assert unscaled(("cart", "kettle"), ("other", "pot")) == ["warning"]
    assert unscaled(("cart", "kettle"), ("carts", "cart"), ("other", "pot")) == []
    assert unscaled(("cart", "cart")) == []


def test_a_route_for_a_service_that_leads_to_nobody_means_the_service():
    virtual = (
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: cart, namespace: shop}\n"
        "spec: {hosts: [cart], http: [{route: [{destination: {host: %s}}]}]}\n"
    )
    assert found({"a/cart.yaml": CART, "b/cart.yaml": [virtual % "kettle"]}) == [
        ("upstream-unknown", "warning")
    ]
    split = virtual.replace("route: [", "route: [{destination: {host: cart}, weight: 90}, ") % "cart-canary"
    assert found({"a/cart.yaml": CART, "b/cart.yaml": [split]}) == []


def test_a_word_that_tells_things_apart_is_a_doubt():
    files = {"cafe.yaml": [service("tea"), service("coffee"), ingress("tea-internal", "coffee")]}
    assert found(files) == [("upstream-unknown", "warning")]


@pytest.mark.parametrize(("number", "expected"), [(8080, ["warning"]), (9090, ["info"])])
def test_the_port_of_the_service_that_its_pods_declare_and_nothing_leads_to_is_meant(number, expected):
    both = service("tea", port=81).replace("]", f", {{name: other, port: {number}, targetPort: 18231}}]")
    pods = workload("tea").replace("containerPort: 8080", "containerPort: 8080}, {containerPort: 9000")
    text = "---\n".join((both.replace("targetPort: 8080", "targetPort: 9000"), pods))
    diagnostics = testing.check_texts({"cafe.yaml": text}, RULES).diagnostics
    assert [str(d.severity) for d in diagnostics if d.rule == "target-port-not-served"] == expected


def test_a_config_map_of_another_namespace_tells_no_program_where_to_listen():
    policy = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: tea, namespace: shop}\nspec:\n"
        "  podSelector: {matchLabels: {app: tea}}\n  ingress: [{ports: [{port: 8008}]}]\n"
    )
    board = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: board, namespace: %s}\ndata: {a.json: '8008'}\n"
    )

    def ruled(space):
        text = "---\n".join((service("tea"), workload("tea"), policy, board % space))
        return [
            d.rule
            for d in testing.check_texts({"tea.yaml": text}, RULES).diagnostics
            if "policy-port" in d.rule
        ]

    assert ruled("monitoring") == ["network-policy-port-unserved"]
    assert ruled("shop") == []


def test_the_only_backend_of_an_object_that_is_not_here_is_missed():
    here = [service("tea"), workload("tea"), service("coffee"), workload("coffee")]
    files = {"all.yaml": here, "ingress.yaml": [ingress("tea", "coffee", "kettle", port=80)]}
    assert found(files) == [("upstream-unknown", "warning")]
    assert found({**files, "ingress.yaml": [ingress("tea", "coffee", "kettle", "pot")]}) == []
    assert found({**files, "ingress.yaml": [ingress("tea", "kettle")]}) == [("upstream-unknown", "warning")]
    assert found(files, Config(external=("kettle",))) == []


def test_a_rule_for_nobody_is_for_the_service_that_it_is_named_after():
    rule = (
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: %s, namespace: shop}\n"
        "spec: {host: %s, trafficPolicy: {loadBalancer: {simple: RANDOM}}}\n"
    )

    def ruled(name, host):
        used = ingress("tea")
        files = {
            "all.yaml": "---\n".join((*CART, service("tea"), workload("tea"), used)),
            "rule.yaml": rule % (name, host),
        }
        diagnostics = testing.check_texts(files, RULES).diagnostics
        return [str(d.severity) for d in diagnostics if d.rule == "destination-rule-host-unknown"]

    assert ruled("tea", "kettle") == ["warning"]
    assert ruled("tea-dr", "kettle.shop.svc.cluster.local") == ["warning"]
    assert ruled("kettle", "kettle") == []
    assert ruled("tea", "tea") == []


READY_AND_LIVE = "readinessProbe: {httpGet: {path: /ready, port: 7466}}, livenessProbe: {httpGet: {path: /live, port: 8080}}"


@pytest.mark.parametrize(
    ("probes", "expected"),
    [
        (READY_AND_LIVE, ["warning"]),
        (
            "readinessProbe: {httpGet: {path: /ready, port: 7466}}, livenessProbe: {httpGet: {path: /live, port: 7466}}",
            [],
        ),
        ("readinessProbe: {httpGet: {path: /ready, port: 7466}}, livenessProbe: {exec: {command: [ls]}}", []),
        (f"env: [{{name: HEALTH_PORT, value: '7466'}}], {READY_AND_LIVE}", []),
    ],
)
def test_the_only_probe_of_a_port_that_nothing_names_is_doubted(probes, expected):
    pods = workload("tea").replace("ports:", f"{probes}, ports:")
    diagnostics = testing.check_texts({"tea.yaml": pods}, RULES).diagnostics
    assert [str(d.severity) for d in diagnostics if d.rule == "probe-port-not-served"] == expected


GOVERNED = (
    "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: cart, namespace: shop}\n"
    "spec:\n  serviceName: %s\n  selector: {matchLabels: {app: cart}}\n  template:\n    metadata: {labels: {app: cart}}\n"
    '    spec: {containers: [{name: app, image: "registry.example/cart:1", ports: [{containerPort: 8080}]}]}\n'
)
SCALER = (
    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: other, namespace: shop}\nspec:\n"
    "  maxReplicas: 3\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: %s}\n"
)
RULE = (
    "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: other, namespace: shop}\n"
    "spec: {host: %s, trafficPolicy: {loadBalancer: {simple: RANDOM}}}\n"
)


@pytest.mark.parametrize(
    ("asker", "rule", "slip", "word"),
    [
        (GOVERNED, "governing-service-missing", "checkuot", "basket"),
        (SCALER, "autoscaler-target-missing", "checkuot", "checkout-fast"),
        (RULE, "destination-rule-host-unknown", "checkuot", "checkout-fast"),
    ],
)
def test_a_slip_of_the_hand_is_an_error_and_another_word_is_a_guess(asker, rule, slip, word):
    """Nothing needs what such a name is for until somebody asks: only a slip was meant for sure."""

    def severities(name):
        parts = [service("checkout"), workload("checkout"), asker % name]
        if asker is GOVERNED:
            parts.append(service("cart"))
        diagnostics = testing.check_texts({"all.yaml": "---\n".join(parts)}, RULES).diagnostics
        return [str(d.severity) for d in diagnostics if d.rule == rule]

    assert severities(slip) == ["error"]
    assert severities(word) == ["warning"]
    assert severities("checkout") == []
