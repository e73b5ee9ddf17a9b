"""Write what is generated: docs/rules/, the tables in docs/, the sample and the help in README.md, what rules read, constructors.

`python tools/docs.py` writes, `--check` says what is stale and exits 1.
"""

from __future__ import annotations

import difflib
import json
import re
import sys
from itertools import groupby
from pathlib import Path

import constructors
import reads
from click.testing import CliRunner
from picture import picture

from upstreamlint import rules, testing
from upstreamlint.cli.commands import cli
from upstreamlint.finding import Severity
from upstreamlint.formats import Format, Layout, render
from upstreamlint.formats.paint import COLOURED, PLAIN, Painter
from upstreamlint.model import manifest
from upstreamlint.programs.managed.kinds import kinds as managed_kinds
from upstreamlint.rules import Rule
from upstreamlint.run.result import Coverage, Result

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "docs" / "rules"
GROUPS = {
    "hops": "Hops between any two",
    "kubernetes": "Kubernetes",
    "gateway_api": "Gateway API",
    "istio": "Istio",
    "nginx": "nginx",
    "envoy": "Envoy",
    "proxies": "Caddy, HAProxy and Apache",
    "connectors": "Tunnel connectors",
    "traefik": "Traefik",
    "managed": "Proxies that controllers run",
    "compose": "Docker Compose",
    "policy": "Policies",
    "resilience": "Resilience",
    "input": "The files themselves",
}
SYMPTOMS = {
    "503": r"^503",
    "502": r"^502",
    "504 and time-outs": r"^504|times? out",
    "500": r"^500",
    "404": r"^404",
    "400 and 403": r"^40[03]",
    "The proxy does not start": r"(?i)^[\w ]*(?:does not start|crashes|reads nothing)",
    "`kubectl apply` fails": r"kubectl",
    "A name does not resolve": r"resolve|no such host",
    "A container does not start, or turns unhealthy": r"container|never starts|Compose|engine|one of them does not",
    "A connection is refused": r"refused",
    "Requests go astray": r"",
}
"""Kinds of answers, each with what is among them of what no earlier one took."""


def page(rule: Rule, known: dict[str, Rule]) -> str:
    """The page of a rule, with what it says of its first failing example."""
    parts = [
        f"# {rule.name}\n",
        f"{rule.severity} · {GROUPS.get(rule.group, rule.group)} · since {rule.since}\n",
        rule.doc.rstrip() + "\n",
    ]
    shown = report(rule, known)
    if shown:
        parts.append(f"## What it looks like\n\n```text\n{shown}\n```\n")
    parts.append(
        "## Silence it\n\n"
        f"Put `# upstreamlint: ignore[{rule.name}] reason` behind the line of any label, or on a line of its own\n"
        f"above the block; or set `severity: {{{rule.name}: off}}` in `upstreamlint.yaml`.\n"
    )
    return "\n".join(parts)


def report(rule: Rule, known: dict[str, Rule]) -> str:
    """The text report of a rule's findings in its first failing example."""
    for example in testing.examples(rule):
        if not example.fails:
            continue
        texts = {
            path: re.sub(r"[ \t]*# (?:error|warning|info): \[.*", "", text)
            for path, text in example.texts.items()
        }
        result = testing.check_texts(texts, known)
        own = tuple(d for d in result.diagnostics if d.rule == rule.name)
        text = render(Result(diagnostics=own, coverage=Coverage()), Format.TEXT, Layout())
        return text.rsplit("\n\n", 1)[0].rstrip()
    return ""


def index(known: dict[str, Rule]) -> str:
    """The table of all rules, by group."""
    order = list(GROUPS)
    ordered = sorted(known.values(), key=lambda r: (order.index(r.group) if r.group in order else 99, r.name))
    blocks = []
    for group, members in groupby(ordered, key=lambda r: r.group):
        rows = [f"| [{r.name}]({{base}}{r.name}.md) | {r.severity} | {r.summary} |" for r in members]
        head = f"### {GROUPS.get(group, group)}\n\n| rule | severity | fault |\n|---|---|---|"
        blocks.append("\n".join([head, *rows]))
    return "\n\n".join(blocks)


def symptoms(known: dict[str, Rule]) -> str:
    """What one sees, with the rules whose failing examples answer so, by kinds of answers."""
    found: dict[str, set[str]] = {}
    for rule in known.values():
        for example in testing.examples(rule):
            found_there = testing.check_texts(example.texts, known).diagnostics if example.fails else ()
            for one in found_there:
                if one.rule == rule.name and one.finding.symptom is not None:
                    seen = re.sub(r'(?<=upstream )"[^"]+"', '"…"', str(one.finding.symptom))
                    found.setdefault(seen, set()).add(rule.name)
    blocks = []
    for title, pattern in SYMPTOMS.items():
        rows = [seen for seen in sorted(found) if re.search(pattern, seen)]
        lines = [
            f"| {seen.replace('|', '&#124;')} | "
            + ", ".join(f"[{name}](rules/{name}.md)" for name in sorted(found.pop(seen)))
            + " |"
            for seen in rows
        ]
        blocks.append("\n".join([f"## {title}\n", "| you see | rules |", "|---|---|", *lines]))
    return "\n\n".join(blocks)


