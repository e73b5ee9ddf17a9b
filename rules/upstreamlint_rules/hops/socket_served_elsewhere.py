"""A proxy passes to PHP at a socket or port where PHP-FPM does not listen.

PHP-FPM listens where its pools say. Debian's and Ubuntu's packages bring `/run/php/php8.2-fpm.sock` with their own
version in the name, Alpine's `127.0.0.1:9000`. The images of PHP listen on port 9000: their `zz-docker.conf` is read
last, and takes back what a `www.conf` says of the pool `www`. A proxy that is told another socket, or a port where there
is a socket, answers `502` (httpd: `503`), and nginx logs `connect() to unix:… failed (2: No such file or directory)`.

Write into the proxy what the pool says, or set `listen` in a file that is read last (`zzz-www.conf`).

Basis: Debian `php8.2-fpm`, `/etc/php/8.2/fpm/pool.d/www.conf`; docker-library/php, `Dockerfile-linux.template`.

## Fails

```dockerfile title="Dockerfile"
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y nginx php-fpm
COPY site.conf /etc/nginx/sites-enabled/default
CMD service php8.2-fpm start && nginx -g 'daemon off;'
```

```yaml title="compose.yaml"
services:
  web:
    build: .
    ports: ["8080:80"]
```

```nginx title="site.conf"
server {
    listen 80;
    location ~ [.]php$ {
        fastcgi_pass unix:/run/php/php7.4-fpm.sock;  # error: [socket-served-elsewhere] "php7.4-fpm.sock"
    }
}
```

## Passes

```dockerfile title="Dockerfile"
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y nginx php-fpm
COPY site.conf /etc/nginx/sites-enabled/default
CMD service php8.2-fpm start && nginx -g 'daemon off;'
```

```yaml title="compose.yaml"
services:
  web:
    build: .
    ports: ["8080:80"]
```

```nginx title="site.conf"
server {
    listen 80;
    location ~ [.]php$ {
        fastcgi_pass unix:/run/php/php8.2-fpm.sock;
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.php_fpm.dialled import missed


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each socket or port of PHP-FPM that is dialled and that no pool listens at."""
    for found in missed(graph):
        one = found.dialled
        pool = found.pools[0]
        others = len({pool.listen for pool in found.pools}) > 1
        yield Finding(
            message=f"PHP-FPM in `{found.service.name}` does not listen at `{one.target}`, which {one.program} passes to",
            primary=Label(one.anchor, f"{one.program} looks for it here"),
            subject=one.owner,
            related=tuple(
                Label(pool.anchor, f"`{pool.text}` listens at `{pool.listen}`") for pool in found.pools[:2]
            ),
            symptom=one.symptom,
            help=f"pass to {'one of its sockets' if others else f'`{_written(pool.socket or pool.listen)}`'}",
            fault=one.target,
        )


def _written(listen: str) -> str:
    return f"unix:{listen}" if listen.startswith("/") else listen
