"""Which tunnel connectors run, and what each of them reads: a mounted file, or a ConfigMap in a pod."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from upstreamlint import documents
from upstreamlint.containers import structured
from upstreamlint.containers.container import Container
from upstreamlint.containers.tree import Tree
from upstreamlint.documents import Scalar
from upstreamlint.programs.connectors.model import Connector, Program, holds_rules, program_of, rules_of
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor

_CHOSEN = {
    Program.CLOUDFLARED: re.compile(r"--config[= ]+(\S+)"),
    Program.POMERIUM: re.compile(r"--?config[= ]+(\S+)"),
    Program.TELEPORT: re.compile(r"(?:--config[= ]+|-c[= ]*)(\S+)"),
    Program.TRAEFIK: re.compile(r"--providers\.file\.(?:filename|directory)=(\S+)", re.IGNORECASE),
}
"""The argument that names the file, or the folder."""
_VARIABLES = {
    Program.CLOUDFLARED: ("TUNNEL_CONFIG",),
    Program.TAILSCALE: ("TS_SERVE_CONFIG",),
    Program.TRAEFIK: ("TRAEFIK_PROVIDERS_FILE_FILENAME", "TRAEFIK_PROVIDERS_FILE_DIRECTORY"),
}
_TOKEN = re.compile(r"--token(?:-file)?\b|\brun-service\b")
_ASKED = frozenset({Program.TAILSCALE, Program.TRAEFIK})
"""Programs that read no such file unless they are told its path."""


def connectors(resources: Sequence[object]) -> Iterator[Connector]:
    """Every connector of the run whose rules are known."""
    for container in (r for r in resources if isinstance(r, Container)):
        program = program_of(container.image.value) if container.image is not None else None
        if program is None:
            continue
        words = " ".join(w.value for w in container.words)
        environment = {name: value.value for name, value in container.environment.items()}
        for roots, complete in _read(program, container.files, words, environment):
            yield Connector(
                program=program,
                rules=rules_of(program, roots),
                anchor=Anchor(roots[0].source, roots[0].start, roots[0].start),
                service=container.service,
                project=container.project,
                workload=container.workload,
                container=container.part,
                complete=complete and not container.incomplete,
            )


def _read(
    program: Program, tree: Tree, words: str, environment: Mapping[str, str]
) -> Iterator[tuple[list[documents.Mapping], bool]]:
    """The documents that a program reads, those that it puts together in one, and whether they are whole."""
    if program is Program.CLOUDFLARED and (_TOKEN.search(words) or "TUNNEL_TOKEN" in environment):
        return  # The rules of a tunnel that is managed remotely come from there.
    chosen = _chosen(program, tree, words, environment)
    if not chosen and program in _ASKED:
        return
    roots: list[documents.Mapping] = []
    # What is put there and is neither YAML nor JSON may be the rest.
    known = not any(
        _is_chosen(layer.target, chosen) and tree.unknown(layer.target) for layer in tree.layers
    ) and not any(_is_chosen(path, chosen) for path, _ in tree.walk("/", (".toml",), levels=2))
    for path, fragment in _texts(tree):
        if not _is_chosen(path, chosen):
            continue
        plain = "{{" not in fragment.text and "{%" not in fragment.text
        root = structured.root(fragment)
        known = known and plain and root is not None
        if root is not None and holds_rules(program, root):
            if program is not Program.TRAEFIK:
                yield [root], plain
            roots.append(root)
    if program is Program.TRAEFIK and roots:
        yield roots, known


def _texts(tree: Tree) -> Iterator[tuple[str, Fragment]]:
    """The YAML and JSON files that a container is given, the nearest folders looked into."""
    return tree.walk("/", (".yml", ".yaml", ".json"), levels=2)


def _is_chosen(path: str, chosen: Sequence[str]) -> bool:
    return not chosen or any(path == c or path.startswith(c.rstrip("/") + "/") for c in chosen)


def _chosen(program: Program, tree: Tree, words: str, environment: Mapping[str, str]) -> list[str]:
    pattern = _CHOSEN.get(program)
    found = [m.strip("\"'") for m in pattern.findall(words)] if pattern else []
    found += [environment[v] for v in _VARIABLES.get(program, ()) if environment.get(v)]
    if program is Program.TRAEFIK and not found:
        for _, fragment in _texts(tree):
            root = (
                structured.root(fragment)
                if "file" in fragment.text and "providers" in fragment.text
                else None
            )
            for key in ("filename", "directory"):
                named = root.at("providers", "file", key) if root is not None else None
                if isinstance(named, Scalar):
                    found.append(named.value)
    return [posixpath.normpath(path) for path in found if path.startswith("/")]
