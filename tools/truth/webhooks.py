"""Ask the webhooks of controllers about changed objects, and write down what they say: `python tools/truth/webhooks.py [NAME…]` (needs `go`).

Their validation is used as a library, from the modules that `admission/NAME/go.mod` names, or `inside` such a module where it keeps it to
itself. Every object of `tests/truth/NAME/objects.yaml` is accepted, and each is changed at every place (`changes`). All that the linter
says otherwise is printed.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
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

TRUTH = Path(__file__).resolve().parents[2] / "tests" / "truth"
ACCEPTED, MISSED, OTHERS = -1, -2, -3
"""What is recorded of a change: that it is accepted, or refused and not told, or by others; else the number of the words."""


@dataclass(frozen=True)
class Webhook:
    """A webhook: its folder, what the linter calls it, and what it says before the words of its decoder, which are all that the library says."""

    name: str
    judge: str
    decoding: str = ""

    def objects(self) -> list[dict[str, Any]]:
        """The objects that it accepts."""
        return list(yaml.safe_load_all((TRUTH / self.name / "objects.yaml").read_text("utf-8")))

    def told(self, text: str) -> frozenset[str]:
        """What the linter says that it says; `*` stands for what others refuse before it is asked."""
        root = reader.read(Source("app.yaml", text)).documents[0].root
        meta = meta_of(root, ".") if isinstance(root, Mapping) else None
        if meta is None or not isinstance(root, Mapping):
            return frozenset("*")
        found = refusals(meta, root)
        return frozenset(
            bare(r.said).removeprefix(self.decoding) if r.judge == self.judge else "*" for r in found
        )

    def record(self) -> dict[str, Any]:
        """What is in the record, read."""
        with gzip.open(TRUTH / self.name / "verdicts.json.gz", "rt", encoding="utf-8") as stream:
            return dict(json.load(stream))


WEBHOOKS = (
    Webhook("knative", "the webhook of Knative", "mutation failed: cannot decode incoming new object: "),
    Webhook("cert_manager", "the webhook of cert-manager"),
    Webhook("f5_nginx", "the NGINX Ingress Controller"),
)


def texts(thing: dict[str, Any]) -> Iterator[str]:
    """An object, and what it becomes by each change."""
    yield json.dumps(thing)
    yield from map(json.dumps, changes(thing))


def write(webhook: Webhook) -> None:
    """Write the record of a webhook, and print how far the linter agrees."""
    ask, table, rows = server(webhook.name), dict[str, int](), []
    counts = Counter[str]()
    for thing in webhook.objects():
        row = []
        for text in texts(thing):
            answer, mine = ask(text), webhook.told(text)
            words = {bare(word) for _, word in said(answer)} if answer["verdict"] != "accepted" else set()
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
    path = TRUTH / webhook.name / "verdicts.json.gz"
    path.write_bytes(gzip.compress(content.encode(), mtime=0))
    print(webhook.name, dict(counts))


def main() -> None:
    """Write the records of the webhooks that are named, or of all."""
    for webhook in WEBHOOKS:
        if webhook.name in (sys.argv[1:] or [webhook.name]):
            write(webhook)


if __name__ == "__main__":
    main()
