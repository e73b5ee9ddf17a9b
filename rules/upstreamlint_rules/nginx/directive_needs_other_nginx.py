"""A directive or parameter that this nginx does not know.

Active health checks, `slow_start`, `queue` and the like belong to NGINX Plus; `sticky`, `drain`, `route=` and
`least_time` came to open source nginx late; `check` is a module of Tengine; the `ssl` directive was dropped in 1.25.1.
An nginx that does not know a word refuses the whole configuration and does not start.

The version is taken from the tag of the image, or from `nginx-version` and `flavour` of the configuration file. Without
them, only what no open source nginx has is reported, as a warning; a configuration that uses several things of
NGINX Plus is taken to be for it.

Use an image that knows the word, or do without it.

Basis: nginx CHANGES; each wording was seen on nginx 1.22.1 and 1.31.4.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.25
    volumes:
      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
```

```nginx title="edge.conf"
upstream shop {
    server shop:8080 slow_start=30s;  # error: [directive-needs-other-nginx] "slow_start"
}
server {
    listen 80;
    location / { proxy_pass http://shop; }
}
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.25
    volumes:
      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
```

```nginx title="edge.conf"
upstream shop {
    server shop:8080 max_conns=100;
}
server {
    listen 80;
    location / { proxy_pass http://shop; }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.instance import Flavour, NginxInstance
from upstreamlint.programs.nginx.language.features import Feature, lacks, looks_like_plus, uses
from upstreamlint.symptoms import nginx_refuses


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each use of something that this nginx lacks."""
    for instance in graph.nodes(NginxInstance):
        plus = instance.config.fragment or looks_like_plus(instance.config)
        for use in uses(instance.config):
            lacking = lacks(use.feature, instance.version, instance.flavour)
            guessed = lacking is None and use.feature.since is None and instance.flavour is Flavour.UNKNOWN
            if not lacking and (not guessed or plus):
                continue
            name = use.written.value.partition("=")[0]
            yield Finding(
                message=f"`{name}` is unknown to {_this(instance)}"
                if lacking
                else f"`{name}` is unknown to open source nginx",
                primary=Label(use.written.anchor, _needs(use.feature)),
                subject=instance,
                related=(Label(instance.image.anchor, "this nginx"),) if instance.image and lacking else (),
                symptom=nginx_refuses(use.refusal),
                help="remove it" if use.feature.dropped else f"use {_better(use.feature)}, or remove it",
                assumption="" if lacking else f"this nginx is not {use.feature.others}",
                fault=f"{name}:{use.written.source.path}",
            )


def _this(instance: NginxInstance) -> str:
    version = f" {instance.version.text}" if instance.version else ""
    return f"nginx{version}" if instance.flavour is not Flavour.OPENRESTY else f"OpenResty{version}"


def _better(feature: Feature) -> str:
    if feature.since is None:
        return feature.others
    newer = f"nginx {'.'.join(map(str, feature.since))} or newer"
    return f"{newer}, or {feature.others}" if feature.others else newer


def _needs(feature: Feature) -> str:
    if feature.dropped:
        return f"dropped in nginx {'.'.join(map(str, feature.dropped))}"
    return f"needs {_better(feature)}"
