"""A file includes itself, directly or through others.

nginx follows the circle until it crashes: `nginx -t` ends with a segmentation fault and no message. The usual cause is
a pattern such as `conf.d/*.conf` inside one of the files that it matches.

Take the include out of the circle.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    include conf.d/*.conf;
}
```

```nginx title="conf.d/web.conf"
include conf.d/*.conf;  # error: [include-cycle] "itself"
server { listen 80; }
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    include conf.d/*.conf;
}
```

```nginx title="conf.d/web.conf"
server { listen 80; }
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Symptom
from upstreamlint.programs.nginx.instance import NginxInstance

_CRASH = Symptom(log="nginx crashes when it starts (SIGSEGV), without a message")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each include that closes a circle."""
    for instance in graph.nodes(NginxInstance):
        for include in instance.config.includes:
            if include.status == "cycle":
                yield Finding(
                    message=f"the file that holds `include {include.path}` includes itself",
                    primary=Label(include.path.anchor, "leads back to this file"),
                    subject=instance,
                    symptom=_CRASH,
                    help="remove the include, or name the other files one by one",
                    fault=f"{include.path.source.path}:{include.path.value}",
                )
