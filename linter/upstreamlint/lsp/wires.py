"""The wires at a place of a text: where they lead, and which requests take them."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.facets.judgement import Judgement
from upstreamlint.finding import Affected, Diagnostic, Label
from upstreamlint.formats.text import share
from upstreamlint.graph import Edge, Graph, Node, Reference
from upstreamlint.lsp.checked import Checked
from upstreamlint.source import Anchor, Source

ROUTES = 4
"""So many routes are told of a place; the others are counted."""

_ONWARD = 6
"""So many hops are followed from a place."""


def other_ends(checked: Checked, source: Source, offset: int) -> list[Anchor]:
    """What a place is wired to: what it leads to, or what it was meant for; of the smallest thing written there."""
    found: list[tuple[int, Anchor]] = []
    for graph in checked.graphs:
        for place, ends in _wires(graph):
            if covers(place, source, offset):
                found += [(place.end - place.start, end) for end in ends if not covers(end, source, offset)]
    for diagnostic in checked.result.diagnostics:
        here = [label.anchor for label in diagnostic.labels if covers(label.anchor, source, offset)]
        ends = [label.anchor for label in diagnostic.labels if not covers(label.anchor, source, offset)]
        found += [(place.end - place.start, end) for place in here for end in ends]
    least = min((size for size, _ in found), default=0)
    return list(dict.fromkeys(end for size, end in found if size == least))


def _wires(graph: Graph) -> Iterator[tuple[Anchor, list[Anchor]]]:
    """Every written end of a wire with the other ends."""
    for edge in graph.edges:
        yield edge.anchor, [edge.head.anchor]
    for reference in graph.refs:
        yield reference.anchor, _ends(reference)


def _ends(reference: Reference) -> list[Anchor]:
    if isinstance(reference, Judgement):
        targets = [target.anchor for target in reference.targets]
        return targets or [place for place, _ in reference.far_end]
    workloads = getattr(reference, "workloads", ())
    return [w.anchor for w in workloads] or [near.anchor for near in reference.near]


def covers(anchor: Anchor, source: Source, offset: int) -> bool:
    """Whether an offset of a source is in a place, or right behind it."""
    return anchor.source.path == source.path and anchor.start <= offset <= anchor.end


def hover(checked: Checked, source: Source, offset: int) -> str:
    """What is to be said of a place, in Markdown: faults there, and the chains of the routes that pass it."""
    parts = [
        _fault(d) for d in checked.result.diagnostics if covers(d.finding.primary.anchor, source, offset)
    ]
    chains: dict[tuple[str, str, Anchor], list[Label]] = {}
    for graph in checked.graphs:
        for affected, onward in _passing(graph, source, offset):
            key = (affected.listener, affected.route, affected.anchor)
            chains.setdefault(key, [Label(affected.anchor, ""), *affected.chain, *onward])
    parts += [_chain(key, hops) for key, hops in list(chains.items())[:ROUTES]]
    if len(chains) > ROUTES:
        parts.append(f"and {len(chains) - ROUTES} more routes")
    return "\n\n".join(parts)


def _fault(found: Diagnostic) -> str:
    answer = f"  \n{found.finding.symptom}" if found.finding.symptom else ""
    hit = [f"`{a.listener}` `{a.route}`{share(a.share)}" for a in found.affects[:ROUTES]]
    return f"**{found.severity}** `{found.rule}`: {found.finding.message}{answer}" + "".join(
        f"  \nhits {line}" for line in hit
    )


def _passing(graph: Graph, source: Source, offset: int) -> Iterator[tuple[Affected, list[Label]]]:
    """The routes that come by the smallest hop, route or node that is written at a place, and where they go on."""
    places: list[tuple[int, Edge | Node]] = [
        (one.anchor.end - one.anchor.start, one) for one in _hops(graph) if covers(one.anchor, source, offset)
    ]
    if not places:
        heads = {id(e.head): e.head for e in graph.edges}
        places = [
            (node.anchor.end - node.anchor.start, node)
            for node in heads.values()
            if covers(node.anchor, source, offset)
        ]
    least = min((size for size, _ in places), default=0)
    for size, one in places:
        if size > least:
            continue
        if isinstance(one, Edge):
            step = [Label(one.anchor, one.text)]
            for affected in graph.affected(one.tail):
                yield affected, [*step, *_onward(graph, one.head)]
        else:
            for affected in graph.affected(one):
                yield affected, _onward(graph, one)


def _hops(graph: Graph) -> Iterator[Edge | Node]:
    yield from graph.edges
    yield from graph.routes


def _onward(graph: Graph, node: Node) -> list[Label]:
    """The first way on from a node, hop by hop."""
    hops: list[Label] = []
    seen = {id(node)}
    while len(hops) < _ONWARD:
        edges = graph.heads(node)
        if not edges or id(edges[0].head) in seen:
            break
        node = edges[0].head
        seen.add(id(node))
        more = f" (1 of {len(edges)})" if len(edges) > 1 else ""
        hops.append(Label(edges[0].anchor, edges[0].text + more))
    return hops


def _chain(key: tuple[str, str, Anchor], hops: list[Label]) -> str:
    listener, match, _ = key
    lines = [f"`{listener}` `{match}`"]
    for place, text in hops[1:]:
        lines.append(f"→ {text} ({place.source.path}:{place.line})")
    return "  \n".join(lines)
