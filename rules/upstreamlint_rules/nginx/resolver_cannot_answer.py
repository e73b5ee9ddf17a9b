"""The `resolver` cannot know the name that it is asked for.

For a target with a variable nginx asks its own `resolver`. That knows neither `/etc/hosts` nor the search domains of
`/etc/resolv.conf`: in Kubernetes a short name fails there although the same name works in a literal target. Names of
Compose services are known to Docker's own DNS only, `127.0.0.11`, and that exists only in Docker. The answer is `502`,
and the log says `could not be resolved (3: Host not found)`.

What `extra_hosts` says stands in `/etc/hosts` alone: Docker's DNS does not know it (that of Docker Desktop knows
`host.docker.internal`). Nginx Proxy Manager and SWAG dial through variables, so that they never find it.

Podman has no `127.0.0.11` either: its DNS listens on the gateway of each network.

In Kubernetes write the full name, `name.namespace.svc.cluster.local`; in Docker set `resolver 127.0.0.11`.

Basis: measured on nginx 1.22.1 and 1.31.4; ngx_http_core_module, `resolver`.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes:
      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
```

```nginx title="edge.conf"
resolver 8.8.8.8;  # error: [resolver-cannot-answer] "`shop`"
server {
    listen 80;
    location / {
        set $shop http://shop:8080;
        proxy_pass $shop;
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes:
      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
```

```nginx title="edge.conf"
resolver 127.0.0.11;
server {
    listen 80;
    location / {
        set $shop http://shop:8080;
        proxy_pass $shop;
    }
}
```
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.containers.container import Container
from upstreamlint.facets.judgement import Facet, Judgement, Obstacle
from upstreamlint.model.compose import ComposeService
from upstreamlint.model.kubernetes import Workload
from upstreamlint.places.address import HOST_GATEWAYS
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.model import Resolver
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import nginx_answers

_DOCKER = "127.0.0.11"


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each name that is asked of a resolver that cannot have it."""
    instances = graph.nodes(NginxInstance)
    if not instances:
        return
    yield from _asked(graph)
    for instance in instances:
        for resolver in instance.config.resolvers:
            if instance.workload is not None:
                yield from _docker_in_pod(instance, instance.workload, resolver)
            elif instance.place is not None and instance.place.project is not None:
                yield from _docker_in_podman(instance, instance.place, resolver)


def _asked(graph: Graph) -> Iterator[Finding]:
    """What nginx looks up by itself."""
    resolvers = {id(p.route): p.target.resolver for p in graph.references(ProxyPass)}
    for host in graph.judgements:
        if host.facet is not Facet.NAME or not host.dial.own_resolver:
            continue
        if host.broken and host.obstacle is Obstacle.SHORT_NAME:
            yield _short(host)
        resolver = resolvers.get(id(host.dial.route))
        service = next((t for t in host.targets if isinstance(t, ComposeService)), None)
        if service is not None and resolver is not None and _is_outside(resolver):
            yield _outside(host, resolver, service)
        if resolver is not None and _is_docker(resolver):
            yield from _of_hosts_file(host)


def _short(host: Judgement) -> Finding:
    return Finding(
        message=f"nginx's `resolver` knows no search domains, so it does not find `{host.wanted}`",
        primary=Label(host.anchor, "looked up by nginx itself, because of the variable"),
        subject=host.owner,
        related=tuple(Label(near.anchor, near.text) for near in host.near),
        symptom=nginx_answers(502, f"{host.wanted} could not be resolved (3: Host not found)"),
        fix=host.fix,
        help=f"write `{host.near[0].instead}`" if host.near else "write the full name",
        fault=host.wanted,
    )


def _outside(host: Judgement, resolver: Resolver, service: ComposeService) -> Finding:
    asked = ", ".join(f"`{a.value}`" for a, _ in resolver.addresses)
    return Finding(
        message=f"{asked} cannot know `{host.wanted}`, which is a service of this Compose project",
        primary=Label(resolver.addresses[0][0].anchor, "a DNS server outside of Docker"),
        subject=host.owner,
        related=(
            Label(host.anchor, "asked for this name"),
            Label(service.anchor, "the service that has it"),
        ),
        symptom=nginx_answers(502, f"{host.wanted} could not be resolved (3: Host not found)"),
        help=f"set `resolver {_DOCKER};`, which also answers for names outside",
        fault=host.wanted,
    )


def _of_hosts_file(host: Judgement) -> Iterator[Finding]:
    """A name that only `extra_hosts` gives the container; one with dots may be known to the world."""
    service, name = host.dial.caller.service, host.wanted.lower()
    written = {key.lower(): values for key, values in service.extra_hosts.items()} if service else {}
    if service is None or not service.networks or (host.targets and not host.by_host):
        return
    if name in written and ("." not in name or name in HOST_GATEWAYS):
        yield Finding(
            message=f"`{_DOCKER}` does not know `{host.wanted}`, which only `extra_hosts` names",
            primary=Label(host.anchor, "looked up by nginx itself, because of the variable"),
            subject=host.owner,
            related=tuple(Label(value.anchor, "written to `/etc/hosts`") for value in written[name][:1]),
            symptom=nginx_answers(502, f"{host.wanted} could not be resolved (3: Host not found)"),
            help="name an address, such as that of the network's gateway, or the name of a service",
            assumption="the engine is not Docker Desktop" if name in HOST_GATEWAYS else "",
            fault=host.wanted,
        )


def _is_docker(resolver: Resolver) -> bool:
    return bool(resolver.addresses) and all(a.host == _DOCKER for _, a in resolver.addresses)


def _is_outside(resolver: Resolver) -> bool:
    """Whether every server of a resolver is out on the internet, where nobody knows Docker's names."""
    return bool(resolver.addresses) and all(
        a.kind == "ip" and ipaddress.ip_address(a.host).is_global for _, a in resolver.addresses
    )


def _docker_in_pod(instance: NginxInstance, workload: Workload, resolver: Resolver) -> Iterator[Finding]:
    for written, address in resolver.addresses:
        if address.host == _DOCKER and not workload.template.host_network:
            yield Finding(
                message=f"`{_DOCKER}` is Docker's DNS, which the pods of `{workload.title}` do not have",
                primary=Label(written.anchor, "nobody answers there in a pod"),
                subject=instance,
                related=(Label(workload.anchor, "nginx runs here"),),
                symptom=nginx_answers(502, "could not be resolved (110: Operation timed out)"),
                help="set `resolver` to the address of the cluster DNS, or `kube-dns.kube-system.svc.cluster.local`",
                fault=_DOCKER,
            )


def _docker_in_podman(instance: NginxInstance, place: Container, resolver: Resolver) -> Iterator[Finding]:
    if place.project is None or not place.project.podman:
        return
    for written, address in resolver.addresses:
        if address.host == _DOCKER:
            yield Finding(
                message=f"`{_DOCKER}` is Docker's DNS, which {place.title} of Podman does not have",
                primary=Label(written.anchor, "nobody answers there under Podman"),
                subject=instance,
                related=(Label(place.anchor, "nginx runs here"),),
                symptom=nginx_answers(502, "could not be resolved (110: Operation timed out)"),
                help="set `resolver` to the gateway of the network, or write the target without a variable",
                fault=_DOCKER,
            )
