"""What ingress-nginx is told, where the files tell it: whether its webhook looks at Ingresses, and with which settings.

kubernetes/ingress-nginx: pkg/flags/flags.go, internal/ingress/controller/config/config.go, charts/ingress-nginx. Chart 4.12 installs the controller 1.12, as the
charts around it do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint.containers.container import Container
from upstreamlint.containers.data.reference import image_reference
from upstreamlint.documents import Scalar
from upstreamlint.graph.index import Index
from upstreamlint.model.kubernetes import ConfigMap
from upstreamlint.model.kubernetes.chart import ChartRelease
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.controllers import Controller
from upstreamlint.programs.managed.running import running
from upstreamlint.source import Anchor
from upstreamlint.typed import TypeAlias
from upstreamlint.values import frozen

Version: TypeAlias = tuple[int, int]

_ALLOWED = "allow-snippet-annotations"
_RISK = "annotations-risk-level"
_PATHS = "strict-validate-path-type"
_WEBHOOK, _VALUES, _PREFIX = "--validating-webhook", "--enable-annotation-validation", "--annotations-prefix"
_CHART = "ingress-nginx"
_AHEAD = 3
"""So much greater is the first number of a chart's version than that of its controller."""


@frozen(kw_only=True)
class Admitting:
    """A controller: its release and place, where the files tell, whether its webhook is asked, and what it takes besides the usual."""

    version: Version | None = None
    asked: bool = True
    snippets: bool = False
    risks: bool = False
    paths: bool = False
    values: bool = False
    anchor: Anchor | None = None


def admitting(index: Index) -> list[Admitting]:
    """Every ingress-nginx of the files; one of which nothing is known where none is here."""
    told = dict(_told(index))
    found = [_of(one.container, told) for one in running(index) if one.controller is Controller.INGRESS_NGINX]
    found += [_released(one, told) for one in index.of(ChartRelease) if one.chart.value == _CHART]
    return found or [_taking(told)]


def _told(index: Index) -> Iterator[tuple[str, str]]:
    """What ConfigMaps of the files say of the settings."""
    for one in index.of(ConfigMap):
        for key in (_ALLOWED, _RISK, _PATHS):
            entry = one.data.get(key)
            if entry is not None and isinstance(entry.value, Scalar):
                yield key, entry.value.value


def _taking(
    told: Mapping[str, str],
    *,
    version: Version | None = None,
    asked: bool = True,
    values: bool = False,
    anchor: Anchor | None = None,
) -> Admitting:
    return Admitting(
        version=version,
        asked=asked,
        snippets=told.get(_ALLOWED) == "true",
        risks=told.get(_RISK, "").lower() == "critical",
        paths=told.get(_PATHS) == "false",
        values=values,
        anchor=anchor,
    )


def _of(container: Container, told: Mapping[str, str]) -> Admitting:
    flags = {name: value for name, _, value in (word.value.partition("=") for word in container.words)}
    tag = image_reference(container.image.value if container.image is not None else "").tag or ""
    return _taking(
        told,
        version=_version(tag.removeprefix("v")),
        asked=(_WEBHOOK in flags or container.incomplete) and _PREFIX not in flags,
        values=flags.get(_VALUES) == "false",
        anchor=container.anchor,
    )


def _released(release: ChartRelease, told: Mapping[str, str]) -> Admitting:
    own = {key: release.text(f"controller.config.{key}") or told.get(key, "") for key in (_RISK, _PATHS)}
    chart = _version(release.version.lstrip("v^~>= "))
    given = (f"controller.config.{_ALLOWED}", "controller.allowSnippetAnnotations")
    own[_ALLOWED] = "true" if "true" in map(release.text, given) else told.get(_ALLOWED, "")
    return _taking(
        own,
        version=(chart[0] - _AHEAD, chart[1]) if chart is not None else None,
        asked=release.text("controller.admissionWebhooks.enabled") != "false",
        values=release.text("controller.enableAnnotationValidations") == "false",
        anchor=release.chart.anchor,
    )


def _version(text: str) -> Version | None:
    major, _, rest = text.partition(".")
    first, second = decimal(major), decimal(rest.partition(".")[0])
    return (first, second) if first is not None and second is not None else None
