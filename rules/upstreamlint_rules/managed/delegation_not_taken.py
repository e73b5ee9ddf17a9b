"""An object hands a part of its requests to another object, which does not take them.

Contour looks an include up by its name in the namespace that is written beside it, or in that of the including HTTPProxy. Where
there is none, or the one that is there has a virtual host of its own, the paths of the include answer `502`, the root is marked invalid
(`IncludeNotFound`, `RootIncludesRoot`), and what was meant is orphaned.

A VirtualServer of NGINX Ingress Controller hands paths to VirtualServerRoutes. One that does not exist, that is for another host, or whose paths do not begin
with the path that it gets, is left out with a warning: the path answers `404`. So do the paths of one that the VirtualServer of its host does not name.

Write the namespace of what is included, and its name; leave the virtual host to the root; give a VirtualServerRoute the host and the path of its VirtualServer.

Basis: Contour, `internal/dag/httpproxy_processor.go`, `computeRoutes`; nginx/kubernetes-ingress, `internal/k8s/configuration.go`, `buildVirtualServerRoutes`, and
`pkg/apis/configuration/validation/virtualserver.go`.

## Fails: another namespace

```yaml title="proxies.yaml"
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: root, namespace: edge}
spec:
  virtualhost: {fqdn: shop.example}
  includes:
    - name: cart  # error: [delegation-not-taken] "`edge/cart`"
      conditions: [{prefix: /cart}]
---
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: cart, namespace: shop}
spec:
  routes:
    - services: [{name: cart, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec:
  ports: [{port: 80}]
```

## Fails: a root includes a root

```yaml title="proxies.yaml"
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: root, namespace: shop}
spec:
  virtualhost: {fqdn: shop.example}
  includes:
    - name: cart  # error: [delegation-not-taken] "host of its own"
      conditions: [{prefix: /cart}]
---
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: cart, namespace: shop}
spec:
  virtualhost: {fqdn: cart.example}
  routes:
    - services: [{name: cart, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec:
  ports: [{port: 80}]
```

## Fails: NGINX Ingress Controller

```yaml title="servers.yaml"
apiVersion: k8s.nginx.org/v1
kind: VirtualServer
metadata: {name: shop, namespace: edge}
spec:
  host: shop.example
  routes:
    - path: /cart
      route: shop/cart  # error: [delegation-not-taken] "for another host"
---
apiVersion: k8s.nginx.org/v1
kind: VirtualServerRoute
metadata: {name: cart, namespace: shop}
spec:
  host: www.shop.example
  upstreams: [{name: cart, service: cart, port: 80}]
  subroutes:
    - path: /cart
      action: {pass: cart}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec:
  ports: [{port: 80}]
```

## Passes

```yaml title="proxies.yaml"
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: root, namespace: edge}
spec:
  virtualhost: {fqdn: shop.example}
  includes:
    - name: cart
      namespace: shop
      conditions: [{prefix: /cart}]
---
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: cart, namespace: shop}
spec:
  routes:
    - services: [{name: cart, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec:
  ports: [{port: 80}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import Failure, answer
from upstreamlint.finding import Affected
from upstreamlint.programs.managed.references import IncludeReference, Unincluded, Untaken

_SAID = {
    Untaken.MISSING: ("which does not exist", "nothing has this name"),
    Untaken.ROOT: ("which has a host of its own", "an object with a host of its own is included by none"),
    Untaken.HOST: ("which is for another host", "it takes no requests of this host"),
    Untaken.PATH: ("which has paths outside of what it gets", "it is left out whole"),
}
_HELP = {
    Untaken.ROOT: "take the virtual host out of it, or the include out of this one",
    Untaken.HOST: "give both the same host",
    Untaken.PATH: "begin all of its paths with the one that it gets",
}


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each object that takes nothing of what it is handed."""
    for found in graph.broken(IncludeReference):
        owner, includes = found.owner, found.owner.kind.includes
        host = owner.host.value if owner.host is not None else "*"
        message, label = _SAID[found.why]
        kind = includes.kind if includes is not None else owner.meta.kind
        yield Finding(
            message=f"{owner.meta.kind} `{owner.title}` includes {kind} `{found.wanted}`, {message}",
            primary=Label(found.anchor, label),
            subject=owner,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=answer(owner.kind.by, Failure.NO_INCLUDE),
            fix=found.fix,
            help=_HELP.get(found.why) or _instead(found, kind),
            fault=found.wanted,
            hit=(Affected(host, found.include.path, 1.0, found.anchor),),
        )

    for lone in graph.broken(Unincluded):
        owner, root = lone.owner, lone.root
        yield Finding(
            message=f"{owner.meta.kind} `{owner.title}` gets no requests: {root.meta.kind} `{root.title}` of its host does not include it",
            primary=Label(lone.anchor, "the controller ignores it"),
            subject=owner,
            related=(Label(root.anchor, "its routes name it nowhere"),),
            symptom=answer(root.kind.by, Failure.NO_INCLUDE),
            help=f"add a route to `{root.title}` with `route: {owner.title}`",
            fault=lone.wanted,
            hit=tuple(Affected(rule.host, rule.path, 1.0, rule.anchor) for rule in owner.rules),
        )


def _instead(found: IncludeReference, kind: str) -> str:
    return f"include `{found.meant.title}`" if found.meant is not None else f"include a {kind} that exists"
