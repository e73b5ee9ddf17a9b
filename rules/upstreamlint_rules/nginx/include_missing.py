"""An `include` names a file that is not there.

nginx logs `open() "…" failed (2: No such file or directory)` and does not start. A pattern with `*` that matches
nothing is no fault. Relative paths are seen from the folder of the *main* file, not from the file that includes.

Reported where the folder is among the files, or where everything that the container has is known.

Mend the path, or mount the file.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    include sites/shop.conf;  # error: [include-missing] "`sites/shop.conf`"
}
```

```nginx title="sites/web.conf"
server { listen 80; }
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    include sites/web.conf;
}
```

```nginx title="sites/web.conf"
server { listen 80; }
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.symptoms import nginx_refuses


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each include of one file that is missing."""
    for instance in graph.nodes(NginxInstance):
        for include in instance.config.includes:
            outside = instance.client is None and include.path.value.startswith("/")
            if include.status != "missing" or outside:
                continue
            yield Finding(
                message=f"no file `{include.path}` to include",
                primary=Label(include.path.anchor, "no such file"),
                subject=instance,
                symptom=nginx_refuses(f'open() "{include.path}" failed (2: No such file or directory)'),
                help=_help(instance),
                fault=include.path.value,
            )


def _help(instance: NginxInstance) -> str:
    if instance.service is not None:
        return f"mount it into `{instance.service.name}`, or mend the path"
    if instance.workload is not None:
        return "add it to a ConfigMap that is mounted there, or mend the path"
    return "mend the path; it is seen from the folder of the main file"
