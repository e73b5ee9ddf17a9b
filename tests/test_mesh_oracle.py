"""Recorded situations, and what the real control planes answered: each dead route is caught, each fine one left alone.

The answers are those of the EndpointSlice reconciler and of istiod's own generator for each situation.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from upstreamlint import rules, testing
from upstreamlint.finding import Severity
from upstreamlint.settings.config import Config

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "oracle" / "situations.jsonl.gz"
RULES = rules.load()
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

pytestmark = pytest.mark.skipif(not RECORDED.is_file(), reason="no recorded situations beside the repository")

EXPLAINED = {
    (
        201,
        "virtualservice-infra-vs-0-a.yaml",
        0,
    ): "the recording takes a container to listen on the ports that it "
    "declares alone; the probe and the Service agree on another, and a declaration is informational "
    "(Kubernetes API, `ContainerPort`)",
}
"""The disagreements that stay, each with its reason: seed, file, number of the rule."""


class Verdict(NamedTuple):
    """What one rule of a route came to: the flags of its dead answers, and what was said about it."""

    flags: frozenset[str]
    said: list

    @property
    def agrees(self):
        if not self.flags:
            return not any(d.severity is Severity.ERROR for d in self.said)
        flags = {d.finding.symptom.flag for d in self.said if d.finding.symptom is not None}
        return bool(flags & self.flags) or ("NL" in self.flags and bool(self.said))


def situations():
    with gzip.open(RECORDED, "rt") as lines:
        return [json.loads(line) for line in lines]


def span_of_rules(text):
    """The lines of each rule of a VirtualService or HTTPRoute."""
    spec = next(v for k, v in yaml.compose(text, Loader=LOADER).value if k.value == "spec")
    listed = next((v for k, v in spec.value if k.value in ("http", "rules")), None)
    return [
        range(n.start_mark.line + 1, max(n.end_mark.line + 1, n.start_mark.line + 2))
        for n in (listed.value if listed is not None else ())
    ]


def is_own(answer):
    """Whether a request was answered by the very rule that it was made for."""
    kind, _, title = answer["source"].partition(" ")
    space, _, name = title.partition("/")
    if kind == "HTTPRoute":
        own = rf"{re.escape(space)}\.{re.escape(name)}\.{answer['rule']}(\..*)?"
        return re.fullmatch(own, answer.get("route") or "") is not None
    return (answer.get("matched") or "").endswith(f"/namespaces/{space}/virtual-service/{name}")


def best(answers):
    """One answer for each host, client and path: a port that the rule is not for does not count."""
    groups = defaultdict(list)
    for a in answers:
        port = 0 if a["via"].startswith("gateway") else a["port"]
        groups[a["host"].partition(":")[0], a["via"], a["path"], port].append(a)
    return [min([a for a in g if is_own(a)] or g, key=lambda a: a["dead"]) for g in groups.values()]


def touches(diagnostic, path, span, others):
    """Whether a diagnostic is about a rule: it names it, stands in it, or is about its object as a whole."""
    place = diagnostic.finding.primary.anchor
    if any(a.anchor.source.path == path and a.anchor.line in span for a in diagnostic.affects):
        return True
    if place.source.path != path:
        return False
    return place.line in span or (not diagnostic.affects and not any(place.line in s for s in others))


def verdicts(situation):
    """Each rule that was asked, by file and number, and what was said about it."""
    result = testing.check_texts(situation["files"], RULES, Config(complete=True))
    said = [
        d
        for d in result.diagnostics
        if d.severity is not Severity.INFO and RULES[d.rule].group != "resilience"
    ]
    asked = defaultdict(list)
    for answer in situation["results"]:
        if answer["flag"] != "?":
            kind, _, title = answer["source"].partition(" ")
            asked[f"{kind.lower()}-{title.replace('/', '-', 1)}.yaml", answer["rule"]].append(answer)
    for (path, number), answers in asked.items():
        spans = span_of_rules(situation["files"][path])
        chosen = best(answers)
        dead = [a for a in chosen if a["dead"] > 0]
        if not dead and not any(is_own(a) for a in chosen):
            continue
        flags = {a["flag"] for a in dead} | {o["flag"] for a in dead for o in a.get("outcomes") or ()}
        about = [d for d in said if touches(d, path, spans[number], spans)]
        if "NL" in flags:
            about += [d for d in said if not d.affects]
        yield (situation["seed"], path, number), Verdict(frozenset(flags), about)


def test_answers_of_the_control_planes():
    found = {key: v for situation in situations() for key, v in verdicts(situation)}
    disagreeing = {key: v for key, v in found.items() if not v.agrees}
    assert {
        key: (sorted(v.flags), [d.rule for d in v.said])
        for key, v in disagreeing.items()
        if key not in EXPLAINED
    } == {}
    assert set(EXPLAINED) <= set(disagreeing), "no longer disagreements"
    assert sum(bool(v.flags) for v in found.values()) > 200
    assert sum(not v.flags for v in found.values()) > 400
