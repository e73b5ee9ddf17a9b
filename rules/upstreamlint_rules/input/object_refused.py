"""An object is refused, so that it does not exist.

The API server, or istiod's webhook, looks at every object before it is kept. One that it refuses is never created, and
every route through it is dead; when an earlier version of it is there, that one stays as it was. The usual cases: an
`Ingress` of `networking.k8s.io/v1` with the `serviceName` of `v1beta1`, or without `pathType`; a `Deployment` without
`selector`; several ports without names; a number in quotes (`port: "80"`), or a number without quotes where text is
demanded (labels, `env` values); an API that is not served any more (`extensions/v1beta1`); a `VirtualService` whose
weights sum to 0, or whose gateway is `./gw`. A `Rollout` that Argo Rollouts takes for invalid is there, and makes no pods; a `VirtualServer` that the controller of F5 does is there, and has no server.

A field that the API does not have is refused by `kubectl`, which asks for strict checks, and dropped for clients that do
not. It is an error when one is lost with it: by a misspelling (`selectors`), or in a wrong place (`containers` beside the
`spec` of a template); otherwise it is a warning.

The message ends with the server's own words. The objects of a file that use an API which is gone are one finding. Objects are judged as the newest known Kubernetes does; `kubernetes: "1.27"`
in the configuration file names another. What a setting of the cluster may allow (`--service-node-port-range`) is a warning that names it. Patches, and templates that were not rendered, are not judged by what they
lack. Nothing else is said about an object that is refused, or about what refers to it.

Basis: the OpenAPI documents and `pkg/apis/*/validation` of Kubernetes, the CustomResourceDefinitions of Istio, the Gateway
API, Traefik, Contour, KEDA, Argo Rollouts, Flagger, cert-manager, Linkerd, NGINX Gateway Fabric, the AWS Load Balancer Controller, GKE, the Prometheus Operator, Envoy Gateway, Knative and Cilium with their
CEL rules (of the last four, what several releases all demand), `pkg/config/validation` of Istio, `pkg/apis/rollouts/validation` of Argo,
`pkg/apis/serving` of Knative, `pkg/apis/configuration/validation` of nginx/kubernetes-ingress, `internal/dag` of Contour, `internal/apis/certmanager/validation` of cert-manager. What is said
is held against that code on thousands of changed objects (`tests/test_admission.py`, `tests/test_webhooks.py`); what EnvoyFilters put in, against
the messages of Envoy. The values of resources that quotas or other webhooks look at, and updates of objects that exist
are left alone.

## Fails

```yaml title="web.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    - host: web.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:  # error: [object-refused] "resource or service backend is required"
              serviceName: web
              servicePort: 80
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selectors: {app: web}  # error: [object-refused] "unknown field"
  ports:
    - port: "80"  # error: [object-refused] "cannot unmarshal string into Go struct field"
```

## Passes: values and what a test expects of them

```yaml title="autoscaling.yaml"
releaseName: shop
skipTest: false
values: {replicas: 2}
expected: [shop]
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec: {minReplicas: 2}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop-admin}
spec: {minReplicas: 2}
```

## Passes

```yaml title="web.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    - host: web.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port: {number: 80}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - port: 80
```
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint import Finding, Graph, Label, Severity, Symptom, patterns, rule
from upstreamlint.finding import Affected
from upstreamlint.graph.mend import respelt
from upstreamlint.refusal.refused import Refusal, Refused
from upstreamlint.refusal.standing import bound, lost, standing
from upstreamlint.values import replace

_ITEM = patterns.compile(r"\[\d+\]")
"""What tells one item of a list from another: items of an object that lack the same are one fault."""

_LOST = {
    "Ingress": "its hosts and paths answer 404",
    "Service": "its name does not resolve, and what routes to it answers 503",
    "Deployment": "no pods run",
    "StatefulSet": "no pods run",
    "DaemonSet": "no pods run",
    "ReplicaSet": "no pods run",
    "ReplicationController": "no pods run",
    "Pod": "it does not run",
    "NetworkPolicy": "it neither allows nor denies anything",
    "VirtualService": "its routes answer as if it were not there: 404 NR at a gateway",
    "DestinationRule": "its subsets do not exist: 503 NC",
    "ServiceEntry": "its hosts are unknown to the mesh",
    "EnvoyFilter": "nothing is patched",
    "HTTPRoute": "its routes answer 404",
    "GRPCRoute": "its routes answer 404",
    "IngressRoute": "its routes answer 404",
    "HTTPProxy": "its routes answer 404",
    "VirtualServer": "its host answers 404",
    "VirtualServerRoute": "its routes answer 404",
    "Middleware": "the routes that name it answer 404",
    "TraefikService": "the routes that name it answer 404",
    "Rollout": "no pods run",
    "HorizontalPodAutoscaler": "nothing is scaled",
    "ScaledObject": "nothing is scaled",
    **dict.fromkeys(
        ("Issuer", "ClusterIssuer"), "no certificate comes from it: HTTPS gets another one, or none"
    ),
    "TargetGroupBinding": "no targets are registered: 503",
    "HealthCheckPolicy": "the load balancer asks `GET /` instead",
}


_DROPPED = {"istiod": "istiod warns when the object is applied, and drops the field"}
_STRICT = "the client asks for strict checks, as `kubectl` does"


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each field that is refused, or dropped."""
    dead = standing(graph.resources) if graph.nodes(Refused) else ()
    owners = bound(graph) if dead else {}
    others = {r.meta.anchor.source.path for r in dead if _is_for_another(r)}
    for refused in (r for r in dead if r.meta.anchor.source.path not in others):
        hit = lost(graph, refused.resource, owners)
        for refusal in _at_once(refused.refusals):
            yield _finding(refused, refusal, hit)


