"""Builds kustomizations with `kubectl kustomize` or `kustomize build`, and nothing but builds them.

The renderer gets a wrapper in a private folder that asks for the origin of every object. It never gets
plugins, Helm, the network or a wider load restrictor, and no program is on its path.
"""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from upstreamlint import patterns
from upstreamlint.files import asked
from upstreamlint.render.veil import veiled
from upstreamlint.values import NamedTuple

TIMEOUT = 60.0
"""Seconds that one root may take."""

MAX_OUTPUT = 64_000_000
"""More text than this is no configuration that anybody meant."""

_WRAPPER = "kustomization.yaml"
_RECURSED = patterns.compile(r"recursed accumulation of path '[^']{0,4096}': ")


class Built(NamedTuple):
    """What a renderer made of a root: the text, or why there is none in the renderer's words.

    `wrapper` is the folder that paths in the text are relative to, `mirror` the folder that holds copies of what was
    built, if it was not built from the files themselves.
    """

    text: str
    error: str
    wrapper: str
    mirror: str = ""


def veil(built: Built) -> Built:
    """A build without the values of its Secrets."""
    return built._replace(text=_BETWEEN.join(map(veiled, built.text.split(_BETWEEN))))


_BETWEEN = "\n---\n"


def command() -> list[str] | None:
    """The renderer at hand: the one beside this interpreter, then one on the path."""
    own = os.path.join(sysconfig.get_path("scripts"), f"kubectl{asked.ENDING}")
    if asked.program(own):
        return [own, "kustomize"]
    kustomize = asked.on_path("kustomize")
    if kustomize is not None:
        return [kustomize, "build"]
    kubectl = asked.on_path("kubectl")
    return [kubectl, "kustomize"] if kubectl is not None else None


class Root(NamedTuple):
    """The folder of a kustomization, and what is laid over all of it: fields of a kustomization, as JSON."""

    folder: str
    over: tuple[tuple[str, str], ...] = ()


def build(program: Sequence[str], roots: Sequence[Root], jobs: int = 0) -> list[Built]:
    """Build roots, several at a time; the results are in their order."""
    if not roots:
        return []
    with tempfile.TemporaryDirectory(prefix="upstreamlint-") as private:
        base = os.path.realpath(private)
        with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
            return list(pool.map(lambda item: _build(program, item[1], base, item[0]), enumerate(roots)))


def _build(program: Sequence[str], wanted: Root, base: str, number: int) -> Built:
    folder, over = wanted
    wrapper = os.path.join(base, str(number))
    try:
        os.mkdir(wrapper)
        root = os.path.relpath(os.path.realpath(folder), wrapper).replace(os.sep, "/")
        with open(os.path.join(wrapper, _WRAPPER), "w", encoding="utf-8") as stream:
            json.dump(
                {
                    "resources": [root],
                    "buildMetadata": ["originAnnotations", "transformerAnnotations"],
                    **{key: json.loads(value) for key, value in over},
                },
                stream,
            )
        done = subprocess.run(  # noqa: S603 (the program is the renderer, its argument our own folder)
            [*program, wrapper],
            capture_output=True,
            check=False,
            cwd=wrapper,
            env=_environment(base),
            stdin=subprocess.DEVNULL,
            timeout=TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        asked.chance()
        return Built("", f"it took longer than {TIMEOUT:.0f} seconds", wrapper)
    except (OSError, ValueError) as error:
        asked.chance()
        return Built("", f"the renderer does not run: {error}", wrapper)
    if done.returncode != 0:
        return Built("", _words(done.stderr.decode("utf-8", "replace"), folder), wrapper)
    if len(done.stdout) > MAX_OUTPUT:
        return Built("", f"it renders more than {MAX_OUTPUT // 1_000_000} MB", wrapper)
    return Built(done.stdout.decode("utf-8", "replace"), "", wrapper)


def _environment(home: str) -> dict[str, str]:
    """No program, cluster, plugin or proxy of the user's is in reach."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    return {
        **kept,
        "PATH": "",
        "HOME": home,
        "XDG_CONFIG_HOME": home,
        "KUBECONFIG": os.devnull,
        "LC_ALL": "C",
    }


def _words(text: str, folder: str) -> str:
    """A renderer's error in one line, without what it says of the wrapper."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("# Warning")]
    words = " ".join(" ".join(lines).split()).removeprefix("error: ").removeprefix("Error: ")
    words = _RECURSED.split(words, maxsplit=1)[-1] or words
    real = os.path.realpath(folder)
    words = words.replace(real + "/", "").replace(real, ".")
    return words[:_LONGEST] or "it failed without a word"


_LONGEST = 400
