"""The OpenAPI documents of Kubernetes to the schemas that the linter compiles, and when each API is served."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import yaml

Schema: TypeAlias = dict[str, Any]

KINDS = frozenset(
    {
        *("Pod", "PodTemplate", "ReplicationController", "Service", "Endpoints", "ConfigMap", "Namespace"),
        "Secret",
        *("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "EndpointSlice"),
        *("HorizontalPodAutoscaler", "PodDisruptionBudget", "Ingress", "IngressClass", "NetworkPolicy"),
    }
)
_OPAQUE = {
    "Quantity": "quantity",
    "IntOrString": "int-or-string",
    "Time": "time",
    "MicroTime": "time",
    "FieldsV1": "any",
    "RawExtension": "any",
    "ManagedFieldsEntry": "any",
}


def openapi(module: Path) -> str:
    """The text of the OpenAPI document of a `k8s.io/kubernetes` module."""
    return (module / "api" / "openapi-spec" / "swagger.json").read_text("utf-8")


def constraints(path: Path) -> Schema:
    """What the validation code demands, by definition."""
    return dict(yaml.safe_load(path.read_text("utf-8")))


def schemas(documents: dict[str, Schema], demanded: Schema) -> Schema:
    """The kinds of the newest version and what they are made of; a field that is not in the oldest says since when."""
    versions = list(documents)
    newest = documents[versions[-1]]["definitions"]
    since = _since(documents)
    kinds, todo, kept = {}, [], {}
    for name, schema in newest.items():
        for served in schema.get("x-kubernetes-group-version-kind", ()):
            if served["kind"] in KINDS and name.endswith(f".{served['kind']}"):
                key = f"{served['group']}/{served['version']}/{served['kind']}".removeprefix("/")
                kinds[key] = _short(name)
                todo.append(name)
    while todo:
        name = todo.pop()
        if _short(name) in kept:
            continue
        kept[_short(name)] = _definition(newest[name], since.get(name, {}), todo, name in _roots(kinds))
    for name, more in demanded.items():
        _merge(kept, name, more)
    return {"kinds": kinds, "definitions": kept}


def _roots(kinds: dict[str, str]) -> set[str]:
    return {f"io.k8s.api.{name}" for name in kinds.values()}


def _since(documents: dict[str, Schema]) -> dict[str, dict[str, str]]:
    """By definition and field, the first minor version that has the field, if it is not the oldest."""
    found: dict[str, dict[str, str]] = {}
    versions = list(documents)
    for before, version in pairwise(versions):
        older = documents[before]["definitions"]
        for name, schema in documents[version]["definitions"].items():
            known = older.get(name, {}).get("properties")
            if known is None:
                continue
            for field in schema.get("properties", {}):
                if field not in known:
                    found.setdefault(name, {}).setdefault(field, _minor(version))
    return found


def _minor(version: str) -> str:
    return ".".join(version.removeprefix("v").split(".")[:2])


def _short(name: str) -> str:
    for prefix in ("io.k8s.api.", "io.k8s.apimachinery.pkg.apis.", "io.k8s.apimachinery.pkg."):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


def _definition(schema: Schema, since: dict[str, str], todo: list[str], root: bool) -> Schema:
    found: Schema = {"type": "object"}
    if "properties" in schema:
        found["properties"] = {
            k: _type(v, todo) for k, v in schema["properties"].items() if not (root and k == "status")
        }
    if root:
        found.setdefault("properties", {})["status"] = "any"
    if since:
        found["since"] = since
    return found


def _type(schema: Schema, todo: list[str]) -> Any:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        last = name.rpartition(".")[2]
        if last in _OPAQUE:
            return _OPAQUE[last]
        todo.append(name)
        return _short(name)
    match schema.get("type"):
        case "array":
            return {"type": "array", "items": _type(schema["items"], todo)}
        case "object" if "additionalProperties" in schema:
            return {"type": "object", "values": _type(schema["additionalProperties"], todo)}
        case "integer":
            return str(schema.get("format", "int64"))
        case "string":
            return "bytes" if schema.get("format") == "byte" else "string"
        case "object" | None:
            return "any"
        case plain:
            return str(plain)


def _merge(kept: Schema, name: str, more: Schema) -> None:
    """Lay demands over a definition.

    Raises:
        KeyError: they speak of a definition or field that is not there.
    """
    target = kept[name]
    for key, value in more.items():
        if key != "properties":
            target[key] = value
            continue
        for field, demands in value.items():
            given = target["properties"][field]
            target["properties"][field] = {
                **(given if isinstance(given, dict) else {"type": given}),
                **demands,
            }


_RELEASE = re.compile(
    r"func \(in \*(\w+)\) APILifecycle(Introduced|Removed)\(\) \(major, minor int\) \{\s*return (\d+), (\d+)"
)
_REPLACED = re.compile(
    r"func \(in \*(\w+)\) APILifecycleReplacement\(\) schema.GroupVersionKind \{\s*return schema.GroupVersionKind\{"
    r"Group: \"([^\"]*)\", Version: \"([^\"]*)\", Kind: \"([^\"]*)\""
)


def lifecycles(module: Path) -> Schema:
    """By `group/version/Kind`: when the API was introduced and removed, and what replaces it."""
    found: Schema = {}
    for path in sorted(module.glob("*/*/zz_generated.prerelease-lifecycle.go")):
        text = path.read_text("utf-8")
        register = (path.parent / "register.go").read_text("utf-8")
        group = re.search(r'GroupName = "([^"]*)"', register)
        prefix = f"{group.group(1) if group else ''}/{path.parent.name}"
        for kind, what, major, minor in _RELEASE.findall(text):
            if not kind.endswith("List"):
                found.setdefault(f"{prefix}/{kind}", {})[what.lower()] = f"{major}.{minor}"
        for kind, other, version, new in _REPLACED.findall(text):
            if f"{prefix}/{kind}" in found:
                found[f"{prefix}/{kind}"]["instead"] = f"{other}/{version}".removeprefix("/")
                found[f"{prefix}/{kind}"]["kind"] = new
    return found


def apis(documents: dict[str, Schema], known: Schema) -> Schema:
    """By kind: the APIs that serve it now, those that are no longer served, and since when each was."""
    last = _last(documents)
    newest = _minor(list(documents)[-1])
    now = {
        kind: sorted(api for api, minor in found.items() if minor == newest) for kind, found in last.items()
    }
    gone: dict[str, dict[str, str]] = {
        kind: {api: _after(minor) for api, minor in found.items() if minor != newest}
        for kind, found in last.items()
    }
    since: dict[str, dict[str, str]] = {}
    for name, entry in known.items():
        api, _, kind = name.rpartition("/")
        api = api.removeprefix("/")
        if kind in KINDS and "introduced" in entry:
            since.setdefault(kind, {})[api] = entry["introduced"]
        if kind in KINDS and "removed" in entry and api not in now[kind]:
            gone[kind].setdefault(api, entry["removed"])
    return {"served": now, "removed": {k: v for k, v in gone.items() if v}, "since": since}


def _last(documents: dict[str, Schema]) -> dict[str, dict[str, str]]:
    """By kind and API, the last minor version that serves it."""
    last: dict[str, dict[str, str]] = {}
    for version, document in documents.items():
        for name, schema in document["definitions"].items():
            for entry in schema.get("x-kubernetes-group-version-kind", ()):
                if entry["kind"] in KINDS and name.endswith(f".{entry['kind']}"):
                    api = f"{entry['group']}/{entry['version']}".removeprefix("/")
                    last.setdefault(entry["kind"], {})[api] = _minor(version)
    return last


def _after(minor: str) -> str:
    major, _, number = minor.partition(".")
    return f"{major}.{int(number) + 1}"
