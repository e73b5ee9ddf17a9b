"""Requests are passed in a protocol that the other end does not speak.

What the other end speaks is known from the `listen` of an nginx, from what a command or its file tells a server (`http-socket` or `socket` of
uWSGI), from the image (php-fpm speaks FastCGI; an image with a port for TLS speaks plain text on its other one), from an HTTP probe with `scheme: HTTPS`,
or from the name or `appProtocol` of a Service's port. What is only known of an image, shown by a probe or said by a name is a warning. A
VirtualService brings plain text to the process behind a Service, unless a DestinationRule opens TLS (`SIMPLE`, `MUTUAL`): the TLS of
the mesh ends at the sidecar. A load balancer whose annotations have it end TLS brings plain text to the pods of its Service, and HTTPRoutes bring HTTP/1.1 unless
the port's `appProtocol` says otherwise. To a cluster of Envoy that is sent gRPC, by a route for gRPC or by a filter that makes it, HTTP/1.1 is of no use.

Plain HTTP to a port that speaks TLS gets `400 The plain HTTP request was sent to HTTPS port` from nginx and a closed connection from others; TLS to a
plain port fails in the handshake (`wrong version number`): `502` from nginx, `503 UF` from Envoy. HTTP/2 with prior knowledge to a server of HTTP/1.1 is a
protocol error, `502`. FastCGI, uwsgi and HTTP do not understand each other: `502`. A `listen … proxy_protocol` that gets no PROXY header logs
`broken header` and closes the connection; Envoy with the listener filter `proxy_protocol` closes it, and one without answers `400` to a header. EnvoyFilters say so of
Istio's gateways, ClientTrafficPolicies of Envoy Gateway's; their load balancers are told by annotations.

For other targets the port tells: plain HTTP to port 443, or TLS to port 80, is reported as a warning.

Speak what the other end speaks, or dial its other port.

Basis: measured on nginx 1.22.1 and 1.31.4 and on Envoy 1.40.0.

## Fails

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / { proxy_pass http://127.0.0.1:8443; }  # error: [upstream-protocol-mismatch] "TLS"
    }
    server {
        listen 8443 ssl;
        location / { return 200; }
    }
}
```

## Fails: Envoy

```yaml title="envoy.yaml"
static_resources:
  listeners:
    - name: web
      address: {socket_address: {address: 0.0.0.0, port_value: 10000}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: {prefix: /}
                          route: {cluster: api}
  clusters:
    - name: api
      type: STRICT_DNS
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: api.example.com, port_value: 443}}}  # warning: [upstream-protocol-mismatch] "443"
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / { proxy_pass https://127.0.0.1:8443; }
    }
    server {
        listen 8443 ssl;
        location / { return 200; }
    }
}
```

## Passes: Envoy

```yaml title="envoy.yaml"
static_resources:
  listeners:
    - name: web
      address: {socket_address: {address: 0.0.0.0, port_value: 10000}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: {prefix: /}
                          route: {cluster: api}
  clusters:
    - name: api
      type: STRICT_DNS
      transport_socket: {name: envoy.transport_sockets.tls}
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: api.example.com, port_value: 443}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.cost import Costs
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.facets.wording import caller, ends, name_of

_OBSTACLES = (
    Obstacle.OTHER_PROTOCOL,
    Obstacle.PLAIN_TO_TLS,
    Obstacle.TLS_TO_PLAIN,
    Obstacle.PROXY_HEADER,
)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each hop whose ends do not speak alike."""
    costs = Costs(graph)
    for found in graph.judged(*_OBSTACLES):
        lost = costs.of(found)
        yield Finding(
            message=_message(found),
            primary=Label(found.anchor, "dialled here"),
            subject=found.dial.route or found.owner,
            related=ends(found),
            symptom=lost.symptom,
            help=found.remedy or _help(found),
            assumption=lost.assumption,
            fault=f"{found.obstacle}:{found.wanted}",
            hit=lost.hit,
        )


def _message(found: Judgement) -> str:
    there = f"`{found.dial.host}:{found.wanted}`"
    if found.target is not found.owner:
        there = f"port {found.wanted} of `{name_of(found.target)}`"
    who, heard = caller(found.dial), found.listen.protocol if found.listen is not None else ""
    match found.obstacle:
        case Obstacle.PLAIN_TO_TLS:
            return f"{who} speaks plain text to {there}, which speaks TLS"
        case Obstacle.TLS_TO_PLAIN:
            return f"{who} speaks TLS to {there}, which speaks plain text"
        case Obstacle.PROXY_HEADER if found.dial.proxy_header:
            return f"{who} sends a PROXY header to {there}, which does not know it"
        case Obstacle.PROXY_HEADER:
            return f"{who} sends no PROXY header to {there}, which waits for one"
    return f"{who} speaks {found.dial.protocol} to {there}, which speaks {_NAMES.get(heard, heard)}"


_NAMES = {"udp": "UDP", "http": "HTTP/1.1", "fastcgi": "FastCGI", "h2c": "HTTP/2", "grpc": "gRPC"}


def _help(found: Judgement) -> str:
    match found.obstacle:
        case Obstacle.PLAIN_TO_TLS:
            return f"speak TLS{found.dial.with_tls}, or dial a port of plain text"
        case Obstacle.TLS_TO_PLAIN:
            return "speak plain text, or dial a port of TLS"
        case Obstacle.PROXY_HEADER:
            return "send the PROXY header on both ends, or on neither"
    heard = found.listen.protocol if found.listen is not None else ""
    if heard == "udp":
        return "make it `protocol: TCP`, which is the default, or dial another port"
    return f"speak {_NAMES.get(heard, heard)}, or dial another port"
