"""Hosts in ConfigMaps: whoever takes one is in its namespace, and dials from there.

Values are looked at where no workload of these files takes the ConfigMap: those that applications of other repositories share
stand so. Files in one are looked at line by line, as long as their program is none whose language is read: targets, data sources,
settings. What dials is not known: only a slip of the hand, and a port that the Service of the name has not, are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Caller, Dial, Purpose, spoken
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Facet, Judgement
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.pods.hosts import NamedHost, hosts_in, is_slip
from upstreamlint.graph.references import Reference
from upstreamlint.graph.references import is_slip as is_near
from upstreamlint.model.kubernetes import ConfigMap, Service, Workload
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.numerals import decimal
from upstreamlint.places.address import NETWORKS, is_loopback
from upstreamlint.places.pods.dns import cluster_name
from upstreamlint.readers.fragment import embedded
from upstreamlint.source import Anchor
from upstreamlint.values import replace


def link(index: Index) -> Iterator[Reference]:
    """What contradicts the Services beside each ConfigMap that nobody here takes."""
    maps = [m for m in index.of(ConfigMap) if not m.meta.patched]
    if not maps or not index.of(Service):
        return
    takers = _takers(index)
    for held in maps:
        for key, entry in held.data.items():
            if isinstance(entry.value, Scalar) and _is_file(key, entry.value.value):
                yield from _of_file(index, held, key, entry.value)
        spaces = takers.get(held.meta.name.value, ())
        if any(same_namespace(space, held.meta.namespace) for space in spaces):
            continue
        for key, entry in held.data.items():
            if isinstance(entry.value, Scalar) and "\n" not in entry.value.value:
                for named in hosts_in(key, entry.value.value):
                    yield from _told(index, held, key, entry.value.anchor, named)


def _takers(index: Index) -> dict[str, set[str]]:
    """The namespaces of the workloads that take a ConfigMap, by its name."""
    found: dict[str, set[str]] = {}
    for workload in index.of(Workload):
        for name in _taken(workload):
            found.setdefault(name.value, set()).add(workload.meta.namespace)
    return found


def _taken(workload: Workload) -> Iterator[Scalar]:
    """The ConfigMaps that pods name, whether they can do without or not."""
    yield from (v.config_map for v in workload.template.volumes)
    for container in workload.containers:
        yield from container.env_from
        yield from (k.config_map for k in container.env_keys)


_PROGRAMS = ("nginx", "caddy", "haproxy", "envoy", "traefik", "httpd", "apache", "cloudflared", "oauth2")
_ENDINGS = (".sh", ".py", ".js", ".sql", ".json", ".lua", ".tpl", ".template", ".rules")
"""Keys of files that programs are read for, and of scripts, dashboards and templates."""
_TEXTS = patterns.compile(r"\A#!|\{\{|_pass\b|^static_resources:|^frontend ", re.MULTILINE)
_LINE = patterns.compile(r"^(?![ \t]*(?:#|//|;|--)).*:\d{2}.*$", re.MULTILINE)
_ADDRESS = patterns.compile(
    r"(?<![\w.@/${}-])(?:(?P<scheme>[a-z][a-z0-9+]{0,20})://)?(?P<host>[a-z](?:[a-z0-9.-]{0,250}[a-z0-9])?):(?P<port>\d{2,5})(?![\w.:-])"
)
_LONGEST = 65_536
_LEAST = 80
"""Smaller numbers behind a colon are versions and times."""


def _is_file(key: str, text: str) -> bool:
    """Whether a value is a file whose addresses are looked for."""
    if "\n" not in text or len(text) > _LONGEST:
        return False
    name = key.lower()
    if name.endswith(_ENDINGS) or any(program in name for program in _PROGRAMS):
        return False
    return _TEXTS.search(text) is None


def _of_file(index: Index, held: ConfigMap, key: str, value: Scalar) -> Iterator[Reference]:
    """The addresses of a file that contradict the Services; a bare pair counts where it misses by little, or others are right."""
    text = embedded(value)
    told: list[tuple[Judgement, bool]] = []
    right = 0
    for line in _LINE.finditer(text.text):
        for match in _ADDRESS.finditer(text.text, line.start(), line.end()):
            port = decimal(match["port"]) or 0
            if port < _LEAST:
                continue
            scheme = match["scheme"] or ""
            named = NamedHost(match["host"], port, certain=True, scheme=scheme)
            place = text.place(*match.span("host"))
            found = list(_judged(index, held, key, place, named))
            right += any(f.facet is Facet.PORT and not f.broken for f in found)
            told += [(f, bool(scheme)) for f in found]
    for one, is_url in told:
        if one.verdict is Verdict.NEAR_MISS and is_slip(one) and _has_port(index, held, one):
            yield replace(one, certain=True)
        elif one.facet is Facet.PORT and one.verdict is Verdict.CONFLICT:
            near = is_near(one.number or 0, one.near)
            if is_url or near or right:
                yield replace(one, certain=is_url or near)


def _has_port(index: Index, held: ConfigMap, found: Judgement) -> bool:
    """Whether the Service that was meant has the port that is dialled."""
    name, _, rest = found.near[0].instead.partition(".")
    namespace = rest.partition(".")[0] or held.meta.namespace
    there = index.services(name, namespace, held.meta.folder)
    return found.number is not None and any(s.port(found.number) is not None for s in there)


def _told(index: Index, held: ConfigMap, key: str, place: Anchor, named: NamedHost) -> Iterator[Reference]:
    """What contradicts the Services in a value."""
    for found in _judged(index, held, key, place, named):
        slip = found.verdict is Verdict.NEAR_MISS and is_slip(found)
        if slip or (found.facet is Facet.PORT and found.verdict is Verdict.CONFLICT):
            yield replace(found, certain=True)


def _judged(index: Index, held: ConfigMap, key: str, place: Anchor, named: NamedHost) -> Iterator[Judgement]:
    if not named.certain or named.host in NETWORKS or is_loopback(named.host):
        return
    if cluster_name(index, held.meta, named.host) is None:
        return
    dial = Dial(
        caller=Caller(program=f"`ConfigMap/{held.meta.name}`", cluster=held.meta, resident=True),
        owner=held,
        route=None,
        host=named.host,
        host_anchor=place,
        port=named.port,
        port_anchor=place,
        share=None,
        purpose=Purpose.WRITTEN,
        variable=key,
        **spoken(named.scheme),
    )
    yield from (found for found in judge(index, dial) if isinstance(found, Judgement))
