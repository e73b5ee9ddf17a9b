"""A NetworkPolicy shuts a route's proxy out of the pods that it leads to.

As soon as one NetworkPolicy selects a pod for a direction, only what some policy admits gets through. The packets of a
hop that none admits are dropped: the client waits, then gets `504`, or Envoy's `503` with the flag `UF`. Policies of Cilium
and Calico are united with the standard ones, as far as they say the same. What a rule of theirs denies (`ingressDeny`; `action: Deny` before all that may admit it)
no other admits.

Both ends are judged: the egress policies of the client's pods, the ingress policies of the server's, for the port of the
*pods*. The clients are the pods of a proxy that runs in the cluster, those of an Ingress controller that is among the
files, and pods whose variables name the Service. The load balancers of clouds (ALB, GKE, Application Gateway) dial from
addresses outside the cluster, wherever their controllers run; only an address block admits them. A Service of type
`LoadBalancer` takes connections from outside, too. A client that the files do not show is unknown, unless no rule admits
the port for anybody. A `podSelector` without a `namespaceSelector` means pods of the policy's own namespace.

The proxies of Cilium's own gateways and Ingresses have an identity of their own, which no namespace, no pod label and no address block names: a CiliumNetworkPolicy admits them with
`fromEntities: [ingress]`; a standard policy does with a rule without `from` alone.

Meshes that take connections at a port of their own need that one admitted, by the policies of both ends, and not the pods': Istio's ambient
mode 15008, Consul 20000, Linkerd 4143 for ports that are opaque to it (those of MySQL, PostgreSQL, Redis and Memcached are unless told
otherwise). The pods' own port is for clients outside of the mesh. A sidecar of Istio, and Kuma's, leave the port as it is.

When no rule admits anybody to the port, the finding is a warning: another policy may do so.

Admit the client's pods, with a `namespaceSelector` in the same list item when they live in another namespace.

Basis: Kubernetes API, `NetworkPolicyPeer`; Kubernetes documentation, "Network Policies"; Istio documentation, "Ambient and Kubernetes
NetworkPolicy"; linkerd/linkerd2 issue 12382; consul-k8s, `ProxyDefaultInboundPort`.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port: {number: 80}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress}
spec:
  selector: {matchLabels: {app: controller}}
  template:
    metadata: {labels: {app: controller}}
    spec:
      containers: [{name: controller, image: "registry.k8s.io/ingress-nginx/controller:v1"}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector: {matchLabels: {app: controller}}  # error: [network-policy-blocks-route] "may not reach"
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port: {number: 80}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress}
spec:
  selector: {matchLabels: {app: controller}}
  template:
    metadata: {labels: {app: controller}}
    spec:
      containers: [{name: controller, image: "registry.k8s.io/ingress-nginx/controller:v1"}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector: {matchLabels: {app: controller}}
          namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import Failure, answer
from upstreamlint.graph.policy.addresses import CiliumIngress, Outside
from upstreamlint.graph.policy.hops import DeniedHop, denied_hops
from upstreamlint.graph.policy.peers import Anyone
from upstreamlint.graph.policy.rules import Direction
from upstreamlint.graph.policy.selectors import NamespaceSelector, PodSelector
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.nearest import same_namespace


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each hop of a route that policies drop."""
    misspelt = {id(s.owner) for s in graph.broken(PodSelector) if s.near and s.peer}
    misspelt |= {id(s.owner) for s in graph.broken(NamespaceSelector)}
    for hop in denied_hops(graph):
        if hop.port is not None or any(id(p) in misspelt for p in hop.decision.policies):
            continue
        workload = hop.target.workload
        client, verb = _client(hop)
        assumption = _assumption(hop)
        yield Finding(
            message=f"{client} {verb} port {hop.number} of `{workload.title}`: {_why(hop)}",
            primary=_place(hop),
            subject=hop.target.port,
            related=(
                Label(hop.edge.anchor, hop.edge.text),
                Label(workload.anchor, "the pods that are dialled"),
            ),
            symptom=answer(hop.by, Failure.DROPPED),
            help=_help(hop) if hop.tunnel is None else f"admit port {hop.tunnel.port} as well",
            assumption=assumption,
            # A policy that lets none of the addresses in variables through is one fault, however many there are.
            fault=str(hop.decision.direction) if assumption else workload.id,
        )


