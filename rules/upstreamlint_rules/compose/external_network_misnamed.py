"""An external network is that of another project here, under a name that Compose no longer gives it.

`external: true` names a network of the engine. That of another project begins with the name of the project, which is its folder's: Compose before
1.21 left `-` and `_` out of it, and since then they stay. With `reverseproxy_default` for the `default` network of the folder `reverse-proxy`
nothing starts: `network reverseproxy_default declared as external, but could not be found`.

Write the name as Compose makes it, or give the network a `name` of its own in the project that makes it.

Basis: the release notes of docker-compose 1.21.0; compose-go, `NormalizeProjectName`.

## Fails

```yaml title="reverse-proxy/compose.yaml"
services:
  edge:
    image: nginx:1.27
```

```yaml title="shop/compose.yaml"
services:
  shop:
    image: registry.example/shop:1
    networks: [edge]
networks:
  edge:  # warning: [external-network-misnamed] "`reverse-proxy_default`"
    external: true
    name: reverseproxy_default
```

## Passes

```yaml title="reverse-proxy/compose.yaml"
services:
  edge:
    image: nginx:1.27
```

```yaml title="shop/compose.yaml"
services:
  shop:
    image: registry.example/shop:1
    networks: [edge]
networks:
  edge:
    external: true
    name: reverse-proxy_default
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.model.compose import Network, Project


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each external network whose name differs from one that is made here by punctuation alone."""
    projects = graph.nodes(Project)
    made = {n.name: n for p in projects if p.name for n in p.networks.values() if not n.external}
    for project in projects:
        for network in project.networks.values() if not project.fragment else ():
            meant = _meant(network, made)
            if not network.external or meant is None:
                continue
            log = f"`network {network.name} declared as external, but could not be found`"
            yield Finding(
                message=f"no network has the name `{network.name}`: Compose calls it `{meant.name}`",
                primary=Label(network.anchor, "no such network"),
                subject=next(iter(project.services.values()), None) or project,
                related=(Label(meant.anchor, "made here"),),
                symptom=Symptom(log=log),
                help=f"write `{meant.name}`",
                assumption="nobody makes a network of the name by hand",
                fault=network.name,
            )


def _meant(network: Network, made: dict[str, Network]) -> Network | None:
    """The one network that is made here whose project's name differs in `-` and `_` alone."""
    if network.name in made or "$" in network.name:
        return None
    found = [one for one in made.values() if _plain(one.name) == _plain(network.name)]
    return found[0] if len(found) == 1 else None


def _plain(name: str) -> str:
    project, line, key = name.rpartition("_")
    return project.replace("-", "").replace("_", "") + line + key