def _is_for_another(refused: Refused) -> bool:
    """Whether an object has several fields beside those of its kind, as where a test keeps values and objects in one text."""
    return sum(r.ignored and "." not in r.path for r in refused.refusals) >= _SEVERAL


_SEVERAL = 3


def _at_once(refusals: Sequence[Refusal]) -> Iterator[Refusal]:
    """The refusals of an object, what is one fault once.

    Fields that went astray together, by how they are indented, are told by the first, and with one that is refused are
    those beside it that are only dropped. What is missing where one of them belongs, or is misspelt, is the same fault.
    """
    astray: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        if not refusal.ignored and (refusal.place or refusal.respelt):
            astray.setdefault(_holder(refusal), []).append(refusal)
    meant = {f"{_holder(r)}.{_meant(r)}" for found in astray.values() for r in found}
    holders = {path for path, found in astray.items() if any(r.place for r in found)}
    for refusal in (r for r in refusals if not (r.lack and (r.path in meant or r.path in holders))):
        found = astray.get(_holder(refusal), [])
        if refusal in found:
            first = found[0]
            others = [r for r in found if r.place] if first.place else []
            dropped = [r for r in refusals if r.ignored and _holder(r) == _holder(first)]
            if refusal is first:
                beside = [r for r in (*others, *dropped) if r is not first]
                also = tuple((r.anchor, f"`{_field(r)}` is not known here either") for r in beside)
                yield replace(first, related=(*first.related, *also)) if also else first
            elif refusal not in others:
                yield refusal
        elif not (refusal.ignored and found):
            yield refusal


def _meant(refusal: Refusal) -> str:
    """The field that one stands for, seen from the object that holds it."""
    if refusal.place:
        return f"{refusal.place}.{_field(refusal)}"
    return refusal.respelt[1] if refusal.respelt is not None else ""


def _holder(refusal: Refusal) -> str:
    return refusal.path.rpartition(".")[0]


def _field(refusal: Refusal) -> str:
    return refusal.path.rpartition(".")[2]


def _several(refusal: Refusal) -> str:
    """What the objects of a file that an old API takes along have in common: one finding names them all."""
    return f"{refusal.anchor.source.path}#{refusal.said}"


def _finding(refused: Refused, refusal: Refusal, hit: tuple[Affected, ...]) -> Finding:
    meta = refused.meta
    field = f"`{refusal.path}`: " if refusal.path else ""
    effect = _LOST.get(meta.kind, "it does not exist")
    if refusal.ignored:
        message = f"{meta.kind} `{meta.title}` has a field that its API does not have: {field}{refusal.said}"
        symptom = Symptom(
            log=_DROPPED.get(refusal.judge, "`kubectl` refuses the object, other clients drop the field")
        )
    else:
        message = f"{refusal.judge} refuses {meta.kind} `{meta.title}`: {field}{refusal.said}"
        by = "the status of the object says so" if refusal.admitted else "`kubectl apply` fails"
        symptom = Symptom(log=f"{by}: {effect}")
    return Finding(
        message=message,
        primary=Label(refusal.anchor, "dropped" if refusal.ignored else "refused"),
        subject=_several(refusal) if refused.outdated else refused,
        related=(*(Label(*label) for label in refusal.related), Label(meta.anchor, f"the {meta.kind}")),
        symptom=symptom,
        fix=respelt(refusal.anchor, *refusal.respelt) if refusal.respelt else (),
        help=refusal.wants,
        assumption=_STRICT if refusal.ignored else refusal.unless,
        fault=f"{_ITEM.sub('', refusal.path)} {refusal.said}",
        reason=refusal.said if refused.outdated else "",
        hit=() if refusal.ignored else hit,
    )
