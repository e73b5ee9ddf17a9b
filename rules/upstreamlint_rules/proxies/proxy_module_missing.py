"""httpd does not load a module that it needs for what it is to pass on.

mod_proxy speaks to nobody by itself: `http://` needs mod_proxy_http, `fcgi://` mod_proxy_fcgi, `balancer://`
mod_proxy_balancer. httpd starts, logs `No protocol handler was valid for the URL`, and answers `500`. Without mod_proxy
itself it does not start at all: `Invalid command 'ProxyPass'`; a `RewriteRule` with `[P]` is answered with `403`. A balancer needs
mod_slotmem_shm and the module of its method (mod_lbmethod_byrequests, unless it is told another) besides: httpd does not start without.

On Debian's httpd (also that of `php:*-apache`) nothing of this is loaded before `a2enmod` enables it.

Reported where the whole configuration is among the files, and no `<IfModule>` asks for such a module.

Load the module.

Basis: measured on Apache httpd 2.4.71, `tests/truth/apache`; modules/proxy/mod_proxy.c.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: httpd:2.4
    volumes: ["./httpd.conf:/usr/local/apache2/conf/httpd.conf:ro"]
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
```

```apache title="httpd.conf"
Listen 80
LoadModule proxy_module modules/mod_proxy.so
# error: [proxy-module-missing] "`proxy_http_module`"
ProxyPass / http://shop:8000/
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: httpd:2.4
    volumes: ["./httpd.conf:/usr/local/apache2/conf/httpd.conf:ro"]
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
```

```apache title="httpd.conf"
Listen 80
LoadModule proxy_module modules/mod_proxy.so
LoadModule proxy_http_module modules/mod_proxy_http.so
ProxyPass / http://shop:8000/
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Symptom
from upstreamlint.programs.apache.modules import METHOD, PROXY, SHARED
from upstreamlint.programs.apache.run import Apache, LoneApache

_NO_HANDLER = Symptom(500, log="Apache logs `No protocol handler was valid for the URL`")
_NO_COMMAND = Symptom(None, log="httpd does not start: `Invalid command 'ProxyPass', perhaps misspelled`")
_NO_PROXY = Symptom(
    403, log="Apache logs `attempt to make remote request from mod_rewrite without proxy enabled`"
)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each URL that no module speaks to."""
    servers: list[Apache | LoneApache] = [*graph.nodes(Apache), *graph.nodes(LoneApache)]
    for server in servers:
        for one, module in server.astray.unspoken:
            short, kind = module.removesuffix("_module"), one.kind.lower()
            yield Finding(
                message=f"httpd does not load `{module}`, which `{one.target.value}` needs",
                primary=Label(one.target.anchor, "no module speaks to this"),
                subject=server,
                symptom=_symptom(module, kind),
                help=f"run `a2enmod {short}`"
                if server.enables
                else f"add `LoadModule {module} modules/mod_{short}.so`",
                fault=f"{module} {one.target.value}",
            )


def _symptom(module: str, kind: str) -> Symptom:
    if module == PROXY:
        return _NO_COMMAND if "pass" in kind else _NO_PROXY
    if module == SHARED:
        return Symptom(None, log="httpd does not start: `is mod_slotmem_shm loaded??`")
    if module.startswith(METHOD):
        method = module.removeprefix(METHOD).removesuffix("_module")
        return Symptom(None, log=f"httpd does not start: `Cannot find LB Method: {method}`")
    return _NO_HANDLER
