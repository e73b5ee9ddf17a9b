"""Places in the templates and values of charts, whose text is no YAML before it is rendered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from planting import values
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
        r"^\s*(?:- name: *\S*(?:HOST|ADDR|URL|URI|SERVER|ENDPOINT)\w* *\n\s+value: *\"?(?:[a-z]+://)?\{\{[^}\n]*\}\}-(?P<old>[a-z][a-z0-9-]*)"
        r"|value: *\"?(?:[a-z]+://)?\{\{[^}\n]*\}\}-(?P<dialled>[a-z][a-z0-9-]*):\d+)[^\n]*$",
        re.MULTILINE,
    ),
}


_NUMBERS = {
    "target port": re.compile(r"^\s*(?:- )?targetPort: *(?P<old>\d{2,5}) *$", re.MULTILINE),
    "probe port": re.compile(
        r"^\s*(?:httpGet|tcpSocket):\n(?:\s+(?:path|scheme):[^\n]*\n)?\s+port: *(?P<old>\d{2,5}) *$",
        re.MULTILINE,
    ),
    "backend port": re.compile(r"^\s*port:\n\s+number: *(?P<old>\d{2,5}) *$", re.MULTILINE),
    "variable port": re.compile(
        r"^\s*value: *\"?[^\n]*\{\{[^}\n]*\}\}[a-z0-9-]*:(?P<old>\d{2,5})\b", re.MULTILINE
    ),
}
_GIVEN = {
    "target port": r"containerPort: *{}\s*$",
    "probe port": r"containerPort: *{}\s*$",
    "backend port": r"(?<![\w])port: *{}\s*$",
    "variable port": r"(?<![\w])port: *{}\s*$",
}
"""What the template of a chart must say elsewhere of a number, so that it is right where it stands."""
_HELD = {
    "ConfigMap key": re.compile(
        r"configMapKeyRef:\n(?:\s+name:[^\n]*\n)?\s+key: *(?P<old>[A-Za-z][\w.-]*) *$", re.MULTILINE
    ),
    "Secret key": re.compile(
        r"secretKeyRef:\n(?:\s+name:[^\n]*\n)?\s+key: *(?P<old>[A-Za-z][\w.-]*) *$", re.MULTILINE
    ),
}
_NEEDED = {
    "ConfigMap name": re.compile(
        r"(?:configMapKeyRef|configMapRef|configMap):\n\s+name: *\"?\{\{[^}\n]*\}\}-(?P<old>[a-z][a-z0-9-]*)\"? *$",
        re.MULTILINE,
    ),
    "Secret name": re.compile(
        r"(?:secretKeyRef:\n\s+name|secretRef:\n\s+name|secretName): *\"?\{\{[^}\n]*\}\}-(?P<old>[a-z][a-z0-9-]*)\"? *$",
        re.MULTILINE,
    ),
}
_INCLUDE = re.compile(r"\b(?:include|template) \"(?:[\w.-]+\.)?(?P<old>[\w-]+)\"")


_PROSE = (".md", ".txt", ".gotmpl")
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
            texts = {
                p: s.text
                for p, s in project.files.items()
                if f"/{p}".startswith(f"{chart}/") and not p.endswith(_PROSE)
            }
            for kind, pattern in _PATTERNS.items():
                for match in pattern.finditer(source.text):
                    group = next(name for name, text in match.groupdict().items() if text)
                    at, old = match.start(group), match[group]
                    if kind not in _ASKED or _is_asked(_ASKED[kind], old, texts, path, at):
                        yield Site("helm", kind, path, at, old)
            yield from _more(path, source.text, texts)
    yield from values.sites(project)


def _more(path: str, text: str, texts: dict[str, str]) -> Iterator[Site]:
    """The sites of a template that are right by what others of its chart say."""
    patterns = (
        *((kind, pattern, _GIVEN[kind]) for kind, pattern in _NUMBERS.items()),
        *((kind, pattern, r"^  {}: ") for kind, pattern in _HELD.items()),
        *((kind, pattern, r"^  name: .*-{}\"?$") for kind, pattern in _NEEDED.items()),
    )
    for kind, pattern, said in patterns:
        for match in pattern.finditer(text):
            if _is_asked(said, match["old"], texts, path, match.start("old")):
                yield Site("helm", kind, path, match.start("old"), match["old"])
    for match in _INCLUDE.finditer(text):
        yield Site("helm", "named template", path, match.start("old"), match["old"])


def _is_asked(pattern: str, name: str, texts: dict[str, str], path: str, at: int) -> bool:
    """Whether another line of a chart asks for a name than the one where it stands."""
    asking = re.compile(pattern.format(re.escape(name)), re.MULTILINE)
    return any(
        not (other == path and found.start() <= at <= found.end())
        for other, text in texts.items()
        for found in asking.finditer(text)
    )
