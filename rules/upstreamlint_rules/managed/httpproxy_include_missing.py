"""An HTTPProxy hands requests to another one that does not exist.

Contour looks an include up by its name in the namespace that is written beside it, or in that of the including HTTPProxy. Where
there is none, the paths of the include answer `502`, the root is marked invalid (`IncludeNotFound`), and the HTTPProxy that was
meant is orphaned.

Write the namespace of the included HTTPProxy, and its name.

Basis: Contour, `internal/dag/httpproxy_processor.go`, `computeRoutes`.

## Fails

```yaml title="proxies.yaml"
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: root, namespace: edge}
spec:
  virtualhost: {fqdn: shop.example}
  includes:
    - name: cart  # error: [httpproxy-include-missing] "`edge/cart`"
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
from upstreamlint.programs.managed.references import IncludeReference


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each include that finds nothing."""
    for found in graph.broken(IncludeReference):
        host = next((rule.host for rule in found.owner.rules), "*")
        yield Finding(
            message=f"HTTPProxy `{found.owner.title}` includes `{found.wanted}`, which does not exist",
            primary=Label(found.anchor, "no such HTTPProxy"),
            subject=found.owner,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=answer(found.owner.kind.by, Failure.NO_INCLUDE),
            fix=found.fix,
            help=f"include `{found.meant.title}`"
            if found.meant is not None
            else "include an HTTPProxy that exists",
            fault=found.wanted,
            hit=(Affected(host, found.include.path, 1.0, found.anchor),),
        )
