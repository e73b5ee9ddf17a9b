"""Linkerd's policies refuse a route's client at the pods that it leads to.

As soon as a `Server` of Linkerd is for a port of some pods, their proxy lets in only whom an AuthorizationPolicy or a ServerAuthorization for the Server
lets in; the rest gets `403`, or is cut off where the port is no HTTP. A client shows the identity of its ServiceAccount, which is `default` where its pods
name none, and shows it only through a proxy of its own: pods without one, an Ingress controller say, have none. Pods refuse these as well where the annotation
`config.linkerd.io/default-inbound-policy`, their own or that of their namespace, or the value `proxy.defaultInboundPolicy` of the chart `linkerd-control-plane` says
`all-authenticated` or `cluster-authenticated`.

The rule speaks when each client of a route is sure to be refused. It is a warning when nobody at all is let in: something outside the files may do so. It is silent where an authorization
is for a single route of a Server, or asks for addresses alone.

Name the ServiceAccount of the client (`identityRefs`), have its pods run as the one that is named, or put Linkerd's proxy into them.

Basis: linkerd.io, "Authorization Policy"; linkerd/linkerd2 issues 12754, 15188.

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
      annotations: {linkerd.io/inject: enabled}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080, name: http}]
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
      annotations: {linkerd.io/inject: enabled}
    spec:
      containers:
        - name: app
          env: [{name: WEB_URL, value: "http://web.shop.svc.cluster.local"}]
---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  port: http
---
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: {name: front, namespace: shop}
spec:
  identityRefs:
    - kind: ServiceAccount
      name: front  # error: [linkerd-denies-route] "`default`"
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: {name: front, namespace: shop}
spec:
  targetRef: {group: policy.linkerd.io, kind: Server, name: web}
  requiredAuthenticationRefs:
    - {group: policy.linkerd.io, kind: MeshTLSAuthentication, name: front}
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
      annotations: {linkerd.io/inject: enabled}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080, name: http}]
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
      annotations: {linkerd.io/inject: enabled}
    spec:
      serviceAccountName: front
      containers:
        - name: app
          env: [{name: WEB_URL, value: "http://web.shop.svc.cluster.local"}]
---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  port: http
---
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: {name: front, namespace: shop}
spec:
  identityRefs: [{kind: ServiceAccount, name: front}]
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: {name: front, namespace: shop}
spec:
  targetRef: {group: policy.linkerd.io, kind: Server, name: web}
  requiredAuthenticationRefs:
    - {group: policy.linkerd.io, kind: MeshTLSAuthentication, name: front}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.policy.linkerd import RefusedHop, refused_hops
from upstreamlint.model.kubernetes import Workload

_FORBIDDEN = Symptom(403, "", "", "Linkerd's proxy logs `unauthorized request on route`")
_CUT = Symptom(log="Linkerd's proxy closes the connection: `unauthorized connection on server`")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each hop that Linkerd refuses."""
    for hop in refused_hops(graph):
        workload = hop.target.workload
        who = f"`{hop.source.title}`" if isinstance(hop.source, Workload) else "a client"
        yield Finding(
            message=f"Linkerd refuses {who} at port {hop.number} of `{workload.title}`: {_why(hop)}",
            primary=Label(hop.anchor, _place(hop)),
            subject=hop.target.port,
            related=(
                Label(hop.edge.anchor, hop.edge.text),
                Label(workload.anchor, "the pods that are dialled"),
            ),
            symptom=_CUT if hop.server is not None and hop.server.opaque else _FORBIDDEN,
            help=_help(hop),
            assumption=hop.assumption,
            fault=workload.id,
        )


def _why(hop: RefusedHop) -> str:
    if hop.server is not None and hop.closest is None:
        return f"nothing lets clients in to Server `{hop.server.meta.name}`"
    if not isinstance(hop.source, Workload) or not hop.meshed:
        return "it has no proxy of Linkerd, and shows no identity"
    account = hop.source.template.service_account
    name = account.value if account is not None else "default"
    return f"it shows the identity of ServiceAccount `{name}` of namespace `{hop.source.meta.namespace}`"


def _place(hop: RefusedHop) -> str:
    if hop.server is None:
        return "clients of the mesh alone"
    return (
        "another client is let in" if hop.closest is not None else "this Server refuses whom nothing lets in"
    )


def _help(hop: RefusedHop) -> str:
    if hop.server is not None and hop.closest is None:
        return "add an AuthorizationPolicy for the Server, or an `accessPolicy`"
    if not hop.meshed:
        return "put Linkerd's proxy into the client's pods (`linkerd.io/inject: enabled`), or let in clients of its network"
    return "let this identity in, or run the client's pods as the ServiceAccount that is let in"
