"""What the loss of workloads does to the routes, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from upstreamlint.answers.ways import name
from upstreamlint.answers.without import LostRoute, Without
from upstreamlint.formats import routes
from upstreamlint.formats.columns import clean
from upstreamlint.formats.difference import title
from upstreamlint.formats.summary import plural
from upstreamlint.formats.tool import NAME, version
from upstreamlint.model.compose.types import ComposeService
from upstreamlint.typed import Any

LISTED = 6
"""So many routes of a single point of failure are named."""


def as_text(found: Sequence[Without]) -> str:
    """The routes that lose requests, each with the way to what is gone."""
    gone = sorted({name(node) for one in found for node in one.gone})
    lost = [route for one in found for route in one.lost]
    lines = [f"without {', '.join(gone)}:", ""]
    marks = [_mark(route) for route in lost]
    wide = max(map(len, marks), default=0)
    lines += [
        f"{mark:<{wide}}  {title(route.answer)}  {' -> '.join(route.loss.via[1:] or route.loss.via)}".rstrip()
        for mark, route in zip(marks, lost, strict=True)
    ]
    dying = sum(len(one.dying) for one in found)
    spared, dead = sum(one.spared for one in found), sum(one.dead for one in found)
    counts = f"{plural(dying, 'route')} of {len(lost) + spared + dead} {'dies' if dying == 1 else 'die'}"
    less = len(lost) - dying
    part = f", {less} {'loses' if less == 1 else 'lose'} a part" if less else ""
    fails = f", {dead} fail anyway" if dead else ""
    return "\n".join(map(clean, [*lines, *([""] if lost else []), f"{counts}{part}{fails}"])) + "\n"


def points_as_text(found: Sequence[Without], total: int) -> str:
    """The workloads whose loss alone takes routes down, with the share of all routes that each takes."""
    lines: list[str] = []
    for one in found:
        dying = one.dying
        lines.append(
            f"{_named(one)}: {plural(len(dying), 'route')} of {total} ({len(dying) / total:.0%})" + _pods(one)
        )
        lines += [f"  {title(route.answer)}" for route in dying[:LISTED]]
        if len(dying) > LISTED:
            lines.append(f"  and {len(dying) - LISTED} more")
    count = f"{plural(len(found), 'single point')} of failure"
    return (
        "\n".join(map(clean, [*lines, *([""] if lines else []), f"{count} among {plural(total, 'route')}"]))
        + "\n"
    )


def as_json(found: Sequence[Without], total: int) -> str:
    """Either for programs: one entry a loss."""
    data = {
        "version": 1,
        "tool": {"name": NAME, "version": version()},
        "routes": total,
        "losses": [
            {
                "release": one.release,
                "gone": [node.id for node in one.gone],
                "pods": one.pods,
                "dies": len(one.dying),
                "spared": one.spared,
                "fails_anyway": one.dead,
                "lost": list(_lost(one)),
            }
            for one in found
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _lost(one: Without) -> Iterator[dict[str, Any]]:
    for route in one.lost:
        yield {
            **routes.route(route.answer),
            "lost": route.loss.share,
            "more": route.loss.more,
            "via": list(route.loss.via),
        }


def _mark(route: LostRoute) -> str:
    share, more = route.loss.share, route.loss.more
    if share >= 1:
        return "dies"
    return f"{share:.0%}{' and more' if more else ''}" if share else "some"


def _pods(one: Without) -> str:
    if one.pods is None:
        return ""
    unit = "container" if isinstance(one.gone[0], ComposeService) else "pod"
    return f", {plural(one.pods, unit)}"


def _named(one: Without) -> str:
    node = name(one.gone[0])
    return f"{node} ({one.release})" if one.release else node
