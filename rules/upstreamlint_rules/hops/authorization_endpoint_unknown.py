"""A proxy asks a server of authorization at a path where it does not say whether a request may go on.

`forwardAuth` of Traefik and `forward_auth` of Caddy hand what is answered on to the client; `auth_request` of nginx hears yes (2xx) or
no (401, 403), and answers `500` to all else. So each has a path of its own: Authelia since 4.38 `/api/authz/forward-auth` and
`/api/authz/auth-request` (before: `/api/verify`), authentik `/outpost.goauthentik.io/auth/traefik` and `…/nginx`, tinyauth since 3
`/api/auth/traefik` and `/api/auth/nginx` (before: `/api/auth`). At another path below `/api` nobody gets in: 404. Beside that
Authelia and tinyauth answer with the page of their login and 200, which lets every request through. oauth2-proxy answers at `/oauth2/auth` alone: a path before
that, which `proxy_pass` without a path of its own does not take off, makes it a request for an upstream, and everybody gets `403`. With a slash behind its path
Authelia answers with a redirect to the path without it, on the host that was asked for, which is asked for again.

Ask the path that the release and the proxy ask for.

Basis: oauth2-proxy, oauthproxy.go; Authelia, internal/server/handlers.go; authentik, internal/outpost/proxyv2; tinyauth, internal/controller/proxy_controller.go.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.middlewares: login
      traefik.http.middlewares.login.forwardauth.address: http://login:9091/api/authz/forward-auth  # error: [authorization-endpoint-unknown] "404"
  login:
    image: authelia/authelia:4.37
```

## Fails: a path that stays before it

```yaml title="compose.yaml"
services:
  nginx:
    image: nginx:1.27
    volumes: ["./default.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [oauth2-proxy, web]
  oauth2-proxy:
    image: quay.io/oauth2-proxy/oauth2-proxy:v7.6.0
    command: ["--http-address=0.0.0.0:4180", "--reverse-proxy=true"]
  web:
    image: registry.example/web:1
    expose: ["3000"]
```

```nginx title="default.conf"
server {
    listen 80;
    location /internal-auth/ {
        internal;
        proxy_pass http://oauth2-proxy:4180;
    }
    location / {
        auth_request /internal-auth/oauth2/auth;  # error: [authorization-endpoint-unknown] "403"
        proxy_pass http://web:3000;
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.middlewares: login
      traefik.http.middlewares.login.forwardauth.address: http://login:9091/api/authz/forward-auth
  login:
    image: authelia/authelia:4.38
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.facets.permission import FORBIDDEN, LET_THROUGH, REDIRECTED, REFUSED
from upstreamlint.facets.wording import caller, name_of


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each server that is asked at a path where it does not answer."""
    for found in graph.judged(Obstacle.NO_ENDPOINT):
        near = found.near[:1]
        yield Finding(
            message=f"{caller(found.dial)} asks `{name_of(found.target)}` at `{found.wanted}` whether requests may go on: {found.remedy}",
            primary=Label(found.anchor, "asked here"),
            subject=found.dial.route or found.owner,
            related=tuple(Label(c.anchor, "what is asked") for c in near),
            symptom=_symptom(found),
            help=f"ask `{near[0].instead}`" if near else "",
            fault=f"{found.wanted} {name_of(found.target)}",
        )


def _symptom(found: Judgement) -> Symptom:
    asked = found.dial.permission
    if found.remedy == LET_THROUGH:
        return Symptom(log="nobody has to log in")
    if found.remedy == FORBIDDEN:
        return Symptom(403)
    if asked is not None and asked.asker == "subrequest":
        log = "nginx logs `auth request unexpected status`"
        return Symptom(500, "500 Internal Server Error", "", log)
    if found.remedy == REDIRECTED:
        return Symptom(301, log="browsers are redirected in circles")
    return (
        Symptom(404) if found.remedy == REFUSED else Symptom(log="clients get an error instead of the login")
    )
