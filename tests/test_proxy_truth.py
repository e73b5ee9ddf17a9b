"""Recorded runs of Caddy, HAProxy, Apache httpd and Traefik: what failed is flagged as far as files tell it, and what worked is left alone.

`tools/truth/measure.py` makes the records; the servers of a run become services of a Compose project here.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from upstreamlint import answers, rules, testing
from upstreamlint.answers import Failure
from upstreamlint.finding import Severity

TRUTH = Path(__file__).parent / "truth"
RULES = rules.load()
PLACES = {
    "caddy": ("caddy:2.11", "/etc/caddy/Caddyfile", "{\n\tadmin off\n\tauto_https off\n}\n"),
    "haproxy": (
        "haproxy:2.8",
        "/usr/local/etc/haproxy/haproxy.cfg",
        "defaults\n  mode http\n  timeout connect 1s\n  timeout client 5s\n  timeout server 2s\n",
    ),
    "apache": ("httpd:2.4", "/usr/local/apache2/conf/httpd.conf", "Listen 8080\n"),
    "traefik": ("traefik:v3.7", "/dynamic.yml", ""),
}
STARTED = {"traefik": "[--entrypoints.web.address=:8080, --providers.file.filename=/dynamic.yml]"}
NAMES = {"caddy": "Caddy", "haproxy": "HAProxy", "apache": "Apache", "traefik": "Traefik"}
UNTOLD = {
    "no module for the directive": "an image's own modules are not known",
    "a file that is not there": "an image's own files are not known",
}
"""Situations in which the program does not start for something that no file says."""


def recorded() -> list[tuple[str, dict]]:
    return [
        (name, situation)
        for name in PLACES
        for situation in json.loads((TRUTH / name / "situations.json").read_text())["situations"]
    ]


def ids(value) -> str:
    return value if isinstance(value, str) else value["name"]


def diagnosed(program: str, situation: dict) -> list:
    image, path, head = PLACES[program]
    if situation["config"].startswith("{"):
        text = situation["config"].replace('"@port@"', '"8000"')
        return [
            d
            for d in testing.check_texts({"compose.yaml": text}, RULES).diagnostics
            if d.severity is not Severity.INFO
        ]
    names = sorted(set(re.findall(r"@([a-z0-9_]+)@", situation["config"])) - {"listen", "nobody", "folder"})
    text = situation["config"].replace("@listen@", "8080").replace("@folder@", "/srv")
    text = text.replace("@nobody@", "nobody:8000")
    for name in names:
        text = text.replace(f"@{name}@", f"{name}:{8001 if name.startswith('refused') else 8000}")
    waits = f"\n    depends_on: [{', '.join(names)}]" if names else ""
    file = "dynamic.yml" if program == "traefik" else "conf"
    start = f"\n    command: {STARTED[program]}" if program in STARTED else ""
    compose = f"services:\n  edge:\n    image: {image}{start}\n    volumes: ['./{file}:{path}']{waits}\n"
    compose += "".join(
        f"  {name}:\n    image: registry.example/{name}:1\n    expose: ['8000']\n" for name in names
    )
    result = testing.check_texts({"compose.yaml": compose, file: head + text}, RULES)
    return [d for d in result.diagnostics if d.severity is not Severity.INFO]


@pytest.mark.parametrize(("program", "situation"), recorded(), ids=ids)
def test_a_recorded_run(program, situation):
    found = {d.rule for d in diagnosed(program, situation)}
    if situation["rule"]:
        assert situation["rule"] in found
    elif not situation["starts"]:
        assert situation["name"] in UNTOLD or found
    elif all(a["status"] == 200 for a in situation["answers"]):
        assert found == set()


@pytest.mark.parametrize(("program", "situation"), [r for r in recorded() if r[1]["failure"]], ids=ids)
def test_the_table_says_what_was_measured(program, situation):
    row = answers.answer(NAMES[program], Failure(situation["failure"]), host="nobody.invalid")
    first = situation["answers"][0] if situation["answers"] else {"status": None, "body": ""}
    assert row.status == first["status"]
    assert row.body in first["body"]
    said = re.findall(r"`([^`]+)`", row.log)
    assert not said or any(said[0] in line for line in situation["log"])


def test_every_program_has_forty_situations():
    for name in PLACES:
        assert len({s["name"] for program, s in recorded() if program == name}) >= 40
