"""A Service has an address of IPv6, and what its pods run listens on IPv4 only.

The first of `ipFamilies` is that of the address that the Service's name and its clients use: IPv6 packets go to the IPv6 addresses of the pods. A process that binds
`0.0.0.0`, as nginx does for `listen 80;`, has no socket there, and refuses them; the kubelet, which probes the pod's first address, may see nothing of it.

Listen on IPv6 too (`listen [::]:80;`, `::`), or put `IPv4` first.

Basis: EndpointSlice controller, which makes endpoints of each family apart; kube-proxy.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  ipFamilyPolicy: PreferDualStack
  ipFamilies: [IPv6, IPv4]  # error: [address-family-not-listened] "IPv4 only"
  selector: {app: web}
  ports: [{port: 80, targetPort: 80}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  default.conf: |
    server {
        listen 80;
        location / { return 200; }
    }
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers:
    - name: nginx
      image: nginx:1.27
      ports: [{containerPort: 80}]
      volumeMounts: [{name: conf, mountPath: /etc/nginx/conf.d}]
  volumes: [{name: conf, configMap: {name: web}}]
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  ipFamilyPolicy: PreferDualStack
  ipFamilies: [IPv6, IPv4]
  selector: {app: web}
  ports: [{port: 80, targetPort: 80}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  default.conf: |
    server {
        listen 80;
        listen [::]:80;
        location / { return 200; }
    }
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers:
    - name: nginx
      image: nginx:1.27
      ports: [{containerPort: 80}]
      volumeMounts: [{name: conf, mountPath: /etc/nginx/conf.d}]
  volumes: [{name: conf, configMap: {name: web}}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.cost import Costs
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.wording import ends, name_of


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Service whose pods do not listen on the family of its address."""
    costs = Costs(graph)
    for found in graph.judged(Obstacle.OTHER_FAMILY):
        lost = costs.of(found)
        yield Finding(
            message=f"`{name_of(found.target)}` listens on IPv4 only at port {found.number}, and `{found.dial.host}` leads to it over IPv6 first",
            primary=Label(found.anchor, "the family of its address"),
            subject=found.owner,
            related=ends(found),
            symptom=lost.symptom,
            help="listen on IPv6 too, or put `IPv4` first",
            assumption=lost.assumption,
            fault=str(found.number),
            hit=lost.hit,
        )
