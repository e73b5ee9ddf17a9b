"""A gateway routes to a workload whose AuthorizationPolicies do not let it in, or pods are given the address of one that does not let them in.

As soon as one ALLOW policy holds for a workload, requests that no ALLOW rule takes are answered `403` (`RBAC: access
denied`). A policy without rules (`spec: {}`) takes none. The rule speaks when every rule is limited to namespaces or principals that the pods of the gateway, or those that call, do not
have; paths, methods and claims are not judged. Pods show the identity of their ServiceAccount, `default` where they name none, and none at all without a sidecar.

Namespaces and principals are read from the certificate of mutual TLS. Where a DestinationRule or a PeerAuthentication
turns that off, and for whoever comes to a gateway from outside of the mesh, no rule that asks for them ever holds.

A gateway that lets tokens in takes them from the requests, unless its RequestAuthentication has `forwardOriginalToken: true`. A policy of the pods behind it
that asks for one (`requestPrincipals`, `request.auth.claims`) then takes no request that came by the gateway.

At a port whose name is none of HTTP's (`tcp-…`, `https-…`) the rules that ask for paths, methods or claims never hold,
and the connection is closed (`503`, flag `UC`).

Add the namespace (or the principal) of the gateway or the client to a rule; at a gateway ask for addresses or claims.

Basis: Istio documentation, "Authorization Policy"; Istio reference, JWTRule; istio/istio issue 37394; measured with Envoy: 403 RBAC: access denied.

## Fails

```yaml title="mesh.yaml"
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v1
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v1
  template:
    metadata:
      labels:
        app: reviews
        version: v1
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts:
    - reviews.example
  gateways:
    - istio-ingress/edge
  http:
    - route:
        - destination:
            host: reviews
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: istio-ingress
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 80
        name: http
        protocol: HTTP
      hosts:
        - "*"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-ingress
  namespace: istio-ingress
spec:
  selector:
    matchLabels:
      istio: ingress
  template:
    metadata:
      labels:
        istio: ingress
    spec:
      containers:
        - name: istio-proxy
          image: auto
          ports:
            - containerPort: 8080
          readinessProbe:
            tcpSocket:
              port: 8080
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: reviews  # warning: [authorization-denies-route] "`shop/reviews`"
  namespace: shop
spec:
  action: ALLOW
  rules:
    - from:
        - source:
            namespaces:
              - shop
```

## Passes

```yaml title="mesh.yaml"
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v1
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v1
  template:
    metadata:
      labels:
        app: reviews
        version: v1
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts:
    - reviews.example
  gateways:
    - istio-ingress/edge
  http:
    - route:
        - destination:
            host: reviews
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: istio-ingress
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 80
        name: http
        protocol: HTTP
      hosts:
        - "*"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-ingress
  namespace: istio-ingress
spec:
  selector:
    matchLabels:
      istio: ingress
  template:
    metadata:
      labels:
        istio: ingress
    spec:
      containers:
        - name: istio-proxy
          image: auto
          ports:
            - containerPort: 8080
          readinessProbe:
            tcpSocket:
              port: 8080
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: reviews
  namespace: shop
spec:
  action: ALLOW
  rules:
    - from:
        - source:
            namespaces:
              - istio-ingress
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.authorization import DeniedCall, DeniedRoute
from upstreamlint.symptoms import CONNECTION_TERMINATED, FORBIDDEN


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each policy that shuts a gateway out."""
    for denied in graph.broken(DeniedRoute):
        why = denied.nameless
        yield Finding(
            message=_message(denied),
            primary=Label(denied.anchor, _label(denied)),
            subject=denied.policy,
            related=(
                Label(denied.hit.anchor, "the route"),
                *((Label(why, "no mutual TLS"),) if why is not None and not denied.outside else ()),
                *(
                    (Label(denied.tokenless, "takes the token from them"),)
                    if denied.tokenless is not None
                    else ()
                ),
                Label(denied.workload.anchor, "the policy holds for these pods"),
            ),
            symptom=denied.cut or FORBIDDEN,
            hit=(denied.hit,),
            help=_help(denied),
            fault="protocol" if denied.asked else "identity" if why is not None else "",
        )
    for call in graph.broken(DeniedCall):
        account = call.client.template.service_account
        name = account.value if account is not None else "default"
        space = call.client.meta.namespace
        yield Finding(
            message=f"AuthorizationPolicy `{call.policy.title}` denies `{call.client.title}`, which calls `{call.workload.title}`",
            primary=Label(call.anchor, _NAMELESS if call.nameless else "no rule takes requests from there"),
            subject=call.policy,
            related=(
                Label(call.call, "the call"),
                Label(call.workload.anchor, "the policy holds for these pods"),
            ),
            symptom=CONNECTION_TERMINATED if call.stream else FORBIDDEN,
            help="give the client a sidecar, or ask for something else than who calls"
            if call.nameless
            else f"allow the namespace `{space}`, or the principal `cluster.local/ns/{space}/sa/{name}`, in a rule",
            fault=call.client.id,
        )


_NAMELESS = "a namespace or principal is known by mutual TLS alone"


def _label(denied: DeniedRoute) -> str:
    if denied.asked:
        return "asks for what only requests of HTTP have"
    if denied.tokenless is not None:
        return "asks for a token, which none of them has any more"
    return _NAMELESS if denied.nameless is not None else "no rule takes requests from there"


def _message(denied: DeniedRoute) -> str:
    policy = f"AuthorizationPolicy `{denied.policy.title}`"
    if denied.outside:
        return (
            f"{policy} denies whoever comes to the gateway `{denied.workload.title}` from outside of the mesh"
        )
    if denied.asked:
        return (
            f"{policy} closes every connection of the gateway in namespace `{denied.client}` "
            f"to `{denied.workload.title}`, whose port is not named for HTTP"
        )
    if denied.tokenless is not None:
        return (
            f"{policy} denies every request of the gateway in namespace `{denied.client}`, which does not hand on its token, "
            f"to `{denied.workload.title}`"
        )
    target = f"the gateway in namespace `{denied.client}`, which routes to `{denied.workload.title}`"
    without = " without mutual TLS" if denied.nameless is not None else ""
    return f"{policy} denies {target}{without}"


def _help(denied: DeniedRoute) -> str:
    if denied.outside:
        return "ask for `ipBlocks`, `remoteIpBlocks` or `requestPrincipals` at a gateway"
    if denied.asked:
        return "name the port of the Service for HTTP (`http-…`), or give the rule `ports` of its own"
    if denied.tokenless is not None:
        return "add `forwardOriginalToken: true` to the rule of the gateway"
    if denied.nameless is not None:
        return "let mutual TLS on, or ask for something else than who calls"
    return f"allow the namespace `{denied.client}`, or the principal of the gateway, in a rule"
