"""Renders Helm charts with Helm's engine: the `helm-python-sdk` extra, or the `helm` program.

Each chart is rendered by a process of its own, which has no cluster, no repository and no program in
reach. `lookup` finds nothing, as in `helm template`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from upstreamlint import patterns
from upstreamlint.files import asked, opener
from upstreamlint.files.readable import Files, join
from upstreamlint.readers import yaml
from upstreamlint.releases.unnamed import RELEASE
from upstreamlint.render.helm_kinds import kinds
from upstreamlint.render.helm_local import Local, named_place, place_of
from upstreamlint.render.veil import veiled
from upstreamlint.typed import Any
from upstreamlint.values import NamedTuple, field, frozen, replace

TIMEOUT = 60.0
"""Seconds that one release of a chart may take."""

UNPLACED = "default"
"""The namespace that Helm takes for a release of which nobody says another."""

_SOURCE = patterns.compile(r"^# Source: (\S+)[ \t]*\r?$", re.MULTILINE)
_LONGEST = 400


class Request(NamedTuple):
    """A chart's folder and what it is rendered with: all, beside the chart's files, that the outcome depends on.

    `values` are texts of values files, the weakest first, `set` expressions as for `--set`. An empty name or namespace
    is Helm's own.
    """

    folder: str
    name: str = ""
    namespace: str = ""
    values: tuple[str, ...] = ()
    set: tuple[str, ...] = ()


@frozen(kw_only=True)
class Chart:
    """A chart as rendered: its templates' output by their path in the chart, or an error in Helm's words.

    `missing` are dependencies that the chart has switched on and does not hold. `wanting` says, in Helm's words, why its
    values are not enough: placeholders stand in the place of those that it asks for. `passing` says that the error
    lies with the machine, and may not come again.
    """

    folder: str
    templates: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    library: bool = False
    wanting: str = ""
    error: str = ""
    passing: bool = False


def command() -> list[str] | None:
    """The engine at hand."""
    if importlib.util.find_spec("helm_python") is not None:
        return [sys.executable, "-P", "-m", "upstreamlint.render.helm_engine"]
    program = asked.on_path("helm")
    return [program] if program is not None else None


def version(program: Sequence[str]) -> list[str]:
    """What tells an engine from others."""
    if len(program) == 1:
        return [*program, asked.program(program[0])]
    found = importlib.util.find_spec("helm_python")
    library = os.path.dirname(os.path.dirname(found.origin)) if found and found.origin else ""
    installed = [name for name in asked.distributions(library) if name.startswith("helm_python")]
    here = os.path.dirname(__file__)
    ours = [asked.digest(opener.content(os.path.join(here, f"helm_{name}.py"))) for name in _ENGINE]
    return [library, *installed, *ours]


_ENGINE = ("engine", "lenient", "stubs", "archive", "kinds")
"""The modules on which it depends what a chart comes to."""


def outermost(charts: Sequence[str]) -> list[str]:
    """The charts that are no dependency in another's `charts` folder."""
    known = set(charts)
    return [c for c in charts if not any(_holds(chart, c) for chart in known if chart != c)]


def _holds(chart: str, other: str) -> bool:
    return other.startswith("charts/" if chart == "." else f"{chart}/charts/")


def render(program: Sequence[str], requests: Sequence[Request], jobs: int = 0) -> list[Chart]:
    """Render charts, several at a time; the results are in the order of the requests.

    A chart is loaded once for all that is asked of it.
    """
    if not requests:
        return []
    by_folder: dict[str, list[Request]] = {}
    for request in requests:
        by_folder.setdefault(request.folder, []).append(request)
    with (
        tempfile.TemporaryDirectory(prefix="upstreamlint-") as private,
        ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool,
    ):
        done = pool.map(lambda each: _render(program, each, private), by_folder.values())
        found = {folder: iter(charts) for folder, charts in zip(by_folder, done, strict=True)}
    return [next(found[request.folder]) for request in requests]


def _render(program: Sequence[str], requests: list[Request], private: str) -> list[Chart]:
    """What becomes of requests for one chart."""
    try:
        if len(program) == 1:
            return [_by_program(program[0], request, private) for request in requests]
        return _by_engine(program, requests, private)
    except subprocess.TimeoutExpired:
        asked.chance()
        error = f"it took longer than {TIMEOUT * len(requests):.0f} seconds"
    except (OSError, ValueError) as why:
        asked.chance()
        error = f"the engine does not run: {why}"
    return [Chart(folder=request.folder, error=error, passing=True) for request in requests]


def _by_engine(program: Sequence[str], requests: list[Request], private: str) -> list[Chart]:
    folder = requests[0].folder
    asked = {
        "chart": os.path.abspath(folder),
        "releases": [
            {
                "values": request.values,
                "set": request.set,
                "name": request.name or RELEASE,
                "namespace": request.namespace or UNPLACED,
            }
            for request in requests
        ],
    }
    path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = _run(program, private, json.dumps(asked), path, TIMEOUT * len(requests))
    if done.returncode != 0:
        return [Chart(folder=folder, error=_words(done.stderr)) for _ in requests]
    return [_answer(folder, answer) for answer in json.loads(done.stdout)]


