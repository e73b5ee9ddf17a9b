"""A bind mount names a file that is not there, beside one of nearly the same name.

The engine makes an empty folder in place of a source that is missing. Where the image has a file at the target, the
container does not start: `not a directory: Are you trying to mount a directory onto a file (or vice-versa)?`. Where it
has none, the program finds a folder instead of its configuration, and nginx says `(21: Is a directory)`.

A file may be made before the containers start, so this is reported only where its folder holds one whose name misses by
a letter or two.

Write the name of the file that is there.

Basis: documentation of Docker, bind mounts: a source of the short form that does not exist is created as a folder.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes:
      - ./ngnix.conf:/etc/nginx/nginx.conf:ro  # warning: [mounted-file-missing] "`ngnix.conf`"
```

```nginx title="nginx.conf"
events {}
http { server { listen 80; } }
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes:
      - ./nginx.conf:/etc/nginx/nginx.conf:ro
```

```nginx title="nginx.conf"
events {}
http { server { listen 80; } }
```
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.mend import respelt
from upstreamlint.model.compose import Mount, Project

_FARTHEST = 2
"""Letters by which a misspelt name may be longer or shorter; a sample has a whole word more."""


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each mount of a file that is misspelt."""
    for project in graph.nodes(Project):
        for service in project.services.values():
            for mount in service.mounts:
                meant = _meant(mount)
                if meant is None or mount.source is None:
                    continue
                name = posixpath.basename(mount.source)
                yield Finding(
                    message=f"`{service.name}` mounts `{name}`, which is not there",
                    primary=Label(mount.anchor, "the engine makes an empty folder of this name"),
                    subject=service,
                    symptom=Symptom(
                        log="the container does not start: `not a directory`, or nginx finds no file"
                    ),
                    fix=respelt(mount.anchor, name, meant),
                    help=f"write `{meant}`, which is in that folder",
                    fault=mount.source,
                )


def _meant(mount: Mount) -> str | None:
    """The file that was probably meant."""
    if mount.source is None or not mount.beside:
        return None
    stem = posixpath.splitext(posixpath.basename(mount.source))[0]
    stems = {posixpath.splitext(name)[0]: name for name in mount.beside}
    near = [n for n in near_names(stem, stems.keys()) if abs(len(n) - len(stem)) <= _FARTHEST]
    return stems[near[0]] if near else None
