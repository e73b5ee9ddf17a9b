"""Helm charts to scopes of resources, where an engine is at hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.documents import Document, Mapping, Scalar
from upstreamlint.errors import UsageError
from upstreamlint.files import asked
from upstreamlint.files.discover import CHART, REASON_CHART
from upstreamlint.files.readable import DiskFiles, Files, join
from upstreamlint.graph.problems import ChartProblem, SyntaxProblem
from upstreamlint.graph.switched_off import SwitchedOff
from upstreamlint.load import manifests
from upstreamlint.load.rendered import Rendered, Scope, objects, scope, unfilled
from upstreamlint.releases.release import Release, Values, of_file
from upstreamlint.releases.unnamed import chart_name
from upstreamlint.run.result import Skipped
from upstreamlint.settings.config import Config
from upstreamlint.source import Anchor, Source
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import replace

if TYPE_CHECKING:
    from upstreamlint.readers.fault import Fault
    from upstreamlint.render.helm import Chart, Request
    from upstreamlint.render.helm_held import Held

_UNTAGGED = patterns.compile(r"^([ \t]*(?:- )?image:[ \t]*[^\s\"':]{1,300}):[ \t]*$", re.MULTILINE)
NO_ENGINE = f"{REASON_CHART}, since no engine is at hand: `pip install 'upstreamlint[render]'`"
TOO_LONG = "it took longer"
"""How an error begins that says nothing about the chart."""
_LIBRARY = patterns.compile(r"^type:[ \t]*[\"']?library\b", re.MULTILINE)
_MANIFESTS = (".yaml", ".yml", ".json")


def roots(folders: Sequence[str], files: Files, config: Config) -> list[Release]:
    """The charts that come with no other, each with its own values and those of the command line.

    What another one takes from its folder is deployed with that.
    """
    from upstreamlint.render import helm
    from upstreamlint.render.helm_local import local

    given = tuple(map(of_file, _given(config)))
    taken = {one.folder for folder in folders for one in local(folder, files)}
    return [
        Release(folder=folder, title=folder, values=given, set=config.helm_set, open=folder in taken)
        for folder in helm.outermost(folders)
    ]


def render(releases: Sequence[Release], files: DiskFiles, config: Config) -> Rendered:
    """Render the charts in the folders of releases."""
    if not releases:
        return Rendered()
    from upstreamlint.render import helm
    from upstreamlint.render.helm_held import held as look

    folders = list(dict.fromkeys(one.folder for one in releases))
    held = {folder: look(folder, files) for folder in folders}
    refused = {folder: found.refusal for folder, found in held.items() if found.refusal}
    skipped = [Skipped(folder, f"{REASON_CHART}: {why}", needed=True) for folder, why in refused.items()]
    wanted = [one for one in releases if one.folder not in refused]
    taken = frozenset(folders)
    program = helm.command()
    if program is None:
        left = [folder for folder in folders if folder not in refused]
        return Rendered(
            taken=taken,
            skipped=(*skipped, *(Skipped(folder, NO_ENGINE, needed=True) for folder in left)),
            problems=tuple(unrendered(left, files)),
        )
    scopes: list[Scope] = []
    errors: list[tuple[Release, str]] = []
    requests = [_request(one, config) for one in wanted]
    for one, chart in zip(wanted, _rendered(program, requests, held, files, config), strict=True):
        if chart.error:
            errors.append((one, chart.error))
        elif not chart.library:
            if chart.missing and one.title == one.folder:
                names = ", ".join(chart.missing)
                skipped.append(Skipped(one.folder, f"Helm chart rendered without its dependencies: {names}"))
            scopes.append(_scope(one, chart, held[one.folder], files, config))
    return Rendered(scopes=tuple(scopes), taken=taken, skipped=tuple(skipped), failed=tuple(errors))


def _rendered(
    program: Sequence[str],
    requests: Sequence[Request],
    held: dict[str, Held],
    files: DiskFiles,
    config: Config,
) -> Iterator[Chart]:
    """Render charts, but for those that an earlier run has rendered from the same files and values."""
    from upstreamlint.render import helm, store

    keys = [store.chart_key(program, held[r.folder], r) if config.cache else None for r in requests]
    kept = [store.load_chart(key, r.folder) if key else None for key, r in zip(keys, requests, strict=True)]
    missing = [request for request, chart in zip(requests, kept, strict=True) if chart is None]
    made = iter(_made(program, missing, held, files, config.jobs))
    for key, found in zip(keys, kept, strict=True):
        chart = found or helm.without(next(made), _wanted)
        if key and found is None:
            store.save_chart(key, chart)
        yield chart


def _made(
    program: Sequence[str], requests: Sequence[Request], held: dict[str, Held], files: DiskFiles, jobs: int
) -> list[Chart]:
    """Render charts, from copies where some file of one has another text than on disk, or one takes others."""
    from upstreamlint.render import helm
    from upstreamlint.render.helm_local import place_of
    from upstreamlint.render.mirror import linked, mirrored, under, unnamed

    copied: dict[str, list[str]] = {}
    for folder in dict.fromkeys(r.folder for r in requests):
        taken = held[folder].local
        own = [place_of(folder, taken, path) for path, _ in held[folder].files]
        if taken or not files.edited.isdisjoint(own):
            copied[folder] = own
    if not copied:
        return helm.render(program, requests, jobs)
    with mirrored((path for own in copied.values() for path in own), files, {}) as mirror:
        links = {join(one.taker, one.link): one.folder for folder in copied for one in held[folder].local}
        linked(mirror, links)
        there = [r._replace(folder=under(mirror, r.folder)) if r.folder in copied else r for r in requests]
        made = helm.render(program, there, jobs)
        return [
            replace(chart, folder=r.folder, error=unnamed(mirror, chart.error))
            for chart, r in zip(made, requests, strict=True)
        ]


def _wanted(text: str) -> bool:
    from upstreamlint.releases.stated import speaks

    return manifests.wanted_of_render(text) or speaks(text)


def _request(one: Release, config: Config) -> Request:
    from upstreamlint.render import helm

    namespace = one.namespace or config.namespace
    return helm.Request(one.folder, one.name, namespace, tuple(v.text for v in one.values), one.set)


def failed(errors: Iterable[tuple[Release, str]], done: set[str]) -> Iterator[Skipped]:
    """What to say of what does not render: each stated release, and a chart that renders with no values at all.

    Whether a values file beside a chart is enough to install it with nobody says.
    """
    told: set[str] = set()
    for one, error in errors:
        if one.said is not None:
            yield Skipped(one.said.source.path, f"{one.title} does not render: {error}", needed=True)
        elif (one.folder not in done or error.startswith(TOO_LONG)) and one.folder not in told:
            told.add(one.folder)
            yield Skipped(one.folder, f"Helm chart does not render: {error}", needed=True)


def unrendered(folders: Iterable[str], files: Files) -> Iterator[ChartProblem]:
    """What to report of charts that nothing at hand renders; a library is never rendered by itself."""
    for folder in folders:
        source = files.source(join(folder, CHART))
        if source is None or _LIBRARY.search(source.text):
            continue
        start = max(source.text.find("name:"), 0)
        yield ChartProblem(
            Anchor(source, start, start + len("name")),
            "this chart was not rendered, so nothing in it is checked",
            help="`pip install 'upstreamlint[render]'`, or put `helm` on the path",
        )


def _given(config: Config) -> Iterator[Source]:
    """The values files of the command line."""
    for path in config.helm_values:
        try:
            yield Source(path, asked.content(path).decode("utf-8-sig", errors="replace"))
        except OSError as error:
            raise UsageError(f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}") from error


def _scope(one: Release, chart: Chart, held: Held, files: Files, config: Config) -> Scope:
    from upstreamlint.releases.stated import speaks
    from upstreamlint.render import helm
    from upstreamlint.render.helm_stubs import LEFT_OUT
    from upstreamlint.render.templates import documents

    resources: list[object] = []
    states: list[Mapping] = []
    read: set[str] = set()
    unread: list[Fault] = []
    for path, text in sorted(chart.templates.items()):
        if not path.endswith(_MANIFESTS):
            continue
        template = files.source(helm.template_of(one.folder, held.local, path, files))
        if template is None:
            continue
        read.add(template.path)
        # A tag that a value wants leaves what is no YAML, and takes all of the pods with it.
        whole = _UNTAGGED.sub(r"\1:<tag>", text) if chart.wanting else text
        for document in documents(whole, template, _wanted, unread):
            if not _is_test(document):
                resources.extend(objects(document, one, config, stand_in=helm.UNPLACED))
                if speaks(text) and isinstance(document.root, Mapping):
                    states.append(document.root)
    sources = (source for path in read if (source := files.source(path)) is not None)
    looked_up = frozenset(kind for source in sources for kind in _LOOKED_UP.findall(source.text))
    opens = bool(looked_up - _OF_VALUES_ALONE)
    closed = not (chart.missing or opens or unread or one.open or chart.wanting.startswith(LEFT_OUT))
    resources = [unfilled(r) for r in resources] if chart.wanting else resources
    made = scope(one.folder, resources, read, files, config, closed=closed)
    return replace(
        made,
        problems=(*made.problems, *_unparsed(one, chart, unread)),
        name=one.title,
        values=(*reversed(one.values), *_own_values(one.folder, files)),
        switched_off=_switched_off(chart, one.folder, files, looked_up),
        states=tuple(states),
        release=one,
        wanting=chart.wanting,
        unnamed="" if one.name else chart_name(one.folder, files),
    )


def _unparsed(one: Release, chart: Chart, faults: Iterable[Fault]) -> Iterator[SyntaxProblem]:
    """What templates print that is no YAML, for which Helm refuses the whole release.

    Placeholders in the place of values that were not given, and what was left out, may be at fault themselves.
    """
    if chart.wanting or chart.missing or one.option is not None:
        return
    for fault in faults:
        line = fault.anchor.source.line(fault.anchor.line)
        if not fault.repeated:
            yield SyntaxProblem(
                fault.anchor,
                f"what this template prints is no YAML: {fault.message}",
                help="Helm installs nothing of the chart: it does not parse what the template prints",
                assumption="" if one.said or "{{" not in line else "these are the values",
            )


def _own_values(folder: str, files: Files) -> Iterator[Values]:
    source = files.source(join(folder, "values.yaml"))
    if source is not None:
        yield of_file(source)


def _switched_off(chart: Chart, folder: str, files: Files, looked_up: frozenset[str]) -> SwitchedOff:
    """What the templates that print nothing with these values would make."""
    printing = {path for path, text in chart.templates.items() if text.strip(" \t\r\n-")}
    off: set[str] = set()
    on: set[str] = set()
    pods: list[str] = []
    silent: set[str] = set()
    kinds = set(looked_up)
    todo = ["templates"]
    while todo:
        here = todo.pop()
        for name in files.listing(join(folder, here)):
            path = f"{here}/{name}"
            if files.is_folder(join(folder, path)):
                todo.append(path)
            elif name.endswith(_MANIFESTS):
                (on if path in printing else off).update(_WORD.findall(path.lower()))
                source = files.source(join(folder, path))
                if source is None:
                    continue
                # Of what a template prints some may be switched off, too.
                kinds.update(_more(_KIND.findall(source.text), _KIND.findall(chart.templates.get(path, ""))))
                if path in printing:
                    continue
                silent.add(source.path)
                if "containers:" in source.text:
                    pods.append(source.text)
    return SwitchedOff(frozenset(off - on), tuple(pods), frozenset(silent), frozenset(kinds))


def _more(written: list[str], printed: list[str]) -> Iterator[str]:
    return (kind for kind in set(written) if written.count(kind) > printed.count(kind))


_LOOKED_UP = patterns.compile(r"\blookup[ \t]+(?:\"[^\"]*\"[ \t]+\"(\w*)\")?")
_OF_VALUES_ALONE = frozenset(
    {"Secret", "ConfigMap", "PersistentVolumeClaim", "StorageClass", "Namespace", "Node", "CustomResourceDefinition"}
)  # fmt: skip
"""Kinds that a chart looks up for values in them, or for leave to make its own: no Service or workload hangs on these."""
_WORD = patterns.compile(r"[a-z0-9]+")
_KIND = patterns.compile(r"^kind:[ \t]*(\w+)", re.MULTILINE)


def _is_test(document: Document) -> bool:
    """Whether an object only exists while `helm test` runs."""
    root = document.root
    hook = root.at("metadata", "annotations", "helm.sh/hook") if isinstance(root, Mapping) else None
    return isinstance(hook, Scalar) and hook.value.startswith("test")
