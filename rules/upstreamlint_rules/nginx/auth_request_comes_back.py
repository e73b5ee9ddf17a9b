"""An `auth_request` leads to no location of its own, but back to the application that it guards.

nginx looks for the location of a subrequest as it does for that of a request. Where no location has the URI, `location /`
takes it: the application is asked whether requests may go on, answers `404`, and nginx gives everybody `500` (`auth request unexpected
status: 404`). An application that answers any path with its page lets everybody in.

Name the location that asks the server of logins, or write one: `location = /verify { internal; proxy_pass …; }`.

Basis: nginx, src/http/modules/ngx_http_auth_request_module.c; measured on 1.22.1.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes: ["./edge.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [shop, login]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
  login:
    image: registry.example/login:1
    expose: ["8000"]
```

```nginx title="edge.conf"
server {
    listen 80;
    location = /verify {
        internal;
        proxy_pass http://login:8000/check;
    }
    location / {
        auth_request /auth/verify;  # error: [auth-request-comes-back] "/auth/verify"
        proxy_pass http://shop:8000;
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes: ["./edge.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [shop, login]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
  login:
    image: registry.example/login:1
    expose: ["8000"]
```

```nginx title="edge.conf"
server {
    listen 80;
    location = /verify {
        internal;
        proxy_pass http://login:8000/check;
    }
    location / {
        auth_request /verify;
        proxy_pass http://shop:8000;
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.answers.asked import unanswered
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.symptoms import nginx_answers


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each URI that is asked and that no location answers."""
    for instance in graph.nodes(NginxInstance):
        for server in instance.config.servers:
            if server.directive is None:
                continue
            for one in unanswered(server):
                meant = one.meant
                if meant is None and (one.open or instance.config.fragment):
                    continue
                told = [(meant.anchor, "nothing asks this location")] if meant is not None else []
                back = [(one.back.anchor, "takes it")] if one.back is not None else []
                path = meant.path.value if meant is not None and meant.path is not None else ""
                yield Finding(
                    message=f"`auth_request {one.uri.value}` comes to no location of its own"
                    + (", but back to the application" if one.back is not None else ""),
                    primary=Label(one.uri.anchor, "no location is for this"),
                    subject=server,
                    related=tuple(Label(*place) for place in (*told, *back)),
                    symptom=nginx_answers(500, "auth request unexpected status: 404"),
                    assumption=""
                    if meant is not None or one.back is None
                    else "the application has no such path",
                    help=f"write `auth_request {path};`" if path else f"write a `location = {one.uri.value}`",
                    fault=one.uri.value,
                )
