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


_ASKED = {
    "container port renamed": r"(?:targetPort|port): *{}\s*$",
    "service renamed": r"(?:name|host|value|serviceName|url|addr|server|Service): .*(?<![\w-]){}(?![\w-])",
}
"""What asks for a name that is changed where it is given: one for which nobody asks is no fault."""


def sites(project: Project) -> Iterator[Site]:
    """The sites of each template of a chart; a list of kinds of faults, each found by the shape of its line."""
    for path, source in project.files.items():
        if "/templates/" in f"/{path}" and "{{" in source.text and "/tests/" not in path:
            chart = f"/{path}".partition("/templates/")[0]
            texts = {p: s.text for p, s in project.files.items() if f"/{p}".startswith(f"{chart}/")}
            for kind, pattern in _PATTERNS.items():
                for match in pattern.finditer(source.text):
                    at = match.start("old")
                    if kind not in _ASKED or _is_asked(_ASKED[kind], match["old"], texts, path, at):
                        yield Site("helm", kind, path, at, match["old"])


def _is_asked(pattern: str, name: str, texts: dict[str, str], path: str, at: int) -> bool:
    """Whether another line of a chart asks for a name than the one where it stands."""
    asking = re.compile(pattern.format(re.escape(name)), re.MULTILINE)
    return any(
        not (other == path and found.start() <= at <= found.end())
        for other, text in texts.items()
        for found in asking.finditer(text)
    )