def _why(hop: DeniedHop) -> str:
    if hop.tunnel is not None:
        return f"{hop.tunnel.mesh} takes it at port {hop.tunnel.port}, of which no policy admits its {hop.decision.direction}"
    if hop.decision.barred is not None:
        return f"a rule of `{hop.policy.title}` denies its {hop.decision.direction}"
    return f"no policy admits its {hop.decision.direction}"


def _client(hop: DeniedHop) -> tuple[str, str]:
    if isinstance(hop.source, Workload):
        return f"`{hop.source.title}`", "may not reach"
    if isinstance(hop.source, Outside):
        return f"the load balancer of {hop.by}" if hop.by else "a client outside the cluster", "may not reach"
    if isinstance(hop.source, CiliumIngress):
        return "Cilium's own gateway", "may not reach"
    if hop.source.apart:
        return "the Ingress controller", "may not reach"
    return "nobody", "may reach"


def _assumption(hop: DeniedHop) -> str:
    if hop.decision.barred is not None:
        return hop.assumption
    if hop.assumption or hop.peer is not None or hop.misfit is not None:
        return hop.assumption
    if hop.closest is None or isinstance(hop.source, CiliumIngress):
        return "no policy outside these files admits it"
    # A route is meant to work; an address in a variable may be one that nobody uses.
    return "the pods use the address that they are given" if isinstance(hop.edge.tail, Workload) else ""


def _place(hop: DeniedHop) -> Label:
    policy, port = hop.policy, hop.misfit
    if hop.tunnel is not None and port is not None:
        return Label(port.anchor, f"admits the port of the pods, not {hop.tunnel.port}")
    if hop.decision.barred is not None:
        return Label(hop.decision.barred.anchor, "denied here")
    if hop.peer is not None:
        return Label(hop.peer.anchor, f"pods of namespace `{policy.meta.namespace}` only")
    if hop.closest is not None:
        return Label(hop.closest.anchor, "none of the peers that may reach the port is this client")
    if port is None:
        return Label(policy.anchor, f"this policy isolates the pods for {hop.decision.direction}")
    if port.protocol != hop.target.port.protocol:
        return Label(port.anchor, f"{port.protocol} only, but {hop.target.port.protocol} is dialled")
    return Label(port.anchor, f"the pods that are dialled have no port `{port.port}` of number {hop.number}")


def _help(hop: DeniedHop) -> str:
    if hop.decision.barred is not None:
        return "take the client out of this rule, or let one of a lower order admit it"
    other = hop.source if hop.decision.direction is Direction.INGRESS else hop.target.workload
    if hop.misfit is not None:
        return f"write `{{port: {hop.number}, protocol: {hop.target.port.protocol}}}`"
    if isinstance(other, Outside) and any(not r.peers for r in hop.policy.ingress or ()):
        return f"add port {hop.number} to a rule that admits everybody"
    if isinstance(other, Outside):
        return f"add a rule with an `ipBlock` of the clients' addresses and port {hop.number}"
    if isinstance(other, CiliumIngress):
        return f"add a CiliumNetworkPolicy with `fromEntities: [ingress]` and port {hop.number}"
    if isinstance(other, Anyone) and other.apart:
        return f"add a rule with the `namespaceSelector` of the controller and port {hop.number}"
    if not isinstance(other, Workload):
        return f"add a rule that admits the clients of the route to port {hop.number}"
    label = f"{{matchLabels: {{kubernetes.io/metadata.name: {other.meta.namespace}}}}}"
    if hop.peer is not None and other.meta.namespace:
        return f"add `namespaceSelector: {label}` to this list item"
    if not same_namespace(other.meta.namespace, hop.policy.meta.namespace):
        return f"add a rule with `namespaceSelector: {label}` and port {hop.number}"
    labels = ", ".join(f"{k}: {v}" for k, v in list(other.template.values.items())[:2])
    return f"add a rule for pods with {{{labels}}} and port {hop.number}"
