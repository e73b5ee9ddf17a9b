"""A proxy does not start with its configuration.

What Caddy, HAProxy, Apache httpd and Traefik refuse is told in their own words: text that cannot be read, a backend, a matcher or a
named route that is used and never defined, an address that is none, two sites or backends of one name, upstreams with
different schemes, HTTP requests for a backend of `mode tcp`, a server with `ssl` that nothing is verified with, a file
that ends without the end of its last line, an option that Traefik does not know (`--provider.docker`), or has no more.

The program prints the line and exits, so every route through it is gone; a container restarts for ever.

Programs in containers are judged with the files that they are given, where nothing of these files is missing: a name may
be defined in the rest. A `Caddyfile` or `haproxy*.cfg` that no container is given is judged too, except for what it may
find elsewhere.

Correct the line.

Basis: Caddy 2.11 (`caddy adapt`), HAProxy 2.6 and 2.8 (`haproxy -c`), Apache httpd 2.4.71 (`-t`), measured on public files;
Traefik 3.7, measured.

## Fails: HAProxy

```yaml title="compose.yaml"
services:
  edge:
    image: haproxy:3.0
    volumes: ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
```

```haproxy title="haproxy.cfg"
defaults
    mode http
    timeout connect 5s
    timeout client  30s
    timeout server  30s

frontend web
    bind :80
    use_backend basket if { path_beg /basket }  # error: [proxy-config-refused] "unable to find required use_backend: 'basket'"
    default_backend shop

backend shop
    server one shop:8000 init-addr none
```

## Fails: Caddy

```yaml title="compose.yaml"
services:
  edge:
    image: caddy:2.10
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
```

```caddyfile title="Caddyfile"
shop.example.org {
    reverse_proxy http://shop:8000/app  # error: [proxy-config-refused] "only support scheme, host, and port"
}
```

## Passes: HAProxy

```yaml title="compose.yaml"
services:
  edge:
    image: haproxy:3.0
    volumes: ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
```

```haproxy title="haproxy.cfg"
defaults
    mode http
    timeout connect 5s
    timeout client  30s
    timeout server  30s

frontend web
    bind :80
    use_backend %[path,word(1,/)] if { path_beg /by-name/ }
    default_backend shop

backend shop
    server one shop:8000 init-addr none
```

## Passes: Caddy

```yaml title="compose.yaml"
services:
  edge:
    image: caddy:2.10
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
```

```caddyfile title="Caddyfile"
shop.example.org {
    rewrite * /app{uri}
    reverse_proxy http://shop:8000
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Symptom
from upstreamlint.programs.forwarding import Forwarder
from upstreamlint.programs.lone import Lone
from upstreamlint.programs.traefik.model import Traefik


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each thing that a proxy does not start with; where it cannot read on, that is the first."""
    programs: list[Forwarder | Lone] = [*graph.every(Forwarder), *graph.every(Lone)]
    for forwarder in programs:
        for fault in forwarder.faults:
            yield Finding(
                message=f"{forwarder.program} refuses this: {fault.message.removesuffix('.')}",
                primary=Label(fault.anchor, f"refused when {forwarder.program} starts"),
                subject=forwarder,
                related=tuple(Label(anchor, text) for anchor, text in fault.related),
                symptom=Symptom(log=f"{forwarder.program} does not start"),
                fault=fault.message,
            )
    for traefik in graph.every(Traefik):
        for fault in traefik.refused:
            yield Finding(
                message=f"Traefik refuses this: {fault.message}",
                primary=Label(fault.anchor, "refused when Traefik starts"),
                subject=traefik,
                symptom=Symptom(log="Traefik does not start"),
                fault=fault.message,
                stops=traefik.place,
            )
