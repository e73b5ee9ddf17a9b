"""What the webhook of ingress-nginx takes of an Ingress, with the settings that it has out of the box.

kubernetes/ingress-nginx, internal/ingress/controller/controller.go, `CheckIngress`; internal/ingress/inspector, `ValidatePathType`. Most annotations with a
value that is none keep their default; `admitted.json` says which ones have the whole Ingress refused. The configuration that is
made of an Ingress is not tested any more (CVE-2025-1974).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache

from upstreamlint import patterns
from upstreamlint.refusal.addresses import address, block
from upstreamlint.typed import Any
from upstreamlint.values import frozen

PREFIX = "nginx.ingress.kubernetes.io/"
SNIPPET = "-snippet"


@frozen(kw_only=True)
class Form:
    """What a value must be: of a pattern, as a whole or each part between commas, or addresses; without its spaces, or those around it."""

    pattern: str
    spaceless: bool = False
    trimmed: bool = False
    listed: bool = False
    addresses: bool = False

    def takes(self, value: str) -> bool:
        """Whether a value is of this form."""
        if "\n" in value or "\r" in value:
            return False
        text = value.replace(" ", "") if self.spaceless else value
        parts = [
            part.strip() if self.trimmed else part for part in (text.split(",") if self.listed else (text,))
        ]
        if self.addresses:
            return all(block(part) is not None or address(part) is not None for part in parts)
        return all(re.fullmatch(self.pattern, part) is not None for part in parts)


@frozen(kw_only=True)
class Keys:
    """The form of each annotation that may have an Ingress refused, the one without which it is not read, and groups of snippets."""

    forms: Mapping[str, Form]
    needed: Mapping[str, str]
    groups: Mapping[str, str]


@cache
def keys() -> Keys:
    """The table."""
    with open(os.path.join(os.path.dirname(__file__), "admitted.json"), encoding="utf-8") as stream:
        found: dict[str, Any] = json.load(stream)
    forms = {name: Form(**row) for name, row in found["forms"].items()}
    return Keys(
        forms={key: forms[row["form"]] for key, row in found["keys"].items()},
        needed={key: row["with"] for key, row in found["keys"].items() if "with" in row},
        groups=found["groups"],
    )


def invalid(annotations: Mapping[str, str]) -> Iterator[str]:
    """The keys of annotations with values for which the Ingress is refused; empty values are not looked at."""
    for key, value in annotations.items():
        name = key.removeprefix(PREFIX)
        form = keys().forms.get(name) if name != key and value else None
        needed = keys().needed.get(name)
        if form is None or (needed is not None and not annotations.get(PREFIX + needed)):
            continue
        if not form.takes(value):
            yield key


def risky(key: str) -> str:
    """The group of a snippet, which is refused where snippets are allowed and such a risk is not; empty for other annotations."""
    return keys().groups.get(key.removeprefix(PREFIX), "") if key.startswith(PREFIX) else ""


def is_plain(path: str) -> bool:
    """Whether a path may be of a type other than `ImplementationSpecific`."""
    return _PLAIN.fullmatch(path) is not None


_PLAIN = patterns.compile(r"/[A-Za-z0-9._\-/]*")
