"""What a closed scope proves about a reference that finds nothing in it, by where the targets of its kind live.

Backends, ports, workloads, ConfigMaps are of the release itself: a scope of which everything is known proves that they
are missing, and one that is missing does not excuse another. Gateways, classes and namespaces are of the platform that
the release is put on, which is never among its files; hosts of the Internet are of nobody's. Neither says anything
about what the release lacks of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.facets.dial import Purpose
from upstreamlint.facets.judgement import Facet, Judgement
from upstreamlint.files.readable import parent
from upstreamlint.graph.evidence import Ladder, Verdict
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.references import Reference
from upstreamlint.graph.sought import GATEWAYS
from upstreamlint.releases.unnamed import RELEASE
from upstreamlint.values import StrEnum, replace


class Home(StrEnum):
    """Where the targets of a kind of reference live."""

    OWN = "own"
    PLATFORM = "platform"
    OUTSIDE = "outside"


_PLATFORM = frozenset(
    {"RouteParent", "ClassOfGateway", "ClassOfIngress", "GatewayName", "GatewaySelector", "NamespaceSelector"}
    | {"BackendGrant", "ControllerAnnotation", "PodSelector"}
)
"""The types whose targets another team deploys; by name, since importing them all is what most runs do not need.

A policy is one of them: it speaks of whatever pods its namespace has, from whatever release.
"""


def home(reference: Reference) -> Home:
    """Where what a reference asks for lives."""
    if type(reference).__name__ in _PLATFORM:
        return Home.PLATFORM
    dotted = "." in reference.wanted and ".svc" not in reference.wanted
    hosts = isinstance(reference, Judgement) or type(reference).__name__ in ("MeshHost", "RuleHost")
    return Home.OUTSIDE if hosts and dotted else Home.OWN


def doubted(references: Sequence[Reference], ladder: Ladder) -> Iterator[Reference]:
    """The references: those that mean something only by a word more or less live elsewhere, where others do."""
    if ladder.complete or not any(r.verdict is Verdict.NEAR_MISS for r in references):
        yield from references
        return
    elsewhere: dict[str, set[str]] = defaultdict(set)
    attached: Counter[tuple[str, str]] = Counter()
    for reference in references:
        if reference.verdict is Verdict.EXTERNAL:
            elsewhere[_unit(reference, ladder)].add(reference.wanted)
        elif reference.verdict is Verdict.FOUND and type(reference).__name__ in GATEWAYS:
            attached[reference.wanted, reference.anchor.source.path] += 1
    for reference in references:
        unsure = False
        if _by_words(reference):
            unit = _unit(reference, ladder)
            unsure = bool(elsewhere[unit] - {reference.wanted}) and not ladder.is_closed(unit or ".")
            # The routes of a file have one Gateway; backends of like names may well be several.
            beside = attached[reference.near[0].instead, reference.anchor.source.path]
            unsure = unsure and not (type(reference).__name__ in GATEWAYS and beside >= _SEVERAL)
        yield replace(reference, verdict=Verdict.EXTERNAL) if unsure else reference


def settled(references: Sequence[Reference], ladder: Ladder) -> Iterator[Reference]:
    """The references: absence that nothing proves is none.

    A scope that lacks more names of its own than it has is a part of something: a folder of a larger release.
    """
    if ladder.complete or not any(r.verdict is Verdict.ABSENT for r in references):
        yield from references
        return
    missing: dict[str, set[str]] = defaultdict(set)
    found: dict[str, set[str]] = defaultdict(set)
    for reference in references:
        if home(reference) is Home.OWN and not _certain(reference):
            if reference.verdict is Verdict.ABSENT:
                missing[_unit(reference, ladder)].add(reference.wanted)
            elif reference.verdict is Verdict.FOUND:
                found[_unit(reference, ladder)].add(reference.wanted)
    fronts = _fronts(references)
    for reference in references:
        unit = _unit(reference, ladder)
        if _caller(reference) in fronts and reference.verdict is Verdict.ABSENT:
            yield replace(reference, verdict=Verdict.EXTERNAL)
            continue
        proven = home(reference) is Home.OWN and len(missing[unit]) <= max(1, len(found[unit]))
        if reference.verdict is Verdict.ABSENT and not proven and not _certain(reference):
            yield replace(reference, verdict=Verdict.EXTERNAL)
        elif reference.verdict is Verdict.ABSENT and not reference.assumption and _given(reference, ladder):
            yield replace(reference, assumption="no other release has what the chart's values name")
        else:
            yield reference


def _fronts(references: Sequence[Reference]) -> set[int]:
    """The services of Compose, by identity, that stand in front of other projects: most of what they dial is not here."""
    missing: dict[int, set[str]] = defaultdict(set)
    found: dict[int, set[str]] = defaultdict(set)
    for reference in references:
        routes = isinstance(reference, Judgement) and reference.dial.purpose is Purpose.ROUTE
        caller = _caller(reference) if routes else 0
        if caller and reference.verdict is Verdict.ABSENT:
            missing[caller].add(reference.wanted)
        elif caller and reference.verdict is Verdict.FOUND:
            found[caller].add(reference.wanted)
    return {c for c, names in missing.items() if len(names) >= _MANY and len(names) > len(found[c])}


def _caller(reference: Reference) -> int:
    """The service of Compose that looks up a host, by identity; zero for other references."""
    if not isinstance(reference, Judgement) or reference.facet is not Facet.NAME:
        return 0
    service = reference.dial.caller.service
    return id(service) if service is not None else 0


_MANY = 3


def _given(reference: Reference, ladder: Ladder) -> bool:
    """Whether the values of a chart that nobody states a release of name what is missing, and not after that release."""
    if not ladder.unnamed or RELEASE in reference.wanted or ladder.unnamed in reference.wanted:
        return False
    source, start, end = reference.anchor
    # What a template writes itself stands outside of its actions, of which the place may be a part.
    opened = source.text.rfind("{{", source.text.rfind("\n", 0, start) + 1, start)
    closed = source.text.find("}}", end)
    inside = opened >= 0 and "}}" not in source.text[opened:start] and closed >= 0
    text = source.text[opened : closed + 2] if inside else source.text[start:end]
    written, actions = _ACTION.subn("", text)
    words = _WORDS.findall(reference.wanted.partition("=")[2] or reference.wanted)
    return actions > 0 and not any(word in written for word in words)


_ACTION = patterns.compile(r"\{\{[^{}]{0,2000}\}\}")
_WORDS = patterns.compile(r"[a-z0-9]{3,}")
_SEVERAL = 2


def _by_words(reference: Reference) -> bool:
    """Whether all that speaks for a name is one that has words more or less: `prometheus` for `prometheus-grafana`."""
    if reference.verdict is not Verdict.NEAR_MISS or not reference.near:
        return False
    if getattr(getattr(reference, "need", None), "key", None) is not None:
        return False  # the key that is asked for tells, too
    meant, wanted = reference.near[0].instead, reference.wanted
    short, long = sorted((meant, wanted), key=len)
    more = long.removeprefix(f"{short}-")
    return more not in (long, "svc", "service", "srv") and not near_names(wanted, [meant], words=False)


def _certain(reference: Reference) -> bool:
    """Whether absence needs no proof: a Compose project is closed for all that its services dial."""
    return (
        isinstance(reference, Judgement)
        and reference.dial.caller.service is not None
        and reference.verdict is Verdict.ABSENT
    )


def _unit(reference: Reference, ladder: Ladder) -> str:
    """What a reference is deployed with: all of the scope, or its folder."""
    return "" if ladder.whole else parent(reference.anchor.source.path)
