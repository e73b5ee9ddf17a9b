"""A route that no request reaches, because an earlier one takes everything.

The routes of a VirtualService are tried in the order written, and the first that matches is used. A route without
`match` (or with the prefix `/` alone) takes every request, so those after it are never used. So does one for the prefix `/team` take those for `/team/a` and for `/teams`: prefixes
are compared letter by letter.

A gateway joins the routes of all VirtualServices of a host, those of the oldest first. Where a shorter prefix stands in another one, that is not the younger, it takes the requests as
well. Which is older the files do not say; what is made at once is ordered by name.

A route whose match never holds (see match-never-holds) is not used either, and another one may take its requests.

Put the route that takes everything last, and shorter prefixes behind longer ones; end a prefix with `/`.

Basis: istio, `route.go` (`BuildHTTPRoutesForVirtualService`); Istio documentation, message IST0130.

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: shop
spec:
  hosts:
    - worker
  http:
    - route:
        - destination:
            host: worker
    - match:  # warning: [route-shadowed] "never used"
        - uri:
            prefix: /admin
      route:
        - destination:
            host: worker
---
apiVersion: v1
kind: Service
metadata:
  name: worker
  namespace: shop
spec:
  ports:
    - name: http
      port: 80
---
apiVersion: v1
kind: Endpoints
metadata:
  name: worker
  namespace: shop
subsets:
  - addresses:
      - ip: 192.0.2.10
    ports:
      - name: http
        port: 80
```

## Passes

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: shop
spec:
  hosts:
    - worker
  http:
    - match:
        - uri:
            prefix: /admin
      route:
        - destination:
            host: worker
    - route:
        - destination:
            host: worker
---
apiVersion: v1
kind: Service
metadata:
  name: worker
  namespace: shop
spec:
  ports:
    - name: http
      port: 80
---
apiVersion: v1
kind: Endpoints
metadata:
  name: worker
  namespace: shop
subsets:
  - addresses:
      - ip: 192.0.2.10
    ports:
      - name: http
        port: 80
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.references.routes import ShadowedRoute

_ELSEWHERE = Symptom(log="its requests go where the earlier route leads")
_PLAIN = Symptom(log="its requests go to the host as if there were no route")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each route that nothing is sent by, though its requests are answered."""
    for route in graph.broken(ShadowedRoute):
        owner, taker = route.virtual_service, route.taker
        if route.hits:
            continue
        takes = (Label(taker.anchor, "this route takes its requests"),) if taker is not None else ()
        yield Finding(
            message=f"route `{route.wanted}` of VirtualService `{owner.title}` is never used",
            primary=Label(route.anchor, "no request gets here"),
            subject=owner,
            related=(*takes, *((Label(route.never, route.why),) if route.never is not None else ())),
            symptom=_ELSEWHERE if taker is not None else _PLAIN,
            help="drop what never holds, or the route"
            if route.never is not None
            else "put the route that takes more behind it, in the same VirtualService",
            assumption=route.assumption,
            fault=route.wanted,
        )
