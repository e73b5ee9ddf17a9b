"""What is to be deployed names a folder or a file that is not there.

A kustomization lists a resource, a base, a component or a patch that nothing is at the path of: `kustomize build` ends with `no such file
or directory`, and nothing of the kustomization is applied. An Application of Argo CD or a Kustomization of Flux names a folder that its
repository does not have (`app path does not exist`, `kustomization path not found`), or a file of values: it is not synchronised any more,
and what it deploys stays as it was, or away.

A patch that finds its object by its own name, and a `replicas`, end the build, too, where the kustomization has others of the kind and none of that name. One
whose `target` selects nothing changes nothing, and nobody says so: a warning.

Where another file or folder has the name but for a slip of the hand, or a folder is missing, that is an error. Other files may be written or
decrypted before somebody builds: a warning. Nothing is said of files that generators of ConfigMaps and Secrets read, of what is called a
secret, nor of what `.gitignore` or `.gitmodules` speaks of, but for slips. Whether the repository of an Application is this one is
told by whether most of what is stated of it is here.

Correct the path, or add what it leads to.

Basis: observed with kustomize 5 (`build`); Argo CD, `reposerver/repository` (`app path does not exist`); Flux, kustomize-controller
(`kustomization path not found`).

## Fails

```yaml title="shop/kustomization.yaml"
resources:
  - deploymnet.yaml  # error: [part-missing] "there is `deployment.yaml`"
```

```yaml title="shop/deployment.yaml"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: registry.example/shop:1
```

## Passes

```yaml title="shop/kustomization.yaml"
resources:
  - deployment.yaml
```

```yaml title="shop/deployment.yaml"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: registry.example/shop:1
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.problems import MissingPartProblem


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each path that leads to nothing."""
    for problem in graph.found_problems(MissingPartProblem):
        yield Finding(
            message=problem.message,
            primary=Label(problem.anchor, "nothing is there"),
            subject=problem,
            related=tuple(Label(anchor, text) for anchor, text in problem.related),
            help=problem.help,
            assumption=problem.assumption,
            fault=problem.message,
        )
