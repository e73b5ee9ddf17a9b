"""A proxy must believe a certificate that no public authority gives.

Caddy, cloudflared and Traefik verify the certificate of an `https` origin, against the authorities that their system trusts; so does a Gateway whose
BackendTLSPolicy says `wellKnownCACertificates: System`. No public authority certifies a short name, a name of a cluster, a name below `.local` or `.lan`, or an address of a
private network: whatever the origin shows there is its own (`x509: certificate signed by unknown authority`), or for another name, and the handshake ends. Clients get
`502` of Caddy and cloudflared, `500` of Traefik, `503` of an Envoy.

Say which name the certificate is for (`originServerName`, `tls_server_name`, `serverName`), or which authority gave it (`caPool`, `tls_trust_pool`, `rootCAs`,
`caCertificateRefs`), or do without the check (`noTLSVerify`, `tls_insecure_skip_verify`, `insecureSkipVerify`).

The router of OpenShift verifies what answers a Route with `termination: reencrypt`, by default against the service CA of the cluster. That certifies Services
with the annotation `service.beta.openshift.io/serving-cert-secret-name`; a certificate from elsewhere needs `destinationCACertificate`. Else the answer is `503`, "Application is not
available".

A program whose container is given certificates of its own (`/etc/ssl`, `SSL_CERT_FILE`) is left alone; where its system is not known, that is what the finding rests on.

Basis: openshift/router, haproxy-config.template; Go's `crypto/x509` with the system's roots; CA/Browser Forum, Baseline Requirements, on internal names and reserved addresses.

## Fails

```yaml title="compose.yaml"
services:
  caddy:
    image: caddy:2.8
    ports: ["443:443"]
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
```

```caddy title="Caddyfile"
files.example.com {
    reverse_proxy https://192.168.7.20:8443  # error: [certificate-not-trusted] "`192.168.7.20`"
}
```

## Fails: cloudflared

```yaml title="compose.yaml"
services:
  tunnel:
    image: cloudflare/cloudflared:2024.8.2
    command: tunnel --config /etc/cloudflared/config.yml run
    volumes: ["./config.yml:/etc/cloudflared/config.yml:ro"]
```

```yaml title="config.yml"
tunnel: home
credentials-file: /etc/cloudflared/home.json
ingress:
  - hostname: files.example.com
    service: https://nas.lan:5001  # error: [certificate-not-trusted] "`nas.lan`"
  - service: http_status:404
```

## Passes

```yaml title="compose.yaml"
services:
  caddy:
    image: caddy:2.8
    ports: ["443:443"]
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
```

```caddy title="Caddyfile"
files.example.com {
    reverse_proxy https://192.168.7.20:8443 {
        transport http {
            tls_insecure_skip_verify
        }
    }
}

shop.example.com {
    reverse_proxy https://192.168.7.21:8443 {
        transport http {
            tls_server_name shop.example.com
        }
    }
}

api.example.com {
    reverse_proxy https://api.example.org
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.cost import Costs
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.wording import caller


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each certificate that nobody gives who is believed."""
    costs = Costs(graph)
    for found in graph.judged(Obstacle.UNTRUSTED):
        lost = costs.of(found)
        believes = (
            "which no public authority gives, and believes no other"
            if not found.remedy
            else "and believes the authority of the cluster's Services alone, which was not asked for one"
        )
        yield Finding(
            message=f"{caller(found.dial)} verifies the certificate for `{found.wanted}`, {believes}",
            primary=Label(found.anchor, "asked for TLS"),
            subject=found.dial.route or found.owner,
            symptom=lost.symptom,
            help=found.remedy
            or "name the authority that gave it, or the name that it is for, or turn the check off",
            assumption=lost.assumption,
            fault=f"{found.obstacle}:{found.wanted}",
            hit=lost.hit,
        )
