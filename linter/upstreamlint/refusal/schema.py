"""The schemas of kinds: data that `tools/schemas` distilled from the APIs, loaded for the kinds that occur.

A schema is the name of a plain type or of a definition, or a mapping: `type`, `properties`, `values` (of a
map), `keys` (their format), `items`, `required`, `enum`, `minimum`, `maximum`, `minLength`, `maxLength`,
`minItems`, `maxItems`, `pattern`, `format`, `pointer` (an empty text is a value), `unique`, `named`, `set`, `choices`,
`one`, `most`, `rules` (of CEL), `default`, `nullable`, `open` (unknown fields are kept), `since` (fields by the version
that brought them).
"""

from __future__ import annotations

import json
import os
from functools import cache

from upstreamlint.typed import Any, TypeAlias
from upstreamlint.values import entity

Schema: TypeAlias = str | dict[str, Any]

_HERE = f"{os.path.dirname(__file__)}/schemas"
_CUSTOM = {
    "networking.istio.io": "istio",
    "security.istio.io": "istio",
    "telemetry.istio.io": "istio",
    "extensions.istio.io": "istio",
    "gateway.networking.k8s.io": "gateway-api",
    "gateway.networking.x-k8s.io": "gateway-api",
    "traefik.io": "traefik",
    "traefik.containo.us": "traefik-2",
    "projectcontour.io": "contour",
    "keda.sh": "keda",
    "argoproj.io": "argo",
    "flagger.app": "flagger",
    "gateway.envoyproxy.io": "envoy-gateway",
    "cilium.io": "cilium",
    "serving.knative.dev": "knative",
    "http.keda.sh": "keda-http",
    "k8s.nginx.org": "nginx",
    "getambassador.io": "emissary",
    "route.openshift.io": "openshift",
    "cert-manager.io": "cert-manager",
    "gateway.nginx.org": "nginx-gateway",
    "elbv2.k8s.aws": "aws",
    "gateway.k8s.aws": "aws-gateway",
    "networking.gke.io": "gke",
    "policy.linkerd.io": "linkerd",
    "monitoring.coreos.com": "monitoring",
}
"""The groups of definitions, each with the first words of its files."""
_METADATA = "meta.v1.ObjectMeta"


@entity
class Kind:
    """A served kind: its schema, what the schema refers to, and whether a CustomResourceDefinition holds it."""

    key: str
    schema: Schema
    definitions: dict[str, Schema]
    custom: bool

    def resolve(self, schema: Schema) -> dict[str, Any]:
        """A schema as a mapping; a plain type's name is one with nothing but its type."""
        if isinstance(schema, dict):
            return schema
        found = self.definitions.get(schema)
        return self.resolve(found) if found is not None else {"type": schema}


@cache
def kind(api: str, name: str) -> Kind | None:
    """The kind of a name in an API, as `apps/v1` names it; nothing when no schema is known."""
    prefix = _CUSTOM.get(api.partition("/")[0])
    if prefix is not None:
        return _custom(f"{prefix}-{name.lower()}", f"{api}/{name}")
    content = load("kubernetes")
    schema = content["kinds"].get(f"{api}/{name}")
    return Kind(f"{api}/{name}", schema, content["definitions"], False) if schema is not None else None


def removed(api: str, name: str) -> tuple[str, str] | None:
    """The release that took a version of a definition out, and the version that is served; nothing where it is not known to be gone."""
    prefix = _CUSTOM.get(api.partition("/")[0])
    file = f"{prefix}-{name.lower()}"
    if prefix is None or not file.replace("-", "").isalnum() or not os.path.isfile(f"{_HERE}/{file}.json"):
        return None
    content = load(file)
    since = content.get("removed", {}).get(f"{api}/{name}")
    return (since, next(reversed(content["kinds"])).rpartition("/")[0]) if since is not None else None


def _custom(file: str, key: str) -> Kind | None:
    if not file.replace("-", "").isalnum() or not os.path.isfile(f"{_HERE}/{file}.json"):
        return None
    content = load(file)
    schema = content["kinds"].get(key)
    if schema is None:
        return None
    definitions = {**load("kubernetes")["definitions"], **content["definitions"]}
    fields = {**schema["properties"], "metadata": _METADATA}
    return Kind(key, {**schema, "properties": fields}, definitions, True)


@cache
def load(name: str) -> dict[str, Any]:
    """A file of schemas."""
    with open(f"{_HERE}/{name}.json", encoding="utf-8") as stream:
        return dict(json.load(stream))


@cache
def since(known: Kind, version: str) -> Kind:
    """A kind as a Kubernetes of a minor version has it: without the fields that came later."""
    from upstreamlint.refusal.apis import number

    if known.custom:
        return known
    wanted = number(version)
    definitions: dict[str, Schema] = {}
    for name, schema in known.definitions.items():
        later = (
            {f for f, v in schema.get("since", {}).items() if number(v) > wanted}
            if isinstance(schema, dict)
            else set()
        )
        if later and isinstance(schema, dict):
            fields = {k: v for k, v in schema["properties"].items() if k not in later}
            definitions[name] = {**schema, "properties": fields}
        else:
            definitions[name] = schema
    return Kind(known.key, known.schema, definitions, known.custom)
