"""What keeps a Compose project from loading, in Compose's own words."""

from __future__ import annotations

from upstreamlint.source import Anchor
from upstreamlint.typed import Literal, TypeAlias
from upstreamlint.values import frozen

FaultKind: TypeAlias = Literal[
    "syntax",  # not YAML, or a key twice
    "limit",  # aliases, variables, includes or `extends` that make too much
    "schema",  # an unknown key, or a value of the wrong type
    "interpolation",  # `${…}` that cannot be read
    "required-variable",  # `${V:?…}` without a value
    "no-image",  # a service with neither image nor build
    "undefined-service",
    "inactive-service",  # needs a service that only a profile turns on
    "undefined-network",
    "undefined-volume",
    "undefined-config",
    "undefined-secret",
    "conflict",  # keys that exclude each other
    "cycle",
    "missing-file",  # an env_file, an include, a file to extend
    "port",
    "value",  # a value that passes the schema and is refused all the same
    "unit-key",  # a key that Quadlet refuses a unit for
    "version-1",  # the format of Compose before `services:`
    "empty",
]


@frozen
class LoadFault:
    """One reason why `docker compose` refuses the project.

    `message` is what Compose 5 prints, less the file's path and the suffix ": invalid compose project". `known` are
    the names that are there where the one that is written is not, and `file` is where they are, if not in the project.
    """

    kind: FaultKind
    anchor: Anchor
    message: str
    related: tuple[tuple[Anchor, str], ...] = ()
    known: tuple[str, ...] = ()
    file: str = ""