def _answer(folder: str, answer: dict[str, Any]) -> Chart:
    if "error" in answer:
        return Chart(folder=folder, error=_words(answer["error"]))
    if "library" in answer:
        return Chart(folder=folder, library=True)
    templates = by_template(answer["templates"].items())
    missing, wanting = tuple(answer["missing"]), answer["wanting"]
    return Chart(
        folder=folder, templates=templates, missing=missing, wanting=_words(wanting) if wanting else ""
    )


def _by_program(program: str, request: Request, private: str) -> Chart:
    folder = request.folder
    arguments = [program, "template", request.name or RELEASE, os.path.abspath(folder)]
    arguments += ["--namespace", request.namespace or UNPLACED, "--api-versions", ",".join(kinds())]
    with tempfile.TemporaryDirectory(dir=private) as own:
        for number, text in enumerate(request.values):
            path = os.path.join(own, f"{number}.yaml")
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)
            arguments += ["--values", path]
        for expression in request.set:
            arguments += ["--set", expression]
        done = _run(arguments, private, "", {})
    if done.returncode != 0:
        return Chart(
            folder=folder, error=_words(done.stderr), library="library charts are not" in done.stderr
        )
    return Chart(folder=folder, templates=by_template(sections(done.stdout)))


def _run(
    arguments: Sequence[str],
    private: str,
    text: str,
    environment: Mapping[str, str],
    timeout: float = TIMEOUT,
) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    nowhere = {"PATH": "", "HOME": private, "XDG_CONFIG_HOME": private, "XDG_CACHE_HOME": private}
    return subprocess.run(  # noqa: S603 (the program is the engine, the chart's folder its argument)
        arguments,
        input=text,
        capture_output=True,
        check=False,
        cwd=private,
        encoding="utf-8",
        env={**kept, **nowhere, "KUBECONFIG": os.devnull, "LC_ALL": "C", **environment},
        errors="replace",
        timeout=timeout,
    )


def without(chart: Chart, wanted: Callable[[str], bool]) -> Chart:
    """A chart without the documents that nobody wants, and the values of Secrets; where one was, a template has still printed something."""
    return replace(chart, templates={path: _only(text, wanted) for path, text in chart.templates.items()})


def _only(text: str, wanted: Callable[[str], bool]) -> str:
    parts = ((part, wanted(part) or not part.strip(" \t\r\n-")) for part in yaml.parts(text))
    return "".join(veiled(part) or _LEFT_OUT if kept else _LEFT_OUT for part, kept in parts)


_LEFT_OUT = "---\n# left out\n"
_SECRETS = patterns.compile(r"^kind:[ \t]*[\"']?\w*List\b|^[ \t]*[{\[]", re.MULTILINE)


def may_hold_secrets(text: str) -> bool:
    """Whether Secrets may be among what stands in lists, or in JSON."""
    return "Secret" in text and _SECRETS.search(text) is not None


def sections(stream: str) -> list[tuple[str, str]]:
    """A stream cut where a `# Source:` comment names the file of what follows; what is before has no name."""
    marks = list(_SOURCE.finditer(stream))
    cuts = [(m.group(1), m.start()) for m in marks]
    if not cuts or stream[: cuts[0][1]].strip(" \t\r\n-"):
        cuts.insert(0, ("", 0))
    ends = [at for _, at in cuts[1:]] + [len(stream)]
    return [(name, stream[at:end]) for (name, at), end in zip(cuts, ends, strict=True)]


_MARKER = patterns.compile(r"^---(?=[A-Za-z])", re.MULTILINE)
"""Helm cuts a stream at `(?:^|\\s*\\n)---\\s*` (`pkg/releaseutil`), whatever follows: `{{- end -}}` may have eaten the line's end."""


def by_template(sources: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Outputs by the template's path below the chart's folder; a template may print several documents."""
    found: dict[str, str] = {}
    for name, written in sources:
        path, text = name.partition("/")[2], _MARKER.sub("---\n", written)
        found[path] = f"{found[path]}\n---\n{text}" if path in found else text
    return found


def template_of(folder: str, taken: Sequence[Local], path: str, files: Files) -> str:
    """The file of a template of a chart that takes others; the chart's own file when it is in an archive."""
    places = (place_of(folder, taken, path), named_place(folder, path, files))
    return next((place for place in places if files.is_file(place)), join(folder, "Chart.yaml"))


def _words(text: str) -> str:
    """An error in one line."""
    words = " ".join(text.split()).removeprefix("Error: ")
    return words[:_LONGEST] or "it failed without a word"
