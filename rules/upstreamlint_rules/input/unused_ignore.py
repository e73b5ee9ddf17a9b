"""An ignore comment that silences nothing.

A comment `# upstreamlint: ignore[rule] reason` outlives the fault that it was written for, or never named a
rule that exists. It is noise, and it will hide the next fault at the same place.

Remove the comment, or correct the rule's name.

## Fails

```yaml title="service.yaml"
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  # warning: [unused-ignore] "nothing here needs"
  selector: {app: web}  # upstreamlint: ignore[service-selects-no-pods] pods are made by hand
  ports:
    - port: 80
```

## Passes

```yaml title="service.yaml"
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web  # upstreamlint: ignore[service-selects-no-pods] the old pods are relabelled by hand
  ports:
    - port: 80
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels:
      app: web-app
  template:
    metadata:
      labels:
        app: web-app
    spec:
      containers:
        - name: web
          image: registry.example/web:1
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Severity, rule


@rule(severity=Severity.WARNING)
def check(_graph: Graph) -> Iterator[Finding]:
    """Yield nothing: the engine finds these itself, once every other rule has spoken."""
    yield from ()
