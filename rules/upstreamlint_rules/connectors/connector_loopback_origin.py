"""A connector sends requests to loopback, where nothing but itself runs.

`localhost` and `127.0.0.1` mean the container, or the pod, that the connector runs in: not the machine, and not the
service beside it. Nothing listens there, so every request ends with `502`; cloudflared logs `dial tcp 127.0.0.1:…:
connect: connection refused`, Tailscale `could not connect to local backend`, and Pomerium shows
`upstream_reset_before_response_started`.

Reported when the container runs the connector alone and shares its network with nothing. A sidecar does share it: an
application with `network_mode: service:<connector>`, or a container of the same pod, is reached on loopback.

Dial the name of the service, or give the application the connector's network.

Basis: cloudflare/cloudflared issue 976, tailscale/tailscale issue 13931; network namespaces of containers.

## Fails

```yaml title="compose.yaml"
services:
  tunnel:
    image: cloudflare/cloudflared:2025.2.0
    command: tunnel --config /etc/cloudflared/config.yml run
    volumes: ["./config.yml:/etc/cloudflared/config.yml:ro"]
    depends_on: [photos]
  photos:
    image: registry.example/photos:1
    expose: ["2342"]
```

```yaml title="config.yml"
tunnel: photos
ingress:
  - hostname: photos.example.org
    service: http://localhost:2342  # error: [connector-loopback-origin] "`localhost`"
  - service: http_status:404
```

## Passes

```yaml title="compose.yaml"
services:
  tunnel:
    image: tailscale/tailscale:v1.80.0
    environment: {TS_SERVE_CONFIG: /config/serve.json}
    volumes: ["./serve.json:/config/serve.json:ro"]
  photos:
    image: registry.example/photos:1
    network_mode: service:tunnel
    depends_on: [tunnel]
```

```json title="serve.json"
{
  "TCP": {"443": {"HTTPS": true}},
  "Web": {
    "photos.tailnet.example:443": {"Handlers": {"/": {"Proxy": "http://127.0.0.1:2342"}}}
  }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.connectors.references import PROXIES
from upstreamlint.graph.upstreams import HostObstacle, UpstreamHost
from upstreamlint.model.compose import ComposeService
from upstreamlint.symptoms import refused


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each loopback address that leads to nobody."""
    for host in graph.broken(UpstreamHost):
        if host.proxy not in PROXIES or host.obstacle is not HostObstacle.LOOPBACK:
            continue
        address = host.wanted
        near = host.near[0] if host.near else None
        what = "container" if isinstance(host.client, ComposeService) else "pod"
        yield Finding(
            message=f"`{address}` is the {what} of {host.proxy} itself, and nothing there listens on the port",
            primary=Label(host.anchor, f"the {what} that {host.proxy} runs in"),
            subject=host.owner,
            related=(
                *((Label(near.anchor, near.text),) if near else ()),
                *(Label(anchor, text) for anchor, text in host.far_end),
            ),
            symptom=refused(host.proxy),
            help=f"dial `{near.instead}`"
            if near
            else "dial the name of the service that listens on the port",
            fault=address,
        )
