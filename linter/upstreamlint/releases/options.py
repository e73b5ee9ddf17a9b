"""What a chart makes only when a value switches it on: nobody sees it break until somebody does.

A chart's own values mostly switch its Ingress off, what most users can do without, and whole kinds of storage. The releases of this
module switch on what stands in conditions that are understood; whatever such a release is wrong about besides what is printed there
may be for want of more values, and is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from upstreamlint import patterns
from upstreamlint.charts.chart import Chart, at, read
from upstreamlint.documents import Node, Scalar, Sequence
from upstreamlint.files.readable import Files
from upstreamlint.releases.conditions import Part, parts
from upstreamlint.releases.release import Option, Release

MOST = 2
"""So many releases are tried of a chart: where several parts want different things of one value, each has its turn."""

_WIRED = patterns.compile(
    r"^kind:[ \t]*(?:Ingress|(?:HTTP|GRPC|TCP|TLS)Route|VirtualService|IngressRoute|HTTPProxy|VirtualServer|Route"
    r"|Service|Deployment|StatefulSet|DaemonSet|HorizontalPodAutoscaler|PodDisruptionBudget|ServiceMonitor|PodMonitor)\b",
    re.MULTILINE,
)
"""What sends requests somewhere or is sent some, and what is beside it for its sake."""
_MANIFESTS = (".yaml", ".yml")
_HOSTS = patterns.compile(r"range\b[^{}]{0,200}?\.Values\.([\w.]{0,100}hosts)\b")
"""Lists that charts leave empty for their users to fill, mostly with a comment that shows how."""
_HOST = (".host=chart-example.local", ".paths[0].path=/", ".paths[0].pathType=Prefix")
_UNSET = frozenset({"", "null", "~"})
_SHOWN = 3


def releases(folder: str, silent: Collection[str], files: Files) -> Iterator[Release]:
    """The releases that switch on what no other release of a chart prints; `silent` are the templates that print nothing in any."""
    chart = read(folder, files)
    within: list[Part] = []
    whole: list[Part] = []
    hosts: dict[str, None] = {}
    for source in chart.templates:
        wired = _WIRED.search(source.text)
        if not source.path.endswith(_MANIFESTS):
            continue
        if source.path not in silent:
            within += parts(source, chart.values, texts=True)
        elif wired is not None:
            whole += (p for p in parts(source, chart.values, texts=True) if p.end > wired.start())
            hosts.update(dict.fromkeys(_hosts(source.text, chart.values)))
    within += _below(chart, "")
    shaped = _shaped(chart)
    within, whole = ([p for p in found if not _of_shape(p, shaped)] for found in (within, whole))
    # What a chart prints anyway with more of it may ask for more values than there are: apart from the rest.
    for found, more in ((whole, tuple(hosts)), (within, ())):
        yield from _rounds(folder, found, more)


def _shaped(chart: Chart) -> frozenset[str]:
    """The values that templates go through, or print as they are: a word in the place of a list or a mapping makes no YAML."""
    texts = [s.text for one in chart.below() for s in (*one.templates, *one.texts)]
    return frozenset(name for text in texts for found in _SHAPED.findall(text) for name in found if name)


def _of_shape(part: Part, shaped: frozenset[str]) -> bool:
    return any(value == f"<{name}>" and name in shaped for name, value in part.wanted)


_SHAPED = patterns.compile(
    r"\b(?:range|toYaml|toJson)\b[^{}]{0,80}?\.Values\.([\w.]{1,200})"
    r"|\.Values\.([\w.]{1,200})[ \t]*\|[ \t]*(?:toYaml|toJson)\b"
    r"|\bwith[ \t]+\$?\.Values\.([\w.]{1,200})[ \t]*-?\}\}[^{}]{0,200}\{\{-?[ \t]*(?:toYaml|toJson|range)\b"
)


def _below(chart: Chart, above: str) -> Iterator[Part]:
    """The parts of templates of the charts below one, whose values stand under the keys of those."""
    for part in chart.parts:
        key, inner = part.key, part.chart
        if inner is None or inner.library or inner.packed:
            continue
        prefix = f"{above}{key}."
        for source in inner.templates if "." not in key else ():
            for one in parts(source, inner.values, texts=True) if source.path.endswith(_MANIFESTS) else ():
                wanted = ((n if n.startswith("global.") else f"{prefix}{n}", v) for n, v in one.wanted)
                yield one._replace(wanted=tuple(wanted))
        yield from _below(inner, prefix)


def _rounds(folder: str, found: list[Part], hosts: tuple[str, ...]) -> Iterator[Release]:
    for _ in range(MOST):
        chosen: dict[str, str] = {}
        printed, left = [], []
        for part in found:
            if all(chosen.get(name, value) == value for name, value in part.wanted):
                chosen.update(part.wanted)
                printed.append(part)
            else:
                left.append(part)
        if not printed:
            return
        yield _release(folder, chosen, tuple(printed), hosts)
        found = left


def _release(
    folder: str, chosen: dict[str, str], printed: tuple[Part, ...], hosts: tuple[str, ...]
) -> Release:
    written = tuple(f"{name}={value}" for name, value in chosen.items())
    more = f" and {len(written) - _SHOWN} more" if len(written) > _SHOWN else ""
    return Release(
        folder=folder,
        title=f"{folder} with {', '.join(written[:_SHOWN])}{more}",
        set=(*written, *hosts),
        option=Option(printed),
    )


def _hosts(text: str, root: Node | None) -> Iterator[str]:
    """Expressions that put one host into lists that are empty, in the shape that `helm create` gives them where the template asks for it."""
    for name in _HOSTS.findall(text):
        held = at(root, name.split("."))
        if held is None or (isinstance(held, Scalar) and held.value in _UNSET) or not _items(held):
            shaped = ".host " in text and ".paths" in text
            yield from (f"{name}[0]{field}" for field in (_HOST if shaped else ("=chart-example.local",)))


def _items(node: Node) -> bool:
    return not isinstance(node, Sequence) or len(node.items) > 0
