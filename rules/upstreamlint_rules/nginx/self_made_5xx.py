"""nginx answers with an error of its own, whatever the servers behind it do.

A location that only says `return 503` is often left over from maintenance or an unfinished template. This is a hint, for
it may be on purpose.

Remove the `return` once the location is meant to work.

Basis: ngx_http_rewrite_module, `return`.

## Fails

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / { return 503; }  # info: [self-made-5xx] "`503`"
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    server {
        listen 80;
        location / { proxy_pass http://10.0.0.1:8080; }
    }
}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, patterns, rule
from upstreamlint.finding import Symptom
from upstreamlint.numerals import decimal
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.model import named

_ERROR = patterns.compile(r"5[0-9][0-9]", re.ASCII)


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each location that can only answer with an error."""
    for instance in graph.nodes(NginxInstance):
        for server in instance.config.servers:
            for location in server.all_locations():
                found = next(named(location.directives, "return"), None)
                if (
                    location.named
                    or found is None
                    or not found.args
                    or not _ERROR.fullmatch(found.args[0].value)
                ):
                    continue
                yield Finding(
                    message=f"location `{location.title}` always answers `{found.args[0]}`",
                    primary=Label(found.head, "an error of nginx's own"),
                    subject=server,
                    symptom=Symptom(decimal(found.args[0].value)),
                    help="remove it when the location is meant to work",
                    fault=location.title,
                )
