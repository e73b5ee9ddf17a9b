"""Named templates that a chart includes and nothing defines, so that Helm refuses the chart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from upstreamlint.charts.chart import Chart
from upstreamlint.charts.libraries import lent
from upstreamlint.charts.takings import Included, takings
from upstreamlint.graph.likeness import is_typed
from upstreamlint.graph.problems import UndefinedTemplateProblem


def undefined(chart: Chart, errors: Sequence[str]) -> Iterator[UndefinedTemplateProblem]:
    """The templates that nothing in a chart or below it defines; `errors` are Helm's words about the chart.

    A dependency or a file that is not here may define what is called as nothing here is.
    """
    charts = list(chart.below())
    found = [takings(one.templates) for one in charts]
    missing = [part for one in charts for part in one.parts if part.chart is None]
    libraries = {part.name: names for part in missing if (names := lent(part.name, part.repository))}
    defined = frozenset().union(*libraries.values(), *(one.defined for one in found))
    includes = [i for one, taken in zip(charts, found, strict=True) if not one.packed for i in taken.includes]
    printed = _printed([i for one in found for i in one.includes])
    first = {one.name: one for one in reversed(includes) if one.name not in defined}
    asked = {name: one for name, one in first.items() if not one.inside or one.inside in printed}
    near = {name: next((d for d in sorted(defined) if is_typed(name, d)), "") for name in asked}
    often = Counter(i.name for i in includes)
    shared = {name for name, count in often.items() if count >= _SEVERAL and name not in defined}
    like = {n: [s for s in shared if is_typed(n, s)] for n in asked if not near[n] and often[n] == 1}
    near |= {name: found[0] for name, found in like.items() if len(found) == 1}
    own = {name.partition(".")[0] for name in defined}
    others = [name for name in asked if not near[name]]
    for name, one in asked.items():
        meant = near[name]
        begins = name.partition(".")[0]
        of_library = begins in libraries and not meant
        # Of a chart that lacks several, files are not here.
        lost = len(others) > 1 or (not of_library and (chart.lacks or begins not in own))
        if not meant and lost:
            continue
        places = [o.anchor for o in includes if o.name == name and o is not one]
        refused = any(o.always for o in includes if o.name == name)
        refused = refused or any(f'"{name}"' in error for error in errors)
        doubt = _LENT if meant in shared else _VERSION if of_library else ""
        there = f": others include `{meant}`" if meant in shared else f": there is `{meant}`"
        yield UndefinedTemplateProblem(
            one.anchor,
            f"no template is called `{name}`" + (there if meant else ""),
            tuple((anchor, "included here, too") for anchor in places[:3]),
            help=f"write `{meant}`"
            if meant
            else "define it in `templates/_helpers.tpl`, or include another one",
            assumption=doubt or ("" if refused or not errors else "the values print it"),
        )


_SEVERAL = 3
_VERSION = "the version of the library that is fetched has no more than those that are known"
_LENT = "what is not here defines the one that others include, and no other"


def _printed(includes: Collection[Included]) -> set[str]:
    """The named templates that something which is no part of one includes, by others or itself."""
    by: dict[str, list[str]] = defaultdict(list)
    for one in includes:
        by[one.inside].append(one.name)
    found: set[str] = set()
    todo = list(by[""])
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += by[name]
    return found
