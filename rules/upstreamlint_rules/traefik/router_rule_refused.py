"""The rule of a Traefik router is one that Traefik refuses, or that no request ever fits.

Traefik logs the fault and makes no router, or waits for requests that never come: the host answers `404 page not found`.

- Since Traefik 3 a matcher takes one text: ``Host(`a.example`, `b.example`)`` is ``Host(`a.example`) || Host(`b.example`)``.
- `Headers`, `HeadersRegexp` and `HostHeader` are of Traefik 2; `Header`, `HeaderRegexp`, `PathRegexp` and `QueryRegexp` of 3.
- ``HostRegexp(`{sub:[a-z]+}.example`)`` is of Traefik 2. In 3 it is taken, and compared as an expression of Go: nothing
  fits. ``Path(`/{id}`)`` likewise.
- A host has no scheme, no port and no path; a path starts with `/`. Texts stand in backticks or double quotes.
- A line must not end before its `&&` or `||`.
- TCP routers know names of TLS alone, and only those with `tls`: plain TCP takes ``HostSNI(`*`)``.

`core.defaultRuleSyntax: v2`, and `ruleSyntax: v2` of a router, keep the old syntax in Traefik 3. Which release reads the rule
is told by the image of the Traefik among the files; one without a tag is 3, and the finding a warning.

Basis: Traefik, pkg/muxer; measured on 3.7 with both syntaxes.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`, `www.api.example`)  # error: [router-rule-refused] "gives `Host` 2 texts"
  shop:
    image: registry.example/shop:1
    expose: ["3000"]
    labels:
      traefik.http.routers.shop.rule: "HostRegexp(`{sub:[a-z]+}.shop.example`)"  # error: [router-rule-refused] "as it is written"
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`) || Host(`www.api.example`)
  shop:
    image: registry.example/shop:1
    expose: ["3000"]
    labels:
      traefik.http.routers.shop.rule: "HostRegexp(`{sub:[a-z]+}.shop.example`)"
      traefik.http.routers.shop.ruleSyntax: v2
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.traefik.references import RouterRule


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each rule that makes no route."""
    for found in graph.broken(RouterRule):
        log = (
            f"Traefik logs `{found.log}`" if found.log else "Traefik logs nothing: no router fits the request"
        )
        part = "a part of the rule" if found.partly else "the rule"
        yield Finding(
            message=f"{part} of router `{found.router}` {found.why}",
            primary=Label(found.anchor, "fits no request" if found.never else "refused"),
            subject=found.owner,
            related=(Label(found.traefik.place.node.anchor, "the Traefik that reads it"),),
            symptom=Symptom(404, "404 page not found", "", log),
            help=found.help,
            assumption=_assumed(found),
            fault=f"{found.router} {found.why}",
            hit=found.hit if not found.partly else (),
        )


def _assumed(found: RouterRule) -> str:
    if found.partly:
        return "requests are meant for this part"
    return "" if found.sure else "the image is the newest, Traefik 3"
