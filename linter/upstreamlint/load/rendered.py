"""What a renderer made, as scopes: objects that are deployed together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.documents import Document, Mapping
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.finding import Diagnostic, Severity
from upstreamlint.graph.problems import Problem
from upstreamlint.graph.switched_off import SwitchedOff
from upstreamlint.load.claim import SILENT
from upstreamlint.load.running import RUNNING
from upstreamlint.model import manifest
from upstreamlint.model.kubernetes import Workload
from upstreamlint.programs.reading import Run, read
from upstreamlint.run.result import Skipped
from upstreamlint.settings.config import Config
from upstreamlint.source import Anchor, Source
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import field, frozen, replace

if TYPE_CHECKING:
    from upstreamlint.releases.release import Option, Release, Values

_OF_VALUES = frozenset({"object-refused"})
"""Rules that speak of what more values would mend: an Ingress without hosts is refused."""


_VALUE = patterns.compile(
    r"(?:Invalid|Required|Unsupported) value|Forbidden|not allowed|must be provided|Not found|domain name \""
)
_LACK = "must be provided"
_PART = patterns.compile(r'Invalid value: "(?:-[^"]*|[^"]*-)"')
"""A name of which a part is empty: with the values that a chart comes with, one that is to be given."""


_COMPONENT = patterns.compile(r"^kind:[ \t]*Component\b", re.MULTILINE)
_AROUND = 5
"""So many lines from where an object is refused what is refused of it may be written."""


def _is_templated(anchor: Anchor, lines: int) -> bool:
    """Whether a template writes what stands on the line of a place, or on those that follow."""
    text = anchor.source.text
    start = text.rfind("\n", 0, anchor.start) + 1
    return any("{{" in line for line in text[start:].split("\n", lines)[:lines])


def _is_filled(anchor: Anchor, message: str) -> bool:
    """Whether what is refused under the key of a place is what a template writes there: a loop over values, which may be none."""
    text, (_, start, end) = anchor.source.text, anchor
    path = _PATH.search(message)
    return path is not None and path[1] == text[start:end] and _FILLED.match(text, end) is not None


_PATH = patterns.compile(r"\.([A-Za-z]\w{0,99})(?:\[\d{1,9}\])?`: ")
_FILLED = patterns.compile(r":[ \t]{0,99}(?:#.{0,999})?\n[ \t]{0,99}\{\{")


def _if(diagnostic: Diagnostic, assumption: str) -> Diagnostic:
    """A diagnostic that rests on something."""
    finding = replace(diagnostic.finding, assumption=assumption)
    return replace(diagnostic, severity=diagnostic.severity.lowered, finding=finding)


_NOT_FOUND = patterns.compile(r'Not found: "([^"]{1,253})"')
_OF_RELEASE = patterns.compile(r"\{\{-?[ \t]{0,9}\.Release\.Name[ \t]{0,9}-?\}\}([\w.-]{1,253})")


def _named_so(diagnostic: Diagnostic) -> str:
    """The name of a release that would have what its template names and does not find; empty if none would."""
    found = _NOT_FOUND.search(diagnostic.finding.message)
    if found is None:
        return ""
    ends = _OF_RELEASE.findall(diagnostic.finding.primary.anchor.source.text)
    return next((found[1].removesuffix(end) for end in ends if found[1].endswith(end)), "")


@frozen(kw_only=True)
class Scope:
    """What is deployed together and sees nothing else: a built kustomization, a rendered chart.

    `name` is what a person calls it, `folder` where it is rooted, `files` what it was made from. `closed`
    says that nothing of it was left out, `whole` that all of it is deployed at once, `apart` that it is a project of its own or declared. `values` are those of a chart, the
    strongest first, `switched_off` what it would make with others. `states` are its objects that state
    further releases, `release` is what it was rendered for, `unnamed` the chart, where nobody names that. `wanting` says
    which values the chart asks for and is not given.
    """

    name: str
    folder: str
    resources: tuple[object, ...]
    files: frozenset[str]
    closed: bool
    whole: bool = True
    apart: bool = False
    sources: tuple[Source, ...] = ()
    problems: tuple[Problem, ...] = ()
    values: tuple[Values, ...] = ()
    switched_off: SwitchedOff = SwitchedOff()
    states: tuple[Mapping, ...] = ()
    release: Release | None = None
    unnamed: str = ""
    wanting: str = ""

    @property
    def main(self) -> frozenset[str]:
        """The files that it was made from, without those of Kustomize's components, which any other takes as well."""
        shared = {parent(source.path) for source in self.sources if _COMPONENT.search(source.text)}
        return frozenset(path for path in self.files if parent(path) not in shared)

    @property
    def option(self) -> Option | None:
        """What its release switches on to see whether that works; nothing for what is deployed."""
        return self.release.option if self.release is not None else None

    def judged(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The diagnostics that count: of an option, those of the references that its templates write."""
        option = self.option
        if option is None:
            return self.explained(d for one in diagnostics if (d := self._with_values(one)) is not None)
        return self.explained(
            _if(d, f"{needed} {'are' if ', ' in needed else 'is'} set")
            for d in diagnostics
            if d.severity is not Severity.INFO
            and not d.finding.assumption
            and d.rule not in _OF_VALUES
            and (needed := option.needed(d.finding.primary.anchor))
        )

    def _with_values(self, diagnostic: Diagnostic) -> Diagnostic | None:
        """A diagnostic of a chart that nobody states a release of, where it speaks of a value that a template takes.

        What a chart is tested with (`ci/`) is not what it is installed with, and what it comes with may have to be filled in.
        """
        given = self.release.values if self.release is not None else ()
        tested = any("/ci/" in f"/{values.path}" for values in given)
        if diagnostic.rule in _OF_VALUES and self.unnamed and (release := _named_so(diagnostic)):
            return _if(diagnostic, f"the release is not called `{release}`")
        message = diagnostic.finding.message if diagnostic.rule in _OF_VALUES else ""
        refused = _VALUE.search(message) is not None
        lines = _AROUND if tested or _LACK in message else 1
        # A value that is asked for and empty makes a mapping of `--listen=:`.
        typed = "cannot unmarshal" in message and _is_templated(diagnostic.finding.primary.anchor, 1)
        if self.wanting and (refused or typed):
            return None
        place = diagnostic.finding.primary.anchor
        if not (refused and self.unnamed and (_is_templated(place, lines) or _is_filled(place, message))):
            return diagnostic
        if tested or (not given and _PART.search(message)):
            return None
        if given:
            return diagnostic
        return _if(diagnostic, "the chart is installed with the values that it comes with")

    def explained(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Diagnostics with the values that the templates took, where the place of one asks for a value."""
        return [self._explained(d) for d in diagnostics] if self.values else list(diagnostics)

    def _explained(self, diagnostic: Diagnostic) -> Diagnostic:
        from upstreamlint.render.values import label

        finding = diagnostic.finding
        own = [one.anchor for one in (finding.primary, *finding.related) if self._is_own(one.anchor)]
        labels = [found for anchor in own if (found := label(anchor, self.values)) is not None]
        if not labels:
            return diagnostic
        more = {found.anchor: found for found in labels}.values()
        return replace(diagnostic, finding=replace(finding, related=(*finding.related, *more)))

    def _is_own(self, anchor: Anchor) -> bool:
        """Whether a place is in a template that takes these values: those of a chart's own charts are others."""
        path = anchor.source.path
        return path in self.files and not path.startswith(join(self.folder, "charts/"))


@frozen(kw_only=True)
class Rendered:
    """The scopes that were rendered, the files that are spoken for by them, what was not rendered, and what to report of that.

    `failed` are releases that their engine refuses, with its words.
    """

    scopes: tuple[Scope, ...] = ()
    taken: frozenset[str] = frozenset()
    skipped: tuple[Skipped, ...] = field(default=())
    problems: tuple[Problem, ...] = ()
    failed: tuple[tuple[Release, str], ...] = ()


def whole(scopes: Sequence[Scope]) -> list[Scope]:
    """The scopes without those of charts by themselves that want more values, where others have them."""
    done = {s.folder for s in scopes if not s.wanting and s.option is None}
    return [s for s in scopes if not s.wanting or _is_stated(s) or s.option or s.folder not in done]


def wanting(scopes: Iterable[Scope]) -> Iterator[Skipped]:
    """What to say of releases whose values are not enough for their charts."""
    told: set[str] = set()
    for one in scopes:
        if one.wanting and one.release is not None and one.release.said is not None:
            path = one.release.said.source.path
            yield Skipped(path, f"{one.name} does not render: {one.wanting}", needed=True)
        elif one.wanting and one.option is None and one.folder not in told:
            told.add(one.folder)
            yield Skipped(one.folder, f"Helm chart rendered without values that it asks for: {one.wanting}")


def _is_stated(scope: Scope) -> bool:
    return scope.release is not None and scope.release.said is not None


def objects(
    document: Document, one: Release, config: Config, *, stand_in: str = ""
) -> Iterator[manifest.Resource]:
    """The objects of a rendered document, in the namespace of its release; those that make nothing are none.

    `stand_in` is the namespace that the renderer gives a release that has none.
    """
    root = document.root
    kind = root.scalar("kind") if isinstance(root, Mapping) else None
    if kind is None or kind.value not in SILENT:
        space = one.namespace or config.namespace
        unknown = "" if space else stand_in
        yield from manifest.build(document, one.folder, space, config.kubernetes, stand_in=unknown)


def unfilled(resource: object) -> object:
    """An object of a chart that asks for values: that those are missing is no reason to say nothing else of it."""
    from upstreamlint.refusal.refused import Refused

    if not isinstance(resource, Refused):
        return resource
    return replace(resource, refusals=tuple(r for r in resource.refusals if not _VALUE.search(r.said)))


def scope(
    folder: str,
    resources: list[object],
    made_from: Iterable[str],
    files: Files,
    config: Config,
    *,
    closed: bool,
) -> Scope:
    """Objects as a scope, with the proxies that are configured in their ConfigMaps.

    One without workloads that stay is a part of something, and never closed.
    """
    run = Run(files=files, config=config, resources=tuple(resources))
    running = read(run, RUNNING)
    texts = (files.source(path) for path in sorted(made_from))
    return Scope(
        name=folder,
        folder=folder,
        resources=(*resources, *running.resources),
        files=frozenset(made_from),
        closed=closed and any(isinstance(r, Workload) and not r.finishes for r in resources),
        sources=tuple(s for s in texts if s is not None),
        problems=running.problems,
    )
