"""Write the schemas that the linter ships: `python tools/schemas/distill.py [prefix…]` (needs `go`, for its module proxy).

Each source is a Go module of a named version, so that a second run gives the same files:

* the OpenAPI documents of `k8s.io/kubernetes`, one a minor version, and the lifecycles of `k8s.io/api`;
* the CustomResourceDefinitions of `istio.io/api` and `sigs.k8s.io/gateway-api`, and those of controllers whose objects
  the graph reads (`NEIGHBOURS`);
* the time zones of Go itself;
* `constraints.yaml` beside this file: what the validation code of Kubernetes demands beyond the OpenAPI document.

What a definition holds and no schema of ours can say is printed, not passed over in silence. With prefixes of
`NEIGHBOURS`, only their files are written. A proxy that has not every module is helped by the folder `MODULES`: what stands in
it under the name of a module (`github.com/a/b@v1.2.3/`) is taken from there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import crds
import kubernetes
import versions
import zones
from modules import module

TARGET = Path(__file__).resolve().parents[2] / "linter" / "upstreamlint" / "refusal" / "schemas"
ISTIO = "istio.io/api@v1.32.0"
GATEWAY_API = "sigs.k8s.io/gateway-api@v1.6.3"
GATEWAY_API_BEFORE = ("v1.4.1", "v1.2.1", "v1.1.1")
"""Older versions, whose fields are known too: no file tells which of them is installed."""
LIFECYCLES = "k8s.io/api@v0.37.2"
KUBERNETES = (
    *("v1.22.17", "v1.23.17", "v1.24.17", "v1.25.16", "v1.26.15", "v1.27.16", "v1.28.15", "v1.29.14"),
    *("v1.30.14", "v1.31.14", "v1.32.13", "v1.33.13", "v1.34.4", "v1.35.4", "v1.36.3", "v1.37.2"),
)
ISTIO_KINDS = frozenset(
    {
        *("VirtualService", "DestinationRule", "Gateway", "ServiceEntry", "WorkloadEntry", "WorkloadGroup"),
        *("Sidecar", "PeerAuthentication", "AuthorizationPolicy", "RequestAuthentication"),
        *("EnvoyFilter", "Telemetry", "ProxyConfig", "WasmPlugin"),
    }
)
GATEWAY_API_KINDS = frozenset(
    {
        *("Gateway", "GatewayClass", "ListenerSet", "ReferenceGrant", "BackendTLSPolicy"),
        *(f"{protocol}Route" for protocol in ("HTTP", "GRPC", "TLS", "TCP", "UDP")),
        *("XListenerSet", "XBackendTrafficPolicy", "XBackend", "XMesh"),
    }
)

NEIGHBOURS = {
    "traefik": (
        "github.com/traefik/traefik/v3@v3.7.13",
        "docs/content/reference/dynamic-configuration",
        frozenset(
            {
                *("IngressRoute", "IngressRouteTCP", "IngressRouteUDP", "Middleware", "MiddlewareTCP"),
                *("TraefikService", "ServersTransport", "ServersTransportTCP", "TLSOption", "TLSStore"),
            }
        ),
    ),
    "traefik-2": (
        "github.com/traefik/traefik/v2@v2.11.40",
        "docs/content/reference/dynamic-configuration",
        frozenset(
            {
                *("IngressRoute", "IngressRouteTCP", "IngressRouteUDP", "Middleware", "MiddlewareTCP"),
                *("TraefikService", "ServersTransport", "TLSOption", "TLSStore"),
            }
        ),
    ),
    "contour": (
        "github.com/projectcontour/contour@v1.33.8",
        "examples/contour",
        frozenset({"HTTPProxy", "ExtensionService", "TLSCertificateDelegation"}),
    ),
    "keda": ("github.com/kedacore/keda/v2@v2.21.0", "config/crd/bases", frozenset({"ScaledObject"})),
    "argo": ("github.com/argoproj/argo-rollouts@v1.9.2", "manifests/crds", frozenset({"Rollout"})),
    "flagger": ("github.com/fluxcd/flagger@v1.36.1", "artifacts/flagger", frozenset({"Canary"})),
    "envoy-gateway": (
        "github.com/envoyproxy/gateway@v1.9.1 v1.5.6 v1.2.8",
        "charts/gateway-helm/**/generated",
        frozenset({"Backend", "BackendTrafficPolicy", "ClientTrafficPolicy", "SecurityPolicy"}),
    ),
    "knative": (
        "knative.dev/serving@v0.51.0 v0.43.0",
        "config/core/300-resources",
        frozenset({"Service", "Configuration", "Revision", "Route"}),
    ),
    "cilium": (
        "github.com/cilium/cilium@v1.20.2 v1.14.19",
        "pkg/k8s/apis/cilium.io/client/crds/v2",
        frozenset({"CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"}),
    ),
    "keda-http": (
        "github.com/kedacore/http-add-on@v0.0.0-20260628182427-59b2f6a115ad",
        "config/crd/bases",
        frozenset({"HTTPScaledObject", "InterceptorRoute"}),
    ),
    "nginx": (
        "github.com/nginx/kubernetes-ingress@v0.0.0-20260821212120-0eb3072d14f0",
        "config/crd/bases",
        frozenset({"VirtualServer", "VirtualServerRoute", "TransportServer", "Policy"}),
    ),
    "emissary": (
        "github.com/emissary-ingress/emissary/v3@v3.10.0",
        "pkg/api/getambassador.io",
        frozenset({"Host", "Listener", "Mapping", "TCPMapping"}),
    ),
    "cert-manager": (
        "github.com/cert-manager/cert-manager@v1.21.2",
        "deploy/crds",
        frozenset({"Issuer", "ClusterIssuer", "Certificate"}),
    ),
    "linkerd": (
        "github.com/linkerd/linkerd2@v0.0.0-20260821225255-b24cd4059841",
        "charts/linkerd-crds/templates/policy",
        frozenset(
            {
                *("Server", "AuthorizationPolicy", "ServerAuthorization", "MeshTLSAuthentication"),
                *("NetworkAuthentication",),
            }
        ),
    ),
    "monitoring": (
        "github.com/prometheus-operator/prometheus-operator@v0.85.0 v0.72.0",
        "example/prometheus-operator-crd",
        frozenset({"ServiceMonitor", "PodMonitor"}),
    ),
    "nginx-gateway": (
        "github.com/nginx/nginx-gateway-fabric/v2@v2.0.0-20260820205729-e55bfe33969f v2.0.0",
        "config/crd/bases",
        frozenset(
            {
                *("ClientSettingsPolicy", "ObservabilityPolicy", "ProxySettingsPolicy", "RateLimitPolicy"),
                *("UpstreamSettingsPolicy", "SnippetsFilter", "SnippetsPolicy", "AuthenticationFilter"),
            }
        ),
    ),
    "aws": (
        "sigs.k8s.io/aws-load-balancer-controller/v3@v3.0.0-20260818025042-225f44568848",
        "config/crd/bases",
        frozenset({"IngressClassParams", "TargetGroupBinding"}),
    ),
    "aws-gateway": (
        "sigs.k8s.io/aws-load-balancer-controller/v3@v3.0.0-20260818025042-225f44568848",
        "config/crd/gateway",
        frozenset({"TargetGroupConfiguration", "LoadBalancerConfiguration", "ListenerRuleConfiguration"}),
    ),
    "gke": (
        "github.com/GoogleCloudPlatform/gke-gateway-api@v0.0.0-20260429155337-fc40d606a533",
        "config/crd",
        frozenset({"HealthCheckPolicy", "GCPBackendPolicy", "GCPGatewayPolicy"}),
    ),
    "openshift": (
        "github.com/openshift/api@v0.0.0-20260420151639-34e60874783e",
        "route/v1/zz_generated.crd-manifests",
        frozenset({"Route"}),
    ),
}
"""By the first word of its files: the module of a controller in one or several versions, the folder of its definitions,
and the kinds kept."""


def write(name: str, source: str, content: dict[str, Any]) -> None:
    """Write a file, one entry a line, so that a change is readable."""
    TARGET.mkdir(exist_ok=True)
    lines = [f'"source": {json.dumps(source)}']
    for key, part in content.items():
        entries = ",\n".join(
            f"  {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in sorted(part.items())
        )
        lines.append(f"{json.dumps(key)}: {{\n{entries}\n}}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (TARGET / f"{name}.json").write_text(text, "utf-8")
    print(f"{name}.json: {len(text)} bytes")


def istio() -> None:
    """The kinds of Istio, a file each."""
    distillery = crds.Distillery()
    for definition in crds.definitions(module(ISTIO) / "kubernetes"):
        _write_kind("istio", ISTIO, ISTIO_KINDS, distillery, [definition])
    _say(distillery)


def gateway_api() -> None:
    """The kinds of the Gateway API, a file each; the experimental channel holds every field of the standard one."""
    distillery = crds.Distillery()
    path = GATEWAY_API.partition("@")[0]
    folder = module(GATEWAY_API) / "config" / "crd"
    standard = {d["metadata"]["name"]: d for d in crds.definitions(folder / "standard")}
    experimental = {d["metadata"]["name"]: d for d in crds.definitions(folder / "experimental")}
    for version in GATEWAY_API_BEFORE:
        older = crds.definitions(module(f"{path}@{version}") / "config" / "crd" / "experimental")
        for before in older:
            _blend(experimental.setdefault(before["metadata"]["name"], before), before, versions.remembering)
    for name, definition in sorted(experimental.items()):
        both = [definition, *filter(None, [standard.get(name)])]
        _write_kind("gateway-api", GATEWAY_API, GATEWAY_API_KINDS, distillery, both)
    _say(distillery)


def neighbours(only: list[str]) -> None:
    """The kinds of other controllers, a file each."""
    for prefix, (source, folder, wanted) in NEIGHBOURS.items():
        if only and prefix not in only:
            continue
        distillery = crds.Distillery()
        path, _, tags = source.partition("@")
        newest, *older = (
            {d["metadata"]["name"]: d for d in crds.definitions(next(module(f"{path}@{tag}").glob(folder)))}
            for tag in tags.split()
        )
        for name, definition in newest.items():
            for old in older:
                if name in old:
                    _blend(definition, old[name], versions.common)
            if prefix in _UNRULED:
                crds.unrule(definition)
            _write_kind(prefix, source, wanted, distillery, [definition])
        _say(distillery)


def _blend(definition: Any, old: Any, how: Callable[[Any, Any], Any]) -> None:
    """Make of each version of a definition what it and an older one are together."""
    before = dict(crds.served(old))
    for version in definition["spec"]["versions"]:
        if version["name"] in before:
            schema = version["schema"]
            schema["openAPIV3Schema"] = how(schema["openAPIV3Schema"], before[version["name"]])


def _write_kind(
    prefix: str, source: str, wanted: frozenset[str], distillery: crds.Distillery, channels: list[Any]
) -> None:
    group, kind = channels[0]["spec"]["group"], channels[0]["spec"]["names"]["kind"]
    if kind not in wanted or group != _GROUPS.get(prefix, group):
        return
    kinds: dict[str, Any] = {}
    for definition in reversed(channels):
        for version, schema in crds.served(definition):
            if prefix == "gateway-api" and version in _UNSTABLE and kind not in _SETTLED:
                continue
            found = distillery.root(schema)
            for name in _PODS.get(kind, ()):
                found["properties"]["spec"]["properties"][name] = _POD
            kinds[f"{group}/{version}/{kind}"] = found
    if kinds:
        content = crds.shared(kinds)
        if prefix in _GONE:
            content["removed"] = {
                f"{group}/{version}/{kind}": since for version, since in _GONE[prefix].items()
            }
        write(f"{prefix}-{kind.lower()}", source, content)


_GROUPS = {"traefik-2": "traefik.containo.us", "linkerd": "policy.linkerd.io"}
"""Groups of which a folder holds more than one."""
_GONE = {"cert-manager": dict.fromkeys(("v1alpha2", "v1alpha3", "v1beta1"), "cert-manager 1.6")}
"""Versions of definitions that are not served any more, with the release that took them out (cert-manager: docs, "Removed APIs")."""
_UNRULED = frozenset({"gke"})
"""Whose CEL rules read fields that need not be there, and which the documentation's own examples lack."""
_PODS = {"Rollout": ("template",)}
"""Fields of a spec that hold a whole pod: half a megabyte, which Kubernetes' own definition says too."""
_POD = "core.v1.PodTemplateSpec"
_UNSTABLE = frozenset({"v1alpha2", "v1alpha3"})
"""Versions of the Gateway API whose demands changed from release to release: no file tells which one is meant."""
_SETTLED = frozenset({"TCPRoute", "UDPRoute"})
"""Kinds of which these versions are what is written, and hardly changed."""


def _say(distillery: crds.Distillery) -> None:
    for line in sorted(set(distillery.left_out)):
        print(f"  left out: {line}")


def main() -> None:
    """Write every file."""
    only = [word for word in sys.argv[1:] if not word.startswith("-")]
    if not only:
        istio()
        gateway_api()
    neighbours(only)
    if not only and "--crds" not in sys.argv:
        go, regions = zones.zones()
        write("time-zones", f"{go} lib/time/zoneinfo.zip", {"zones": regions})
        documents = {v: json.loads(kubernetes.openapi(module(f"k8s.io/kubernetes@{v}"))) for v in KUBERNETES}
        constraints = kubernetes.constraints(Path(__file__).with_name("constraints.yaml"))
        write("kubernetes", f"k8s.io/kubernetes {KUBERNETES[-1]}", kubernetes.schemas(documents, constraints))
        removed = kubernetes.lifecycles(module(LIFECYCLES))
        write("kubernetes-apis", f"k8s.io/kubernetes, {LIFECYCLES}", kubernetes.apis(documents, removed))


if __name__ == "__main__":
    main()
