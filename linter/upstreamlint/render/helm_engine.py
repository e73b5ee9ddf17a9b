"""Renders one chart with Helm's own engine, in a process of its own: `python -m upstreamlint.render.helm_engine`.

Reads a request as JSON on standard input and writes the outcome as JSON on standard output.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Collection

from upstreamlint.typed import Any


def answers(request: dict[str, Any]) -> list[dict[str, Any]]:
    """For each release of a chart its templates rendered, by their path in the chart, and what is missing; or an error."""
    import helm_python

    try:
        with _loaded(request["chart"]) as chart:
            if chart.metadata.get("type") == "library":
                return [{"library": True} for _ in request["releases"]]
            return [_answer(chart, request["chart"], release) for release in request["releases"]]
    except helm_python.HelmError as error:
        return [{"error": str(error)} for _ in request["releases"]]


def _loaded(folder: str) -> Any:
    """The chart of a folder, as a cluster would answer what its templates ask."""
    import helm_python

    from upstreamlint.render.helm_archive import archive, templates
    from upstreamlint.render.helm_kinds import answered, asks

    with contextlib.suppress(OSError):
        if any(map(asks, templates(folder))):
            return helm_python.Chart.load_archive(archive(folder, answered))
    return helm_python.Chart.load(folder)


def _answer(chart: Any, folder: str, release: dict[str, Any]) -> dict[str, Any]:
    import helm_python

    from upstreamlint.render.helm_stubs import LEFT_OUT

    wanting = ""
    try:
        values: dict[str, Any] = {}
        for text in release["values"]:
            _merge(values, helm_python.values_from_yaml(text))
        # Taken together they fill one list: `--set a[0].name=x --set a[0].port=1`.
        _merge(values, helm_python.parse_set_string(",".join(release["set"])))
        there = {d.get("name") for d in chart.dependencies}
        merged = chart.merge_values(values)
        missing = [
            d["name"]
            for d in chart.metadata.get("dependencies") or ()
            if d.get("name") not in there and _enabled(d, merged)
        ]
        try:
            rendered = chart.render(values, name=release["name"], namespace=release["namespace"])
        except helm_python.HelmError as error:
            wanting = str(error)
            lenient = _lenient(folder, values, release, missing)
            if lenient is None:
                raise
            rendered, lost = lenient
            wanting = f"{LEFT_OUT}{', '.join(lost)}: {wanting}" if lost else wanting
    except helm_python.HelmError as error:
        return {"error": str(error)}
    return {"templates": rendered, "missing": missing, "wanting": wanting}


def _lenient(
    folder: str, values: dict[str, Any], release: dict[str, Any], libraries: Collection[str]
) -> tuple[dict[str, str], list[str]] | None:
    """The chart with what it asks for put in, that of missing libraries too, and without what does not render all the same.

    Nothing where that is too much; else what was left out with it.
    """
    import helm_python

    from upstreamlint.render.helm_lenient import filled, unasking
    from upstreamlint.render.helm_stubs import FAILED, MISSING

    stubs: list[str] = []
    lost: list[str] = []
    while len(stubs) + len(lost) < _MOST_TRIES:
        try:
            archive, taken = unasking(folder, stubs, lost)
            with helm_python.Chart.load_archive(archive) as chart:
                rendered = filled(
                    lambda v: chart.render(v, name=release["name"], namespace=release["namespace"]),
                    values,
                    taken,
                )
                return rendered, lost
        except helm_python.HelmError as error:
            lacking = (MISSING.findall(str(error)) or [""])[-1]
            failing = FAILED.search(str(error))
            if lacking.partition(".")[0] in libraries and lacking not in stubs:
                stubs.append(lacking)
            elif failing is not None and failing[1] not in lost:
                lost.append(failing[1])
            else:
                return None
        except OSError:
            return None
    return None


_MOST_TRIES = 40


def _merge(into: dict[str, Any], values: dict[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _enabled(dependency: dict[str, Any], values: dict[str, Any]) -> bool:
    """Whether a dependency's condition and tags let it in; the first condition that is set decides."""
    for path in str(dependency.get("condition") or "").split(","):
        node: Any = values
        for part in filter(None, path.strip().split(".")):
            node = node.get(part) if isinstance(node, dict) else None
        if path.strip() and isinstance(node, bool):
            return node
    tags = values.get("tags")
    chosen = [tags[t] for t in dependency.get("tags") or () if isinstance(tags, dict) and t in tags]
    return any(chosen) if chosen else True


if __name__ == "__main__":
    json.dump(answers(json.load(sys.stdin)), sys.stdout)