def kinds() -> str:
    """The kinds with a model of their own, by the group of their API."""
    groups: dict[str, list[str]] = {}
    for group, kind in manifest.MODELLED:
        groups.setdefault(group or "core", []).append(kind)
    for group, kind in managed_kinds():
        groups.setdefault(group, []).append(kind)
    rows = [f"| `{group}` | {', '.join(sorted(set(names)))} |" for group, names in sorted(groups.items())]
    return "\n".join(["| group | kinds |", "|---|---|", *rows])


def help_text() -> str:
    """What `upstreamlint check --help` prints."""
    outcome = CliRunner().invoke(cli, ["check", "--help"], prog_name="upstreamlint", terminal_width=100)
    return outcome.output.rstrip()


def configuration() -> str:
    """The keys of the configuration file, from its schema."""
    schema = json.loads(
        (ROOT / "linter" / "upstreamlint" / "settings" / "config.schema.json").read_text(encoding="utf-8")
    )
    rows = [f"| `{key}` | {value['description']} |" for key, value in schema["properties"].items()]
    return "\n".join(["| key | |", "|---|---|", *rows])


def sample(known: dict[str, Rule], painter: Painter = PLAIN) -> str:
    """What the program says of a part of the sample."""
    folder = ROOT / "examples" / "shop"
    names = ("compose.yaml", "proxy/shop.conf")
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in names}
    result = testing.check_texts(texts, known)
    errors = tuple(d for d in result.diagnostics if d.severity is Severity.ERROR)
    return render(Result(diagnostics=errors, coverage=result.coverage), Format.TEXT, Layout(painter)).rstrip()


def filled(text: str, name: str, body: str) -> str:
    """A text with what stands between the two markers of a name replaced."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
    return pattern.sub(lambda m: m.group(1) + body + m.group(2), text)


def generated() -> dict[Path, str]:
    """Every generated file with its content."""
    read = reads.found()
    known = rules.built_in(read)
    table = index(known)
    files = {RULES / f"{rule.name}.md": page(rule, known) for rule in known.values()}
    files[RULES / "README.md"] = (
        f"# Rules\n\n{len(known)} rules. `upstreamlint explain RULE` shows a page offline.\n\n"
        + table.replace("{base}", "")
        + "\n"
    )
    readme = ROOT / "README.md"
    text = filled(readme.read_text(encoding="utf-8"), "rules", summary(known))
    text = filled(text, "sample", f"```text\n{sample(known)}\n```")
    files[readme] = filled(text, "help", f"```text\n{help_text()}\n```")
    files[ROOT / "rules" / rules.BUILT_IN_PACKAGE / "reads.py"] = reads.written(read)
    files[ROOT / "linter" / "upstreamlint" / "constructors.py"] = constructors.written()
    settings = ROOT / "docs" / "configuration.md"
    files[settings] = filled(settings.read_text(encoding="utf-8"), "keys", configuration())
    start, seen, kubernetes = (ROOT / "docs" / f"{name}.md" for name in ("index", "symptoms", "kubernetes"))
    files[start] = filled(start.read_text(encoding="utf-8"), "sample", f"```text\n{sample(known)}\n```")
    files[seen] = filled(seen.read_text(encoding="utf-8"), "symptoms", symptoms(known))
    files[kubernetes] = filled(kubernetes.read_text(encoding="utf-8"), "kinds", kinds())
    files[ROOT / "docs" / "sample.svg"] = picture(
        sample(known, COLOURED), "What upstreamlint says of the sample"
    )
    return files


def summary(known: dict[str, Rule]) -> str:
    """How many rules there are of each group."""
    counts = [(title, sum(r.group == group for r in known.values())) for group, title in GROUPS.items()]
    rows = [f"| {title} | {count} |" for title, count in counts if count]
    return "\n".join(
        [
            "| about | rules |",
            "|---|---|",
            *rows,
            f"| all: [docs/rules](docs/rules/README.md) | {len(known)} |",
        ]
    )


def main(check: bool) -> int:
    """Write, or compare; the exit status."""
    files = generated()
    stale = 0
    for path, text in files.items():
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if before == text:
            continue
        stale += 1
        name = path.relative_to(ROOT)
        if check:
            lines = difflib.unified_diff(
                before.splitlines(), text.splitlines(), f"{name}", "generated", lineterm="", n=1
            )
            print("\n".join(list(lines)[:20]))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    gone = [p for p in RULES.glob("*.md") if p not in files]
    for path in gone:
        stale += 1
        if check:
            print(f"{path.relative_to(ROOT)}: no rule has this name")
        else:
            path.unlink()
    print(
        f"{stale} of {len(files)} generated files {'are stale: run python tools/docs.py' if check and stale else 'changed' if not check else 'are stale'}"
    )
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
