"""Services that charts of public repositories make: `charted.json`, one row a Service.

`{}` is the full name that Helm's own charts give: the release's, with the chart's `name` behind it where that is not a part of it, cut to
`width`. A row of a `part` speaks of a chart inside, whose values lie below that key. Where something of `open` is given (`path`, or `path=value`), the Service is not known.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache

from upstreamlint.documents import Scalar
from upstreamlint.model.kubernetes.chart import ChartRelease
from upstreamlint.model.kubernetes.made import made_service
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.service import MadeService
from upstreamlint.numerals import decimal
from upstreamlint.typed import Any
from upstreamlint.values import replace

_WIDTH = 63


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    with open(os.path.join(os.path.dirname(__file__), "charted.json"), encoding="utf-8") as stream:
        return tuple(json.load(stream))


def charted_services(release: ChartRelease) -> Iterator[MadeService]:
    """The Services that a release makes, as far as that is known."""
    meta = replace(release.meta, namespace=release.namespace)
    for row in _rows():
        below = f"{row['part']}." if "part" in row else ""
        if not _is_of(row, release) or any(_given(release, below + one) for one in row["open"]):
            continue
        chart = row.get("part", row.get("name", row["chart"]))
        name = row["service"].replace("{}", _full_name(release, below, chart, row.get("width", _WIDTH)))
        ports = [(_number(release, below, port), port["name"]) for port in row["ports"]]
        known = [(number, called, False) for number, called in ports if number is not None]
        if len(known) == len(ports):
            yield made_service(meta, name, known)


def _given(release: ChartRelease, written: str) -> bool:
    path, told, value = written.partition("=")
    return release.text(path) == value if told else release.value(path) is not None


def _is_of(row: dict[str, Any], release: ChartRelease) -> bool:
    origin = release.origin.lower()
    if row["chart"] != release.chart.value or not any(word in origin for word in row["origin"]):
        return False
    return "since" not in row or _version(release.version) >= tuple(row["since"])


def _version(text: str) -> tuple[int, ...]:
    """The first two numbers of a version; that of no version, or of a range, is the newest."""
    numbers = [decimal(one) for one in re.findall(r"\d{1,5}", text)[:2]]
    return tuple(one for one in numbers if one is not None) or (99_999,)


def _full_name(release: ChartRelease, below: str, chart: str, width: int) -> str:
    """`{chart}.fullname` of `helm create`: helm/helm pkg/chartutil/create.go."""
    override = release.text(f"{below}fullnameOverride")
    name = release.text(f"{below}nameOverride") or chart
    full = override or (release.release if name in release.release else f"{release.release}-{name}")
    return full[:width].rstrip("-")


def _number(release: ChartRelease, below: str, port: dict[str, Any]) -> int | None:
    """The port: the chart's own, or the one that is given; nothing where that is no number."""
    given = release.value(f"{below}{port['at']}") if "at" in port else None
    number: int = port["port"]
    return number if given is None else integer(given) if isinstance(given, Scalar) else None
