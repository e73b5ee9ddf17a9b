"""Helmfile: the releases of each environment, with the values files and values that are laid over each other.

A helmfile is a Go template before it is YAML. Conditions and loops are not run: what they guard is taken as it stands,
once. Names of environments and their values are filled in, everything else is left to be filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Document, Mapping, Scalar
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.readers import yaml
from upstreamlint.releases.argo_sets import flat
from upstreamlint.releases.fields import place, text
from upstreamlint.releases.release import Stated, Values, ValuesFile, of_file
from upstreamlint.releases.templates import filled, is_known
from upstreamlint.releases.written import written
from upstreamlint.source import Source
from upstreamlint.values import frozen, replace

MOST = 12
"""So many environments of a helmfile are told apart."""

_CONTROL = patterns.compile(
    r"^[ \t]*(?:\{\{-?[ \t]*(?:if|else|end|range|with|define|block|/\*|\$\w+[ \t]*:?=)[^\n]*\}\}[ \t]*)+$",
    re.MULTILINE,
)
_LATER = patterns.compile(r"\{\{`\{\{((?:[^`}]|\}(?!\}))*)\}\}`\}\}")
"""An action that the release fills in: its marks are kept from the environment."""
_DOTMPL = ".gotmpl"


@frozen
class _Environment:
    """An environment: what it fills in."""

    name: str
    parameters: dict[str, str]

    def filled(self, text: str) -> str:
        """A text of a helmfile with what the environment tells; lines of control are blank."""
        kept = _LATER.sub("\ue000\\1\ue001", _CONTROL.sub("", text))
        return filled(kept, self.parameters)


def releases(source: Source, files: Files) -> Iterator[Stated]:
    """The releases of local charts in a helmfile, for each of its environments."""
    plain = _Environment("", {})
    roots = _roots(source, plain, files)
    names = list(dict.fromkeys(e.key.value for root in roots for e in root.mapping("environments") or ()))
    for name in names[:MOST] or ["default"]:
        environment = _environment(name, roots, source, files)
        own = _roots(source, environment, files)
        for root in own:
            for item in root.mappings("releases"):
                stated = _release(item, own, environment, files)
                if stated is not None:
                    yield stated if len(names) <= 1 else replace(stated, title=f"{stated.title} in {name}")


def _roots(source: Source, environment: _Environment, files: Files) -> list[Mapping]:
    """The parts of a helmfile with those of its bases in front."""
    text_now = environment.filled(source.text)
    read = yaml.read(source if text_now == source.text else Source(source.path, text_now))
    own = [d.root for d in read.documents if isinstance(d.root, Mapping)]
    bases = [s.value for root in own for s in root.scalars("bases") if is_known(s.value)]
    paths = [join(parent(source.path), base) for base in bases]
    found = [base for path in paths if path != source.path and (base := files.source(path)) is not None]
    return [*(d.root for b in found for d in _read(b, environment) if isinstance(d.root, Mapping)), *own]


def _read(source: Source, environment: _Environment) -> list[Document]:
    return yaml.read(Source(source.path, environment.filled(source.text))).documents


def _environment(name: str, roots: list[Mapping], source: Source, files: Files) -> _Environment:
    parameters = {"Environment.Name": name}
    for root in roots:
        about = root.at("environments", name)
        values = about.sequence("values") if isinstance(about, Mapping) else None
        for item in values or ():
            trees = [item]
            if isinstance(item, Scalar):
                path = filled(item.value, parameters)
                found = files.source(join(parent(source.path), path)) if is_known(path) else None
                trees = (
                    [d.root for d in _read(found, _Environment(name, parameters))]
                    if found is not None
                    else []
                )
            for tree in trees:
                for key, value in flat(tree) if isinstance(tree, Mapping) else ():
                    parameters |= {
                        f"{of}.{key}": value for of in ("Values", "StateValues", "Environment.Values")
                    }
    return _Environment(name, parameters)


def _release(item: Mapping, roots: list[Mapping], environment: _Environment, files: Files) -> Stated | None:
    name = text(item, "name")
    inherited = [text(i, "template") for i in item.mappings("inherit")]
    layers = [
        template
        for wanted in inherited
        for root in roots
        if isinstance(template := root.at("templates", wanted), Mapping)
    ]
    layers.append(item)
    chart = next((text(layer, "chart") for layer in reversed(layers) if text(layer, "chart")), "")
    if not chart or text(item, "installed") == "false":
        return None
    spaces = [text(layer, "namespace") for layer in (*roots, *layers)]
    namespace = next((space for space in reversed(spaces) if space), "")
    own = environment.parameters | {"Release.Name": name, "Release.Namespace": namespace}
    later = _Environment(environment.name, own | {"Release.Labels.app": name})
    handlers = [text(holder, "missingFileHandler") for holder in (*roots, *layers)]
    optional = any(handler in ("Warn", "Info", "Debug") for handler in handlers)
    values: list[Values | ValuesFile] = []
    expressions: list[str] = []
    for layer in layers:
        for key in ("values", "valuesTemplate"):
            values.extend(_values(layer, key, later, files, optional=optional))
        # What SOPS encrypts keeps its keys, so that charts that ask for passwords render.
        values.extend(_values(layer, "secrets", later, files, optional=True))
        for setting in layer.mappings("set"):
            value = _late(text(setting, "value"), later)
            expressions.append(f"{text(setting, 'name')}={value}")
    return Stated(
        title=f"Helmfile release {name}",
        said=place(item, "name"),
        path=_late(chart, later),
        name=_late(name, later),
        namespace=_late(namespace, later),
        values=tuple(values),
        set=tuple(expressions),
    )


def _late(text_of: str, environment: _Environment) -> str:
    """A text with what is filled in when its release is known."""
    return filled(text_of.replace("\ue000", "{{").replace("\ue001", "}}"), environment.parameters)


def _values(
    layer: Mapping, key: str, environment: _Environment, files: Files, *, optional: bool
) -> Iterator[Values | ValuesFile]:
    for item in layer.sequence(key) or ():
        if not isinstance(item, Scalar):
            yield Values(_late(written(item), environment), roots=(item,))
            continue
        path = _late(item.value, environment)
        found = files.source(join(parent(item.source.path), path)) if path.endswith(_DOTMPL) else None
        if found is not None:
            yield of_file(Source(found.path, environment.filled(found.text)))
        else:
            yield ValuesFile(path, from_root=True, optional=optional)
