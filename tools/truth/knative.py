"""Ask the webhook of Knative Serving about changed objects, and write down what it says: `python tools/truth/knative.py` (needs `go`).

Its validation is used as a library, from the module that `admission/knative/go.mod` names. Every object of
`tests/truth/knative/objects.yaml` is accepted, and each is changed at every place (`changes`). All that the linter says
otherwise is printed.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from admit import bare, said, server
from changes import changes

from upstreamlint.documents import Mapping
from upstreamlint.model.kubernetes.meta import meta_of
from upstreamlint.readers import yaml as reader
from upstreamlint.refusal.check import refusals
from upstreamlint.source import Source

TRUTH = Path(__file__).resolve().parents[2] / "tests" / "truth" / "knative"
ACCEPTED, MISSED, OTHERS = -1, -2, -3
"""What is recorded of a change: that it is accepted, or refused and not told, or by others; else the number of the words."""
JUDGE = "the webhook of Knative"
DECODING = "mutation failed: cannot decode incoming new object: "
"""What the webhook says before the words of the decoder, which are all that the library says."""


def objects() -> list[dict[str, Any]]:
    """The objects that the webhook accepts."""
    return list(yaml.safe_load_all((TRUTH / "objects.yaml").read_text("utf-8")))


def texts(thing: dict[str, Any]) -> Iterator[str]:
    """An object, and what it becomes by each change."""
    yield json.dumps(thing)
    yield from map(json.dumps, changes(thing))


def told(text: str) -> frozenset[str]:
    """What the linter says that the webhook says; `*` stands for what others refuse before it is asked."""
    root = reader.read(Source("app.yaml", text)).documents[0].root
    meta = meta_of(root, ".") if isinstance(root, Mapping) else None
    if meta is None or not isinstance(root, Mapping):
        return frozenset("*")
    found = refusals(meta, root)
    return frozenset(bare(r.said).removeprefix(DECODING) if r.judge == JUDGE else "*" for r in found)


def record() -> dict[str, Any]:
    """What is in the record, read."""
    with gzip.open(TRUTH / "verdicts.json.gz", "rt", encoding="utf-8") as stream:
        return dict(json.load(stream))


def main() -> None:
    """Write the record, and print how far the linter agrees."""
    ask, table, rows = server("knative"), dict[str, int](), []
    counts = Counter[str]()
    for thing in objects():
        row = []
        for text in texts(thing):
            answer, mine = ask(text), told(text)
            words = {word for _, word in said(answer)} if answer["verdict"] != "accepted" else set()
            same = sorted(words & mine)
            if not words:
                row.append(ACCEPTED)
                counts["false" if mine - {"*"} else "accepted"] += 1
                if mine - {"*"}:
                    print("false:", mine, text)
            elif same:
                row.append(table.setdefault(same[0], len(table)))
                counts["in the webhook's words"] += 1
            else:
                row.append(OTHERS if mine else MISSED)
                counts["refused by others" if mine else "missed"] += 1
                if not mine:
                    print("missed:", answer.get("causes") or answer.get("said"))
        rows.append(row)
    content = json.dumps({"said": list(table), "objects": rows}, ensure_ascii=False, separators=(",", ":"))
    (TRUTH / "verdicts.json.gz").write_bytes(gzip.compress(content.encode(), mtime=0))
    print(dict(counts))


if __name__ == "__main__":
    main()
