r"""A directive that nginx refuses where it stands, or as it is written.

A pass outside of a `location`, a directive that stands twice, `weight=0`, a value that is none, two locations of one
path, a path in the target of a regular expression's location, a variable that nothing defines: the text parses, and
nginx still does not start. The message is nginx's own.

Variables are looked up when nginx starts wherever it evaluates them: in targets, certificates, roots, headers,
parameters and redirects. `${DOMAIN}` that `envsubst` was to fill in is the commonest of those that nothing defines.

Only what the text is certain about is reported; what a module may bring is left alone.

Basis: every wording was seen on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        server 10.0.0.1:8080 weight=0;  # error: [directive-refused] "weight=0"
    }
    server {
        listen 80;
        location / { proxy_pass http://shop; }
        location ~ \.php$ { proxy_pass http://shop/php/; }  # error: [directive-refused] "URI part"
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        server 10.0.0.1:8080 weight=2;
    }
    server {
        listen 80;
        location / { proxy_pass http://shop; }
        location ~ \.php$ { proxy_pass http://shop; }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.language.emptied import holds, taken
from upstreamlint.programs.nginx.language.known_variables import unknown_variables
from upstreamlint.programs.nginx.language.refused import refusals
from upstreamlint.source import Anchor
from upstreamlint.symptoms import nginx_refuses


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each directive that `nginx -t` rejects."""
    for instance in graph.nodes(NginxInstance):
        path = instance.config.main.source.path
        emptied = list(taken(instance))
        for refusal in refusals(instance):
            if any(holds(found, refusal.anchor) for found in emptied):
                continue
            yield Finding(
                message=refusal.wording.replace('"', "`"),
                primary=Label(refusal.anchor, "refused here"),
                subject=path,
                related=(Label(*refusal.other),) if refusal.other else (),
                symptom=nginx_refuses(refusal.wording),
                help=refusal.help,
                fault=f"{refusal.anchor.source.path}:{refusal.anchor.start}:{refusal.wording}",
            )
        for server, name, anchor in unknown_variables(instance):
            if any(holds(found, anchor) for found in emptied):
                continue
            template = name.isupper()
            yield Finding(
                message=f"unknown `{name}` variable",
                primary=Label(anchor, "nothing defines it"),
                subject=server,
                symptom=nginx_refuses(f'unknown "{name.lower()}" variable'),
                help=_help(instance, name, anchor) if template else "define it with `set` or `map`",
                assumption="nothing fills in the file before nginx reads it"
                if template and instance.client is None
                else "",
                fault=name,
            )


def _help(instance: NginxInstance, name: str, anchor: Anchor) -> str:
    if anchor.source.path in instance.rendered and instance.place is not None:
        held = name in instance.place.environment
        return (
            f"name `${name}` in the list of `envsubst`" if held else f"give the container a variable `{name}`"
        )
    return f"put a value in place of `${name}` before nginx reads the file"
