"""`upstreamlint trace`: the chain of one request."""

from __future__ import annotations

import click

from upstreamlint.errors import UsageError
from upstreamlint.formats.columns import clean
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.facets.judgement import Judgement
    from upstreamlint.finding import Diagnostic
    from upstreamlint.run.trace import Hop

STATUS_BROKEN = 1
LISTED = 8
"""So many listeners are named when none takes the request."""


@click.command("trace")
@click.argument("request", metavar="HOST[/PATH]")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
def command(request: str, paths: tuple[str, ...]) -> int:
    """Show every hop of a request, healthy or not; the exit status is 1 when one is broken."""
    from upstreamlint.finding import Severity
    from upstreamlint.run.engine import check_with_graph
    from upstreamlint.run.trace import trace
    from upstreamlint.settings.config import Config, find
    from upstreamlint.settings.config_file import load

    host, slash, rest = request.partition("/")
    file = find(list(paths))
    config = load(file) if file else Config()
    graph, result = check_with_graph(list(paths) or list(config.paths) or ["."], config)
    chains = trace(graph, host, slash + rest)
    if not chains:
        known = sorted({r.listener for r in graph.routes})
        more = " …" if len(known) > LISTED else ""
        hint = f"; known: {', '.join(known[:LISTED])}{more}" if known else ""
        raise UsageError(f"no route takes `{request}`{hint}")
    faults: dict[int, list[Diagnostic]] = {}
    for diagnostic in result.diagnostics:
        if diagnostic.severity is Severity.INFO:
            continue
        subjects = {id(diagnostic.finding.subject)}
        if diagnostic.finding.stops is not None:
            lost = {(a.anchor, a.listener, a.route) for a in diagnostic.affects}
            subjects = {id(r) for r in graph.routes if (r.anchor, r.listener, r.match) in lost}
        for subject in subjects:
            faults.setdefault(subject, []).append(diagnostic)
    facets: dict[int, list[Judgement]] = {}
    for judgement in graph.judgements:
        facets.setdefault(id(judgement.dial.owner), []).append(judgement)
    lines: list[str] = []
    for chain in chains:
        lines += _lines(chain, "", faults, facets)
    click.echo("\n".join(map(clean, lines)))
    return STATUS_BROKEN if any("✗" in line for line in lines) else 0


def _lines(
    hop: Hop, indent: str, faults: dict[int, list[Diagnostic]], facets: dict[int, list[Judgement]]
) -> list[str]:
    anchor = hop.edge.anchor if hop.edge is not None else hop.node.anchor
    text = hop.edge.text if hop.edge is not None else _title(hop)
    share = hop.edge.share if hop.edge is not None else 1.0
    part = f" ({share:.0%})" if share is not None and share < 1 else ""
    span = anchor.span
    lines = [f"{indent}{'-> ' if hop.edge else ''}{text}{part}  {span.path}:{span.line}"]
    inner = indent + "   "
    for fault in faults.get(id(hop.node), ()):
        answer = f": {fault.finding.symptom}" if fault.finding.symptom else ""
        lines.append(f"{inner}✗ {fault.severity}[{fault.rule}]: {fault.finding.message}{answer}")
    lines += [f"{inner}{_facet(found)}" for found in facets.get(id(hop.node), ()) if not found.broken]
    for onward in hop.onward:
        lines += _lines(onward, inner, faults, facets)
    return lines


def _facet(found: Judgement) -> str:
    """What a facet of a hop came to, where it is not broken."""
    from upstreamlint.graph.evidence import Verdict

    fine = found.verdict is Verdict.FOUND
    rest = "" if fine else f": {found.verdict}"
    return f"{'✓' if fine else '?'} {found.facet} `{found.wanted}`{rest}"


def _title(hop: Hop) -> str:
    listener = getattr(hop.node, "listener", "")
    match = getattr(hop.node, "match", "")
    kind = getattr(hop.node, "kind", "")
    return f"{listener} {match} [{kind}]"
