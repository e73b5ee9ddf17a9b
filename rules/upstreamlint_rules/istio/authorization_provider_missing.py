"""An AuthorizationPolicy asks a provider that cannot be asked.

With the action CUSTOM a policy hands the decision to an extension provider of the mesh (oauth2-proxy, OPA, an
authorization service). istiod denies every request that the policy takes when no provider of that name is defined, or
when the `service` of the provider is no host of its registry. Only the full host counts there: `authz.auth` is not
completed to `authz.auth.svc.cluster.local`. A port that the Service does not have is told as well: Envoy cannot ask, and
denies. So is a port of a ServiceEntry for `HTTPS`, which is asked in plain text while no DestinationRule opens TLS (`SIMPLE`). Clients get `403` from a gateway or sidecar that looks healthy.

The rule speaks where the providers of the mesh are among the files: in an IstioOperator, or in the ConfigMap of istiod.

Name a provider that is defined, and in it the full host of the Service with one of its ports. `failOpen: true` lets
requests pass when the provider does not answer, but not when its host is unknown.

Basis: istio, `pilot/pkg/security/authz/builder/extauthz.go`; Istio documentation, "External Authorization".

## Fails

```yaml title="istio.yaml"
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: mesh, namespace: istio-system}
spec:
  meshConfig:
    extensionProviders:
      - name: login
        envoyExtAuthzHttp:
          service: login.auth
          port: 4180
```

```yaml title="policy.yaml"
apiVersion: v1
kind: Service
metadata: {name: login, namespace: auth}
spec: {selector: {app: login}, ports: [{name: http, port: 4180}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: login, namespace: auth}
spec:
  selector: {matchLabels: {app: login}}
  template:
    metadata: {labels: {app: login}}
    spec: {containers: [{name: login, image: "registry.example/login:1", ports: [{containerPort: 4180}]}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: login, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingress}}
  action: CUSTOM
  provider:
    name: login  # error: [authorization-provider-missing] "`login.auth`"
  rules: [{to: [{operation: {paths: ["/app*"]}}]}]
```

## Passes

```yaml title="istio.yaml"
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: mesh, namespace: istio-system}
spec:
  meshConfig:
    extensionProviders:
      - name: login
        envoyExtAuthzHttp:
          service: login.auth.svc.cluster.local
          port: 4180
```

```yaml title="policy.yaml"
apiVersion: v1
kind: Service
metadata: {name: login, namespace: auth}
spec: {selector: {app: login}, ports: [{name: http, port: 4180}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: login, namespace: auth}
spec:
  selector: {matchLabels: {app: login}}
  template:
    metadata: {labels: {app: login}}
    spec: {containers: [{name: login, image: "registry.example/login:1", ports: [{containerPort: 4180}]}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: login, namespace: istio-system}
spec:
  selector: {matchLabels: {istio: ingress}}
  action: CUSTOM
  provider:
    name: login
  rules: [{to: [{operation: {paths: ["/app*"]}}]}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.authorization.providers import AskedProvider, ProviderFault
from upstreamlint.symptoms import FORBIDDEN


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each policy whose provider is not there."""
    for asked in graph.broken(AskedProvider):
        name = asked.policy.provider
        where = asked.anchor if asked.fault is ProviderFault.UNDEFINED or name is None else name.anchor
        own = () if where is asked.anchor else (Label(asked.anchor, "named here"),)
        yield Finding(
            message=f"AuthorizationPolicy `{asked.policy.title}` asks the provider `{name}`, {_why(asked)}",
            primary=Label(where, "every request that it takes is denied"),
            subject=asked.policy,
            related=(*own, *(Label(near.anchor, near.text) for near in asked.near[:3])),
            symptom=Symptom(asked.status) if asked.fault is ProviderFault.NO_PORT else FORBIDDEN,
            hit=asked.hit,
            fix=asked.fix,
            help=_help(asked),
            assumption=asked.assumption,
            fault=asked.wanted,
        )


def _why(asked: AskedProvider) -> str:
    if asked.fault is ProviderFault.UNDEFINED:
        return "which the mesh does not define for that"
    if asked.fault is ProviderFault.PLAIN:
        return f"whose port {asked.wanted} speaks TLS and is asked in plain text"
    if asked.fault is ProviderFault.NO_HOST:
        return f"whose host `{asked.wanted}` is not in the registry"
    return f"whose Service has no port {asked.wanted}"


def _help(asked: AskedProvider) -> str:
    meant = next((near.instead for near in asked.near if near.instead), "")
    if asked.fault is ProviderFault.UNDEFINED:
        return (
            f"name the provider `{meant}`"
            if meant
            else "define the provider in `meshConfig.extensionProviders`"
        )
    if asked.fault is ProviderFault.PLAIN:
        return "add a DestinationRule for the host with `tls: {mode: SIMPLE}` at this port"
    if asked.fault is ProviderFault.NO_HOST:
        return f"write `{meant}`" if meant else "write the full host of a Service that exists"
    return f"use port {meant}" if meant else "use a port of the Service"
