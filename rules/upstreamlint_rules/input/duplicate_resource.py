"""The same object stands twice in one file.

An object is its group, kind, namespace and name. When a file is applied, the second one replaces the first without a word:
half of what stands there never exists. Usually a copied block kept its name.

Give one of them another name, or remove it. The same object in two files is taken for two environments.

Basis: Kubernetes documentation, "Object Names and IDs".

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: Service
metadata:
  name: web  # warning: [duplicate-resource] "twice"
spec:
  selector: {app: web}
  ports: [{port: 443}]
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: web-tls}
spec:
  selector: {app: web}
  ports: [{port: 443}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.model.kubernetes import Meta
from upstreamlint.refusal.refused import Refused


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each object that replaces another of its file."""
    first: dict[tuple[str, str, str, str, str], Meta] = {}
    for resource in graph.resources:
        meta = getattr(resource, "meta", None)
        if not isinstance(meta, Meta) or isinstance(resource, Refused):
            continue
        key = (meta.anchor.source.path, meta.group, meta.kind, meta.namespace, meta.name.value)
        known = first.setdefault(key, meta)
        if known is meta or known.anchor == meta.anchor or not _named(meta):
            continue
        yield Finding(
            message=f"{meta.kind} `{meta.title}` stands twice in this file",
            primary=Label(meta.anchor, "replaces the first one"),
            subject=meta.id,
            related=(Label(known.anchor, "the first one"),),
            help="give one of them another name, or remove it",
        )


def _named(meta: Meta) -> bool:
    """Whether the name is a whole one: not generated, nothing to fill in."""
    return not meta.name.value.endswith("-") and not is_placeholder(meta.name.value)
