"""Reads `upstreamlint.yaml`, and says exactly where it is wrong."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.documents import Sequence as Items
from upstreamlint.errors import UsageError
from upstreamlint.files import asked
from upstreamlint.files.readable import decode, join
from upstreamlint.finding import Diagnostic, Finding, Label, Severity
from upstreamlint.readers import yaml
from upstreamlint.settings import tables
from upstreamlint.settings.config import (
    Config,
    Expected,
    ObjectIgnore,
    PathIgnore,
    matches,
    unknown_rule,
)
from upstreamlint.source import Anchor, Source
from upstreamlint.suggest import did_you_mean
from upstreamlint.typed import TYPE_CHECKING, Any
from upstreamlint.values import replace

if TYPE_CHECKING:
    from jsonschema import ValidationError

RULE = "config-error"
_BOOLEANS = {"true": True, "false": False}


class ConfigError(UsageError):
    """A faulty configuration file, with each fault as a diagnostic."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.diagnostics = diagnostics
        super().__init__("\n".join(map(_sentence, diagnostics)))


def _sentence(diagnostic: Diagnostic) -> str:
    span = diagnostic.finding.primary.anchor.span
    return f"{span.path}:{span.line}:{span.column}: {diagnostic.finding.message}"


def load(path: str) -> Config:
    """Read a configuration file.

    Raises:
        UsageError: it cannot be read.
        ConfigError: it is faulty; the error says where.
    """
    try:
        text = decode(asked.content(path))
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}") from error
    if text is None:
        raise UsageError(f"`{path}` is no text file")
    return parse(Source(path, text))


def parse(source: Source) -> Config:
    """The configuration in a text.

    Raises:
        ConfigError: it is faulty.
    """
    reading = yaml.read(source)
    faults = [Label(fault.anchor, fault.message) for fault in reading.faults]
    if faults:
        raise ConfigError(tuple(map(_diagnostic, faults)))
    roots = [document.root for document in reading.documents]
    root = roots[0] if roots else None
    base = posixpath.dirname(source.path) or "."
    if root is None or (isinstance(root, Scalar) and root.is_null):
        return Config(base=base)
    faults = list(_invalid(root))
    if faults:
        raise ConfigError(tuple(map(_diagnostic, faults)))
    return replace(_config(_plain(root), base), expect=tuple(_expected(root)))


def check_rule_names(source_path: str, known: Collection[str]) -> None:
    """Make sure that the rules which a valid file names exist.

    Raises:
        ConfigError: one does not.
    """
    text = decode(asked.content(source_path)) or ""
    roots = [document.root for document in yaml.read(Source(source_path, text)).documents]
    named = list(_rule_names(roots[0])) if roots and isinstance(roots[0], Mapping) else []
    faults = [
        Label(name.anchor, unknown_rule(name.value, known))
        for name in named
        if not any(matches(rule, (name.value,)) for rule in known)
    ]
    if faults:
        raise ConfigError(tuple(map(_diagnostic, faults)))


def _rule_names(root: Mapping) -> Iterator[Scalar]:
    yield from (entry.key for entry in root.mapping("severity") or ())
    yield from root.scalars("select")
    for entry in root.mapping("ignore") or ():
        if isinstance(entry.value, Items):
            yield from (item for item in entry.value if isinstance(item, Scalar))


def _config(data: dict[str, Any], base: str) -> Config:
    fail_on = data.get("fail-on", Severity.ERROR)
    return Config(
        base=base,
        paths=tuple(join(base, path) for path in data.get("paths", ())),
        exclude=tuple(data.get("exclude", ())),
        external=tuple(data.get("external", ())),
        severity=tuple((rule, _severity(level)) for rule, level in data.get("severity", {}).items()),
        select=tuple(data.get("select", ())),
        ignore=tuple(_ignore(key, tuple(rules)) for key, rules in data.get("ignore", {}).items()),
        fail_on=_severity(fail_on),
        complete=data.get("complete", False),
        render=data.get("render", True),
        scopes=tuple(tuple(join(base, path) for path in scope) for scope in data.get("scopes", ())),
        namespace=data.get("namespace", ""),
        kubernetes=data.get("kubernetes", ""),
        nginx_version=data.get("nginx-version", ""),
        flavour=data.get("flavour", ""),
        images=tuple(tables.rows(data, "images")),
        servers=tuple(tables.rows(data, "servers")),
        show_external=data.get("show-external", False),
    )


