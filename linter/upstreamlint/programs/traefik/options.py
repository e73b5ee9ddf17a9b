"""What Traefik refuses of its static configuration: one option that it does not know, and it does not start.

Of a file, and of variables, it takes what it knows at the top, and passes the rest over without a word (paerser, file/file_node.go, env/env.go).

After pkg/config/static and pkg/cli/deprecation.go of 3.7, and the options of 2.11; measured on 3.7. A word that is like no
option is left alone: a later release may have it.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.graph.likeness import near_names
from upstreamlint.programs.traefik.tables import Fields, options
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.readers.fault import Fault

_OLD = patterns.compile(
    r"(?:pilot|hub|experimental\.(?:http3|hub)|providers\.(?:marathon|rancher|docker\.swarmmode\w*|(?:consul|consulcatalog|nomad)\.namespace)"
    r"|tracing\.(?:jaeger|zipkin|datadog|instana|haystack|elastic|spannamelimit)|metrics\.(?:influxdb|opentelemetry)"
    r"|[\w.*]+\.tls\.caoptional)(?:\.|\Z)"
)
"""Options of 2.11 that 3 has no more."""
_GONE = patterns.compile(
    r"(?:pilot|experimental\.http3|providers\.(?:marathon|rancher|docker\.swarmmode)|tracing\.(?:jaeger|zipkin|datadog|instana|haystack|elastic))(?:\.|\Z)"
)
"""Those of them for which 3 does not start."""
_FIRST = frozenset(
    {
        "acme",
        "acmelogging",
        "consul",
        "defaultentrypoints",
        "docker",
        "file",
        "kubernetes",
        "loglevel",
        "traefiklog",
        "web",
    }
)
"""Options of Traefik 1, which no later release knows."""
_FREE = ("plugins", "localplugins", "docker.constraints")
_THIRD = 3
_DEEPEST = 8
_ADDRESS = patterns.compile(r"\d+\Z")


def refused(root: Node | None, release: int | None, *, flags: bool) -> Iterator[Fault]:
    """Why a Traefik does not start with a tree of options; `flags` says that they stand on its command line."""
    if isinstance(root, Mapping):
        yield from _level(root, "", release, flags=flags, depth=0)
        yield from _addresses(root)


def passed_over(root: Node | None, *, flags: bool) -> Iterator[Fault]:
    """What stands at the top of a file, or in a variable, that must be meant for an option."""
    known = options()[""]
    for entry in root if isinstance(root, Mapping) and not flags else ():
        name = entry.key.value.partition("[")[0].lower()
        gone = name in known or name == "configfile" or "$" in name or _OLD.match(name)
        if not gone and _meant(name, "", known, flags=False):
            yield _unknown(entry, known)


def _level(held: Node, path: str, release: int | None, *, flags: bool, depth: int) -> Iterator[Fault]:
    known = options().get(path)
    if isinstance(held, Sequence):
        for item in held.items:
            yield from _level(item, path, release, flags=flags, depth=depth)
        return
    if not isinstance(held, Mapping) or depth > _DEEPEST:
        return
    for entry in held:
        name = entry.key.value.partition("[")[0].lower()
        if (path == "" and name == "configfile") or "$" in name:
            continue
        at = f"{path}.{name}" if path else name
        if _OLD.match(at):
            if release == _THIRD and _GONE.match(at):
                yield Fault(entry.key.anchor, f"`{entry.key.value}` is no option of Traefik 3")
            continue
        if known is not None and name not in known:
            if (path or flags) and _meant(name, path, known, flags=flags):
                yield _unknown(entry, known)
            continue
        star = f"{path}.*"
        inner = (
            star if known is None and any(p == star or p.startswith(f"{star}.") for p in options()) else at
        )
        yield from _level(entry.value, inner, release, flags=flags, depth=depth + 1)


def _meant(name: str, path: str, known: Fields, *, flags: bool) -> bool:
    """Whether a word must be meant for an option: it is nearly one here, or one of another place."""
    if near_names(name, known.keys(), words=False) or (not path and name in _FIRST):
        return True
    # A file may hold more than Traefik reads there, such as anchors and the routers of another file.
    return flags and any(name in inner for inner in options().values())


def _unknown(entry: Entry, known: Fields) -> Fault:
    near = near_names(entry.key.value.lower(), known.keys(), words=False)
    hint = f"; `{near[0]}` is" if near else ""
    return Fault(entry.key.anchor, f"`{entry.key.value}` is no option here{hint}")


def _addresses(root: Mapping) -> Iterator[Fault]:
    """Entry points whose address is a port alone."""
    points = next((e.value for e in root if e.key.value.lower() == "entrypoints"), None)
    for point in points if isinstance(points, Mapping) else ():
        held = point.value if isinstance(point.value, Mapping) else ()
        for entry in held:
            written = entry.value
            if entry.key.value.lower() != "address" or not isinstance(written, Scalar) or is_unknown(written):
                continue
            if _ADDRESS.match(written.value):
                yield Fault(written.anchor, f"address `{written.value}`: missing port in address")
