"""Places in the templates and values of charts, whose text is no YAML before it is rendered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from planting.sites import Project, Site

_PATTERNS = {
    "target port": re.compile(r"^\s*(?:- )?targetPort: *(?P<old>[a-z][a-z0-9-]*) *$", re.MULTILINE),
    "probe port": re.compile(
        r"^\s*(?:httpGet|tcpSocket):\n(?:\s+(?:path|scheme):[^\n]*\n)?\s+port: *(?P<old>[a-z][a-z0-9-]*) *$",
        re.MULTILINE,
    ),
    "container port renamed": re.compile(
        r"^\s*- name: *(?P<old>[a-z][a-z0-9-]*) *\n\s+containerPort:", re.MULTILINE
    ),
    "component selected": re.compile(
        r"^  selector:\n(?:    [^\n]*\n)*?    (?:component|app\.kubernetes\.io/component|app|tier|role): *(?P<old>[a-z][a-z0-9-]*) *$",
        re.MULTILINE,
    ),
    "backend name": re.compile(
        r"^\s*service:\n\s+name: *(?:\{\{[^}\n]*\}\})?-?(?P<old>[a-z][a-z0-9-]*) *$", re.MULTILINE
    ),
    "backend port": re.compile(r"^\s*port:\n\s+name: *(?P<old>[a-z][a-z0-9-]*) *$", re.MULTILINE),
    "governing service": re.compile(
        r"^\s*serviceName: *\"?(?:\{\{[^}\n]*\}\})-?(?P<old>[a-z][a-z0-9-]*)\"? *$", re.MULTILINE
    ),
    "service renamed": re.compile(
        r"^kind: Service\nmetadata:\n\s+name: *(?:\{\{[^}\n]*\}\})?-?(?P<old>[a-z][a-z0-9-]*) *$",
        re.MULTILINE,
    ),
    "variable host": re.compile(
        r"^\s*value: *\"?(?:[a-z]+://)?\{\{[^}\n]*\}\}-(?P<old>[a-z][a-z0-9-]*)(?::\d+)?[^\n]*$", re.MULTILINE
    ),
}


def sites(project: Project) -> Iterator[Site]:
    """The sites of each template of a chart; a list of kinds of faults, each found by the shape of its line."""
    for path, source in project.files.items():
        if "/templates/" in f"/{path}" and "{{" in source.text and "/tests/" not in path:
            for kind, pattern in _PATTERNS.items():
                for match in pattern.finditer(source.text):
                    yield Site("helm", kind, path, match.start("old"), match["old"])
