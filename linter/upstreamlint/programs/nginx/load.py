"""Which nginx configurations exist, and where each of them runs.

First those of containers (Compose services and pods into which files are put), then main files of the tree,
and last fragments that nothing includes. A file that one of them reads is not read again alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from upstreamlint.files.kinds import Kind
from upstreamlint.files.readable import Files
from upstreamlint.graph.problems import Problem, SyntaxProblem, TemplateProblem
from upstreamlint.graph.unparsed import conflict
from upstreamlint.programs.nginx.installation.container import installed
from upstreamlint.programs.nginx.instance import OF_IMAGE, Flavour, NginxInstance, version
from upstreamlint.programs.nginx.language.directives import is_directive
from upstreamlint.programs.nginx.language.include import holds_main
from upstreamlint.programs.nginx.language.syntax import read, whole
from upstreamlint.programs.nginx.model import Config
from upstreamlint.programs.nginx.model import load as load_config
from upstreamlint.programs.reading import Found, Run
from upstreamlint.settings.config import Config as Settings
from upstreamlint.source import Anchor, Source
from upstreamlint.values import replace

CYCLE = "this file includes itself"


def load(run: Run) -> Found:
    """Every nginx of the run with its upstreams."""
    found = list(instances(run))
    return Found(
        resources=(*found, *(upstream for proxy in found for upstream in proxy.config.upstreams)),
        problems=tuple(problems(found)),
        sources=tuple(sources(found)),
    )


def instances(run: Run) -> Iterator[NginxInstance]:
    """Every nginx of the run."""
    told = _told(run.config)
    taken: set[str] = set()
    for container in run.containers:
        instance = installed(container, run.files)
        if instance is not None:
            taken.update(_paths(instance.config), instance.rendered)
            yield told(instance)
    yield from (told(i) for i in _alone([p for p in run.paths_of(Kind.NGINX) if p not in taken], run.files))


def problems(found: Sequence[NginxInstance]) -> Iterator[Problem]:
    """What is wrong with the texts themselves, each fault once."""
    seen: set[tuple[str, int, str]] = set()
    for instance in found:
        for fault in instance.config.faults:
            key = (fault.anchor.source.path, fault.anchor.start, fault.message)
            if fault.message != CYCLE and key not in seen:
                seen.add(key)
                yield SyntaxProblem(fault.anchor, fault.message, fault.related)
        if instance.config.templated:
            yield from _templates(instance.config, seen)


def _templates(config: Config, seen: set[tuple[str, int, str]]) -> Iterator[Problem]:
    for fragment in config.fragments:
        key = (fragment.source.path, 0, "template")
        if key not in seen and read(fragment).templated:
            seen.add(key)
            text = "this is a template that was not rendered, so nothing in it is checked"
            yield TemplateProblem(Anchor(fragment.source, 0, 2), text)


def sources(found: Sequence[NginxInstance]) -> Iterator[Source]:
    """The files that were read, each once."""
    seen: set[str] = set()
    for instance in found:
        for fragment in instance.config.fragments:
            if fragment.source.path not in seen and fragment.source.path != OF_IMAGE:
                seen.add(fragment.source.path)
                yield fragment.source


def _paths(config: Config) -> set[str]:
    return {f.source.path for f in config.fragments}


def _told(settings: Settings) -> Callable[[NginxInstance], NginxInstance]:
    """Put the version and flavour that the user gave in place of what an image tells."""

    def told(instance: NginxInstance) -> NginxInstance:
        if settings.nginx_version:
            instance = replace(instance, version=version(settings.nginx_version))
        return replace(instance, flavour=Flavour(settings.flavour)) if settings.flavour else instance

    return told


def _is_foreign(config: Config) -> bool:
    """Whether a text only looks like nginx: it has faults, and most of its words mean nothing to nginx."""
    if not config.faults or any(conflict(f.source) is not None for f in config.fragments):
        return False
    names = [d.name.value for _, scope in config.scopes for d in scope.directives]
    return sum(1 for name in names if not is_directive(name)) * 2 > len(names)


def _alone(paths: Sequence[str], files: Files) -> Iterator[NginxInstance]:
    """Main files of the tree, then what none of them includes."""
    found = [s for p in paths if (s := files.source(p)) is not None]
    configs = {s.path: load_config(s, files) for s in found if holds_main(read(whole(s)).directives)}
    known = {p for config in configs.values() if not _is_foreign(config) for p in _paths(config)}
    # What they include is no main file, unless it includes one.
    found = [s for s in found if s.path in configs or s.path not in known or "include" in s.text]
    configs |= {s.path: load_config(s, files) for s in found if s.path not in configs}
    mains = [s for s in found if not configs[s.path].fragment and not _is_foreign(configs[s.path])]
    included = {p for s in mains for p in _paths(configs[s.path]) if p != s.path}
    for source in mains:
        yield NginxInstance(config=configs[source.path], complete=configs[source.path].complete)
    rest = [
        s
        for s in found
        if configs[s.path].fragment and s.path not in included and not _is_foreign(configs[s.path])
    ]
    inner = {p for s in rest for p in _paths(configs[s.path]) if p != s.path}
    for source in rest:
        if source.path not in inner:
            yield NginxInstance(config=configs[source.path])
