"""Kinds that templates ask the cluster for: `.Capabilities.APIVersions.Has "batch/v1/CronJob"`.

Without a cluster the engine knows groups with their versions, and no kinds (`allKnownVersions`, pkg/chart/common of Helm):
what every cluster serves would be rendered for an old one.
"""

from __future__ import annotations

import re

from upstreamlint import patterns

_ASKED = patterns.compile(
    r"(\bAPIVersions\.Has\s{1,9}[\"`(]{1,2})((?:[\w.-]{1,80}/)?v\w{1,20})/([A-Z]\w{0,60})(?=[\"`])"
)


def asks(template: str) -> bool:
    """Whether a template asks for a kind."""
    return "APIVersions" in template and _ASKED.search(template) is not None


def answered(template: str) -> str:
    """A template that asks for the group and version where every cluster serves the kind."""
    return _ASKED.sub(_without_kind, template)


def kinds() -> list[str]:
    """The kinds that every cluster serves, as far as anything here asks for them: `batch/v1/CronJob`."""
    from upstreamlint.refusal.schema import load

    return sorted(load("kubernetes")["kinds"])


def _without_kind(asked: re.Match[str]) -> str:
    return asked[1] + asked[2] if f"{asked[2]}/{asked[3]}" in kinds() else asked[0]
