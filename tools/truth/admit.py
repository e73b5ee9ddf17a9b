"""Ask the real servers about changed objects, and write down what they say: `python tools/truth/admit.py` (needs `go`).

The API server's validation of built-in kinds, its admission of objects of definitions (schemas, lists, CEL), and
istiod's webhook are used as libraries, from the modules that `admission/*/go.mod` names; building them takes ten minutes.
Every object of `tests/truth/admission/objects.yaml` is accepted, and each is changed at every place (`changes`). What
is said of every fourth change is recorded, and all that the linter says otherwise is printed.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from changes import changes

from upstreamlint.documents import Mapping
from upstreamlint.model.kubernetes.meta import meta_of
from upstreamlint.readers import yaml as reader
from upstreamlint.refusal.at import At
from upstreamlint.refusal.check import refusals
from upstreamlint.refusal.partial import partial
from upstreamlint.source import Source

Ask: TypeAlias = Callable[[str], dict[str, Any]]

HERE = Path(__file__).parent / "admission"
TRUTH = Path(__file__).resolve().parents[2] / "tests" / "truth" / "admission"
CRDS = {
    "istio.io/api@v1.32.0": ("kubernetes",),
    "sigs.k8s.io/gateway-api@v1.6.3": ("config/crd/experimental", "config/crd/standard"),
    "github.com/traefik/traefik/v3@v3.7.13": ("docs/content/reference/dynamic-configuration",),
    "github.com/projectcontour/contour@v1.33.8": ("examples/contour",),
    "github.com/kedacore/keda/v2@v2.21.0": ("config/crd/bases",),
    "github.com/argoproj/argo-rollouts@v1.9.2": ("manifests/crds",),
    "github.com/fluxcd/flagger@v1.36.1": ("artifacts/flagger",),
    "github.com/envoyproxy/gateway@v1.9.1": ("charts/gateway-helm/charts/crds/crds/generated",),
    "github.com/cilium/cilium@v1.20.2": ("pkg/k8s/apis/cilium.io/client/crds/v2",),
}
"""The folders of definitions in modules, as `tools/schemas/distill.py` reads them."""
FOURTH = 4
ELSEWHERE = "`selector` does not match template `labels`"
"""What another rule says."""
_VALUE = re.compile(
    r'Invalid value: (?:(?:null|\{.*?\}|\[.*?\]|"(?:[^"\\]|\\.)*"|true|false|[-+0-9.e]+)(?:: )?)?'
)
_BUILT_IN = re.compile(r"v1|[a-z]+/v[0-9]|(?:networking|discovery)\.k8s\.io/v1")
_KEY = re.compile(r"\[([^\]0-9][^\]]*)\]")


@dataclass(frozen=True)
class Told:
    """What the linter says of a text: refusals, and fields that it says are dropped."""

    refused: tuple[tuple[str, str], ...]
    dropped: bool


def told(text: str) -> Told | None:
    """What the linter says that servers say of an object; nothing if it takes it for no whole one."""
    root = reader.read(Source("app.yaml", text)).documents[0].root
    meta = meta_of(root, ".") if isinstance(root, Mapping) else None
    if meta is None or not isinstance(root, Mapping):
        return None
    found = [r for r in refusals(meta, root) if not r.admitted and not r.unless]
    if not found and (partial(At(root), meta.kind, "app.yaml") or not root.get("spec")):
        return None
    return Told(tuple((r.path, r.said) for r in found if not r.ignored), any(r.ignored for r in found))


def bare(said: str) -> str:
    """What is said without the value that it is said of, which servers print in several ways."""
    return _VALUE.sub("", said).removeprefix("strict decoding error: ").strip()


def place(path: str) -> str:
    """A path with the keys of maps as fields."""
    return _KEY.sub(r".\1", path)


def objects() -> list[dict[str, Any]]:
    """The objects that the servers accept."""
    return list(yaml.safe_load_all((TRUTH / "objects.yaml").read_text("utf-8")))


def sample(number: int, thing: dict[str, Any]) -> Iterator[str]:
    """Every fourth change of an object."""
    for n, changed in enumerate(changes(thing)):
        if n % FOURTH == number % FOURTH:
            yield json.dumps(changed)


def record() -> dict[str, Any]:
    """What is in the record, read."""
    with gzip.open(TRUTH / "verdicts.json.gz", "rt", encoding="utf-8") as stream:
        return dict(json.load(stream))


def server(name: str, *arguments: str) -> Ask:
    """One of the programs in Go, built and started; one that needs what a module keeps to itself is built `inside` it."""
    built = Path(tempfile.gettempdir()) / f"upstreamlint-admission-{name}"
    if not built.exists():
        with tempfile.TemporaryDirectory() as folder:
            copied = Path(folder) / name
            within = HERE / name / "inside"
            if within.exists():
                sys.path.append(str(HERE.parents[1] / "schemas"))
                from modules import module

                shutil.copytree(module(within.read_text("utf-8").strip()), copied)
                subprocess.run(["chmod", "-R", "u+w", str(copied)], check=True)
                shutil.copytree(HERE / name, copied / "cmd" / "verdicts")
            else:
                shutil.copytree(HERE / name, copied)
            package = "./cmd/verdicts" if within.exists() else "."
            environment = {**os.environ, "GOFLAGS": "-mod=mod"}
            subprocess.run(
                ["go", "build", "-o", str(built), package], cwd=copied, env=environment, check=True
            )
    process = subprocess.Popen(
        [str(built), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    asked, answers = process.stdin, process.stdout
    if asked is None or answers is None:
        raise RuntimeError(f"{name} cannot be asked")

    def ask(text: str) -> dict[str, Any]:
        asked.write(json.dumps(text) + "\n")
        asked.flush()
        for line in answers:
            if line.startswith('{"verdict"'):
                return dict(json.loads(line))
        raise RuntimeError(f"{name} ended")

    return ask


def _crds() -> list[str]:
    found = []
    for name, folders in CRDS.items():
        with tempfile.TemporaryDirectory() as empty:
            command = ["go", "mod", "download", "-json", name]
            done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=empty)
        found += [str(Path(json.loads(done.stdout)["Dir"]) / folder) for folder in folders]
    return found


def said(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """The fields and words of an answer, several of istiod's apart."""
    causes = answer.get("causes") or [{"field": "", "said": answer.get("said", "")}]
    return [
        (place(cause["field"]), bare(line))
        for cause in causes
        for line in re.split(r"\n\t\* |\n", cause["said"])
        if line and not re.fullmatch(r"[0-9]+ errors? occurred:", line)
    ]


