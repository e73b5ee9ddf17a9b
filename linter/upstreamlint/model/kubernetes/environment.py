"""The environment variables of a container: literal ones, and those that a ConfigMap holds."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.values import entity


@entity
class Variable:
    """An environment variable with a literal value."""

    name: Scalar
    value: Scalar


@entity
class KeyVariable:
    """An environment variable whose value is one key of a ConfigMap."""

    name: Scalar
    config_map: Scalar
    key: Scalar


def variables(container: Mapping) -> tuple[Variable, ...]:
    """The variables with literal values."""
    pairs = [(item.scalar("name"), item.scalar("value")) for item in container.mappings("env")]
    return tuple(Variable(name, value) for name, value in pairs if name is not None and value is not None)


def key_variables(container: Mapping) -> tuple[KeyVariable, ...]:
    """The variables that take a key of a ConfigMap."""
    found = []
    for item in container.mappings("env"):
        source = item.mapping("valueFrom")
        reference = source.mapping("configMapKeyRef") if source else None
        name = item.scalar("name")
        if reference is None or name is None:
            continue
        config_map, key = reference.scalar("name"), reference.scalar("key")
        if config_map is not None and key is not None:
            found.append(KeyVariable(name, config_map, key))
    return tuple(found)


def whole_maps(container: Mapping) -> tuple[Scalar, ...]:
    """The names of the ConfigMaps whose keys are all variables."""
    references = [item.mapping("configMapRef") for item in container.mappings("envFrom")]
    names = [reference.scalar("name") for reference in references if reference]
    return tuple(name for name in names if name is not None)


def takes_secrets(container: Mapping) -> bool:
    """Whether the keys of whole Secrets are variables: their names are in no file that is read."""
    return any(item.mapping("secretRef") is not None for item in container.mappings("envFrom"))


def opaque_variables(container: Mapping) -> tuple[Scalar, ...]:
    """The names of the variables that secrets, fields of the pod and the like fill in."""
    found = []
    for item in container.mappings("env"):
        source, name = item.mapping("valueFrom"), item.scalar("name")
        if name is not None and source is not None and source.mapping("configMapKeyRef") is None:
            found.append(name)
    return tuple(found)