_OBJECT = patterns.compile(r"(service|[A-Z][A-Za-z]*|\*) ([^ /]+(?:/[^ /]+)?)")


def _ignore(key: str, rules: tuple[str, ...]) -> PathIgnore | ObjectIgnore:
    """A kind and a name with a blank between them are objects, everything else is a pattern of paths."""
    found = _OBJECT.fullmatch(key)
    return PathIgnore(key, rules) if found is None else ObjectIgnore(found[1], found[2], rules)


def _expected(root: Node) -> Iterator[Expected]:
    for entry in (root.mapping("expect") if isinstance(root, Mapping) else None) or ():
        yield Expected(entry.key.value, entry.key.anchor)


def _severity(level: str) -> Severity | None:
    return None if level in ("off", "never") else Severity(level)


def _plain(node: Node) -> Any:
    """A tree as the schema sees it: booleans and nulls are told from text, numbers are not."""
    if isinstance(node, Mapping):
        return {key: _plain(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, Items):
        return [_plain(item) for item in node]
    if node.is_null:
        return None
    return _BOOLEANS.get(node.value, node.value) if node.plain else node.value


def schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    import json

    with open(f"{os.path.dirname(__file__)}/config.schema.json", encoding="utf-8") as stream:
        loaded: dict[str, Any] = json.load(stream)
    return loaded


def _invalid(root: Node) -> Iterator[Label]:
    """Every fault, in the order of the file."""
    import jsonschema

    validator = jsonschema.Draft202012Validator(schema())
    data = _plain(root)
    errors = [*validator.iter_errors(data), *(tables.faults(data) if isinstance(data, dict) else ())]
    faults = [label for error in errors for label in _labels(root, error)]
    return iter(sorted(faults, key=lambda label: label.anchor.start))


def _labels(root: Node, error: ValidationError) -> Iterator[Label]:
    node = _at(root, error.absolute_path)
    where = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(node, Mapping):
        known = list(error.schema["properties"]) if isinstance(error.schema, dict) else []
        for entry in node:
            if entry.key.value not in known:
                near = did_you_mean(entry.key.value, known)
                yield Label(entry.key.anchor, f"unknown key `{entry.key.value}`{near}")
        return
    yield Label(_anchor(node), _message(error, f"`{where}`" if where else "the file"))


def _message(error: ValidationError, subject: str) -> str:
    kinds = {"object": "a mapping", "array": "a list", "string": "a text", "boolean": "`true` or `false`"}
    wanted: Any = error.validator_value
    given: Any = error.instance
    if error.validator == "type":
        return f"{subject} must be {kinds[wanted]}"
    if error.validator == "enum":
        allowed = [str(value) for value in wanted]
        listed = ", ".join(f"`{value}`" for value in allowed)
        return f"{subject} must be one of {listed}{did_you_mean(str(given), allowed)}"
    if error.validator == "pattern":
        return f"{subject} does not look right: `{given}`"
    if error.validator == "required":
        return f"{subject} lacks `{next(key for key in wanted if key not in given)}`"
    return f"{subject} must not be empty"


def _at(root: Node, path: Iterable[str | int]) -> Node:
    node = root
    for part in path:
        if isinstance(node, Mapping) and isinstance(part, str):
            node = node.entries[part].value
        elif isinstance(node, Items) and isinstance(part, int):
            node = node.items[part]
    return node


def _anchor(node: Node) -> Anchor:
    """A scalar's place, or the first line of what is larger."""
    anchor = node.anchor
    line = re.compile(r"[^\r\n]*").match(anchor.source.text, anchor.start)
    end = line.end() if line else anchor.end
    return anchor._replace(end=max(min(anchor.end, end), anchor.start + 1))


def _diagnostic(fault: Label) -> Diagnostic:
    finding = Finding(message=fault.text, primary=Label(fault.anchor, ""), subject=None)
    path = os.path.basename(fault.anchor.source.path)
    return Diagnostic(rule=RULE, severity=Severity.ERROR, finding=finding, subject=path)
