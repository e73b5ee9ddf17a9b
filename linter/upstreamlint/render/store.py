"""What earlier runs have rendered, by the content of everything that went into it.

Only documents that are read are kept; Secrets never are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from upstreamlint.files import asked, cache
from upstreamlint.files.readable import Files, parent
from upstreamlint.releases.unnamed import RELEASE
from upstreamlint.render import helm
from upstreamlint.render.helm_held import Held
from upstreamlint.render.kustomize import Built
from upstreamlint.render.reach import Reach, kustomizations_in

_FORMAT = "9"
_KUSTOMIZE = "kustomize"
_HELM = "helm"


def key(reach: Reach, program: Sequence[str], files: Files, over: Sequence[tuple[str, str]] = ()) -> str:
    """A name for all that a build depends on: the renderer, where the root is, each file that it reads, what is laid over."""
    parts = [_FORMAT, *program, asked.program(program[0]), asked.real(reach.folder)]
    parts += [text for field in over for text in field]
    parts += [f"{cut.path}:{cut.start}" for cut in reach.cuts]
    folders = map(parent, reach.kustomizations)
    parts += [path for folder in folders for path in kustomizations_in(folder, files)]
    for path in sorted(reach.files):
        source = files.source(path)
        parts += [asked.real(path), _binary(path) if source is None else source.text]
    return asked.digest(json.dumps(parts).encode())


def _binary(path: str) -> str:
    try:
        return asked.digest(asked.content(path, cache.LARGEST))
    except OSError:
        return ""


def load(name: str) -> Built | None:
    """What was built under a name."""
    match cache.load(_KUSTOMIZE, name):
        case {"text": str(text), "wrapper": str(wrapper), "mirror": str(mirror)}:
            return Built(text, "", wrapper, mirror)
    return None


def save(name: str, built: Built, wanted: Callable[[str], bool]) -> None:
    """Keep a build for later runs."""
    text = "\n---\n".join(part for part in built.text.split("\n---\n") if wanted(part))
    cache.save(_KUSTOMIZE, name, {"text": text, "wrapper": built.wrapper, "mirror": built.mirror})


def chart_key(program: Sequence[str], held: Held, request: helm.Request) -> str | None:
    """A name for all that a rendered chart depends on; nothing when a file of it cannot be told from others."""
    if not all(content for _, content in held.files):
        return None
    parts = [_FORMAT, *helm.version(program), RELEASE, *request[1:], *held.files]
    return asked.digest(json.dumps(parts).encode())


def load_chart(name: str, folder: str) -> helm.Chart | None:
    """What a chart in a folder was rendered to under a name."""
    match cache.load(_HELM, name):
        case {
            "templates": dict(texts),
            "missing": list(names),
            "library": bool(library),
            "wanting": str(wanting),
            "error": str(error),
        } if all(isinstance(text, str) for text in (*texts, *texts.values(), *names)):
            return helm.Chart(
                folder=folder,
                templates=texts,
                missing=tuple(names),
                library=library,
                wanting=wanting,
                error=error,
            )
    return None


def save_chart(name: str, chart: helm.Chart) -> None:
    """Keep what a chart was rendered to, or Helm's error, but for what may hold Secrets."""
    if chart.passing or any(map(helm.may_hold_secrets, chart.templates.values())):
        return
    texts = dict(chart.templates)
    kept = {
        "templates": texts,
        "missing": chart.missing,
        "library": chart.library,
        "wanting": chart.wanting,
        "error": chart.error,
    }
    cache.save(_HELM, name, kept)
