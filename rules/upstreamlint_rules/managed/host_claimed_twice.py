"""Two objects claim one host, and their controller gives it to one of them alone, or to none.

Contour refuses all root HTTPProxies of a host that several have: it answers `404`. The NGINX Ingress Controller (of F5) gives a host to the oldest
VirtualServer or Ingress, and passes the others by, whose paths answer `404`; Ingresses are merged only as `master` and `minion`. The router of OpenShift gives a
host with its path to the oldest Route. The webhook of ingress-nginx refuses an Ingress of which another one has the host and path, unless one is a canary.

Write the routes into one object, or have one include the others (`includes` of HTTPProxy, `route` of VirtualServer, mergeable Ingresses).

Basis: contour, internal/dag/httpproxy_processor.go; nginx/kubernetes-ingress, internal/k8s/configuration.go; openshift/router, pkg/router/controller/unique_host.go; kubernetes/ingress-nginx,
internal/ingress/controller/controller.go, `checkOverlap`.

## Fails

```yaml title="app.yaml"
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: shop, namespace: shop}
spec:
  virtualhost: {fqdn: shop.example.com}
  routes: [{conditions: [{prefix: /}], services: [{name: shop, port: 80}]}]
---
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: cart, namespace: cart}
spec:
  virtualhost:
    fqdn: shop.example.com  # error: [host-claimed-twice] "`shop.example.com`"
  routes: [{conditions: [{prefix: /cart}], services: [{name: cart, port: 80}]}]
```

## Passes

```yaml title="app.yaml"
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: shop, namespace: shop}
spec:
  virtualhost: {fqdn: shop.example.com}
  includes: [{name: cart, namespace: cart, conditions: [{prefix: /cart}]}]
  routes: [{conditions: [{prefix: /}], services: [{name: shop, port: 80}]}]
---
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: cart, namespace: cart}
spec:
  routes: [{services: [{name: cart, port: 80}]}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Affected
from upstreamlint.graph.kubernetes.ingress.host_claims import HostClaim
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.symptoms import NO_ROUTE


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each object that claims the host of another."""
    for found in graph.broken(HostClaim):
        owner, other = found.owner, found.other
        end = "refuses both" if found.lost else "gives it to the older one alone"
        if found.said:
            end = f"refuses the later one: {found.said}"
        rules = owner.rules if isinstance(owner, ManagedRoute) else ()
        yield Finding(
            message=f"{owner.meta.kind} `{owner.title}` claims `{found.wanted}`, which {other.meta.kind} `{other.title}` claims too: {found.by} {end}",
            primary=Label(found.anchor, "claimed twice"),
            subject=owner,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=NO_ROUTE._replace(flag="", log=f"{found.by} {end}"),
            help="leave one of them out"
            if found.said
            else "write the routes into one object, or have one include the other",
            assumption=found.assumption,
            fault=found.wanted,
            hit=tuple(Affected(r.host, r.path, 1.0, r.anchor) for r in rules) if found.lost else (),
        )
