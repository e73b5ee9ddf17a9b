"""A mesh of Consul or Kuma refuses a route's client at the pods that it leads to.

Consul's proxies let a service in by the intention that names the destination and the source most exactly (`*` is any), and by the ACLs where there is none: with the
chart's `global.acls.manageSystemACLs` that is nobody. Kuma's let in whom a MeshTrafficPermission for them lets in, and nobody else, once the Mesh has an `enabledBackend`. Where HTTP is
spoken by both, the client gets `403` and `RBAC: access denied`; of other protocols, which Consul takes every service for until a ServiceDefaults says `http`, the connection is closed.

Services are called by their names: in Consul the pods' `consul.hashicorp.com/connect-service`, or the Service that selects them; a gateway by its own. In Kuma by the tag `kuma.io/service`,
`NAME_NAMESPACE_svc_PORT`, by the labels of the pods, or by their ServiceAccount (`spiffeID`).

The rule is a warning where it rests on there being no other permission, and silent where requests are told apart by their paths or headers.

Let the client in under the name that it has.

Basis: Consul and Kuma documentation; kumahq/kuma-website pull request 2322, hashicorp/consul-helm issue 523.

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
    metadata:
      labels: {app: web}
      annotations: {consul.hashicorp.com/connect-inject: "true"}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: front, namespace: shop}
spec:
  selector: {matchLabels: {app: front}}
  template:
    metadata:
      labels: {app: front}
      annotations: {consul.hashicorp.com/connect-inject: "true", consul.hashicorp.com/connect-service: front}
    spec:
      containers:
        - name: app
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
          env: [{name: API, value: "http://web.shop"}]
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: {name: web, namespace: shop}
spec:
  destination: {name: web}
  sources:
    - {name: front, action: deny}  # error: [mesh-permission-denies-route] "Consul refuses"
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
    metadata:
      labels: {app: web}
      annotations: {consul.hashicorp.com/connect-inject: "true"}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: front, namespace: shop}
spec:
  selector: {matchLabels: {app: front}}
  template:
    metadata:
      labels: {app: front}
      annotations: {consul.hashicorp.com/connect-inject: "true", consul.hashicorp.com/connect-service: front}
    spec:
      containers:
        - name: app
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
          env: [{name: API, value: "http://web.shop"}]
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: {name: web, namespace: shop}
spec:
  destination: {name: web}
  sources:
    - {name: front, action: allow}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.policy.permissions import UnpermittedHop, unpermitted_hops

_FORBIDDEN = Symptom(
    403, "RBAC: access denied", "", "where the port is no HTTP to the mesh, the connection is closed"
)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each hop that such a mesh refuses."""
    for hop in unpermitted_hops(graph):
        workload = hop.target.workload
        yield Finding(
            message=f"{hop.mesh} refuses {hop.client} at port {hop.target.number} of `{workload.title}`: {_why(hop)}",
            primary=Label(hop.anchor, "it is kept out" if hop.denied else "another client is let in"),
            subject=hop.target.port,
            related=(
                Label(hop.edge.anchor, hop.edge.text),
                Label(workload.anchor, "the pods that are dialled"),
            ),
            symptom=_FORBIDDEN,
            help=f"let in `{hop.who}`" if hop.who else "let this client in",
            assumption=hop.assumption,
            fault=workload.id,
        )


def _why(hop: UnpermittedHop) -> str:
    named = f" `{hop.who}`" if hop.who else " it"
    return f"it denies{named}" if hop.denied else f"nothing lets{named} in"