def _verdict(text: str, answer: dict[str, Any], counts: Counter[str]) -> tuple[str, str]:
    """A letter for an answer (accepted, refused, dropped, left to others), and the words that the linter has too."""
    mine = told(text)
    if answer["verdict"] == "accepted":
        counts["false" if mine is not None and (mine.refused or mine.dropped) else "accepted"] += 1
        return "a", ""
    words = said(answer)
    if mine is None or any(ELSEWHERE in w for _, w in words):
        counts["left to others"] += 1
        return "o", ""
    if not mine.refused and not mine.dropped:
        counts["missed"] += 1
        print("missed:", answer.get("causes") or answer.get("said"))
        return "o", ""
    counts["said"] += 1
    letter = "d" if not mine.refused else "r"
    known = {w for _, w in words}
    same = next((bare(s) for _, s in mine.refused if bare(s) in known), "")
    counts["in the server's words"] += bool(same) or letter == "d"
    return letter, same


def main() -> None:
    """Write the record, and print how far the linter agrees."""
    built_in, custom = server("kubernetes"), server("crds", *_crds())
    table: dict[str, int] = {}
    rows, counts = [], Counter[str]()
    for number, thing in enumerate(objects()):
        ask = built_in if _BUILT_IN.fullmatch(thing["apiVersion"]) else custom
        letters, words = "", []
        for text in sample(number, thing):
            letter, same = _verdict(text, ask(text), counts)
            letters += letter
            if letter == "r":
                words.append(table.setdefault(same, len(table)) if same else -1)
        rows.append({"verdicts": letters, "words": words})
    content = json.dumps({"said": list(table), "objects": rows}, ensure_ascii=False, separators=(",", ":"))
    (TRUTH / "verdicts.json.gz").write_bytes(gzip.compress(content.encode(), mtime=0))
    print(dict(counts))


if __name__ == "__main__":
    main()
