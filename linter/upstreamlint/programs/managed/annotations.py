"""Annotations that controllers read: by prefix and key, the kinds that they may stand on, and the values that they take."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from functools import cache, lru_cache

from upstreamlint import patterns
from upstreamlint.numerals import decimal
from upstreamlint.numerals import port as port_number
from upstreamlint.typed import Any
from upstreamlint.values import frozen

_TRUTH = frozenset({"1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"})
"""What Go takes for a boolean (strconv.ParseBool)."""

_TEMPLATED = patterns.compile(r"\$\{|\{\{|\$\(|<[A-Z]")
_VARIABLE = patterns.compile(r"\$[A-Z]|<[a-z]|%[A-Z_]+%|\[\[")


@frozen(kw_only=True)
class Family:
    """The annotations of one prefix.

    `keys` says of each what its value is: `bool`, `number`, `port`, `json`, `text`, or the values that there are, with `|`
    between them and `~` before them where case does not matter. `whole` says that there are no others but those that begin like one of `open`. `on` are the kinds of
    objects that they are read on, `also` what of them is read on others. `lower` says that case does not matter.
    """

    prefix: str
    by: str
    keys: Mapping[str, str]
    on: tuple[str, ...]
    source: str
    whole: bool
    also: Mapping[str, frozenset[str]]
    open: tuple[str, ...]
    lower: bool

    def name(self, key: str) -> str:
        """A key without its prefix, as the table writes it."""
        name = key[len(self.prefix) :]
        return name.lower() if self.lower else name

    def known(self, name: str) -> bool:
        """Whether a key is one of the family, as far as can be told."""
        return name in self.keys or not self.whole or name.startswith(self.open)

    def read_on(self, kind: str, name: str) -> bool:
        """Whether a known key is read on a kind of object."""
        if name not in self.keys:
            return True
        if kind in self.on:
            only = frozenset().union(*self.also.values()) if self.lower else frozenset()
            return name not in only
        return name in self.also.get(kind, frozenset())


@cache
def families() -> tuple[Family, ...]:
    """Every family of the table."""
    with open(os.path.join(os.path.dirname(__file__), "annotations.json"), encoding="utf-8") as stream:
        rows: list[dict[str, Any]] = json.load(stream)
    return tuple(
        Family(
            prefix=row["prefix"],
            by=row["by"],
            keys=row["keys"],
            on=tuple(row["on"]),
            source=row["source"],
            whole=row["whole"],
            also={kind: frozenset(names) for kind, names in row.get("also", {}).items()},
            open=tuple(row.get("open", ())),
            lower=row.get("lower", False),
        )
        for row in rows
    )


@lru_cache(maxsize=4_096)
def family(key: str) -> Family | None:
    """The family that a key is of; the longest prefix counts."""
    found = [one for one in families() if key.startswith(one.prefix)]
    return max(found, key=lambda one: len(one.prefix), default=None)


@cache
def domains() -> frozenset[str]:
    """What stands before the slash in the keys of the table, and in well-known keys beside them."""
    return _OTHERS | {one.prefix.partition("/")[0] for one in families()}


_OTHERS = frozenset(
    {
        "ingress.kubernetes.io",
        "service.kubernetes.io",
        "service.alpha.kubernetes.io",
        "networking.k8s.io",
        "kubernetes.io",
        "traefik.io",
        "external-dns.alpha.kubernetes.io",
        "acme.cert-manager.io",
        "cert-manager.io",
        "ingressclass.kubernetes.io",
        "ingress.cloud.google.com",
        "ingress.gcp.kubernetes.io",
        "topology.kubernetes.io",
    }
)


def templated(value: str) -> bool:
    """Whether something is filled in later; variables of nginx are in small letters."""
    return _TEMPLATED.search(value) is not None or _VARIABLE.search(value) is not None


def fault(kind: str, value: str) -> str:
    """What is wrong with a value; empty for one that is taken, or is filled in later."""
    if _TEMPLATED.search(value):
        return ""
    if kind == "bool":
        return "" if value in _TRUTH else "only `true` and `false` are understood"
    if kind == "number":
        digits = value.strip().removeprefix("-")
        return "" if decimal(digits) is not None else "a whole number without a unit is expected"
    if kind == "port":
        named = re.fullmatch(r"[a-z0-9-]{1,63}", value) is not None and re.search("[a-z]", value) is not None
        return (
            ""
            if named or port_number(value) is not None
            else "a port's number or name, or `traffic-port`, is expected"
        )
    if kind == "json":
        try:
            json.loads(value)
        except (ValueError, RecursionError):
            return "it is no JSON"
        return ""
    choices = kind.removeprefix("~").split("|")
    given = value.strip().upper() if kind.startswith("~") else value
    if len(choices) == 1 or given in choices:
        return ""
    return f"only {', '.join(f'`{choice}`' for choice in choices)} are understood"
