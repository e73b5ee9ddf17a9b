import json
import re
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from upstreamlint.finding import Affected, Diagnostic, Finding, Label, Severity, Symptom
from upstreamlint.formats import Format, Layout, render
from upstreamlint.formats.paint import COLOURED
from upstreamlint.run.result import Coverage, External, Result, Skipped
from upstreamlint.source import Anchor, Source

SERVICE = Source(
    "k8s/service.yaml",
    """apiVersion: v1
kind: Service
metadata:
  name: checkout
  namespace: shop
spec:
  selector:
    app: checkout
""",
)
DEPLOYMENT = Source("k8s/deployment.yaml", "\n" * 9 + "        app: check-out\n")
NGINX = Source(
    "nginx.conf",
    """server {
    listen 80;
    location /pay {
      proxy_pass http://checkout.shop.svc:8080;
    }
}
""",
)


def label(source, text, comment="", after=""):
    start = source.text.index(text, source.text.index(after))
    return Label(Anchor(source, start, start + len(text)), comment)


ROUTE = label(NGINX, "location /pay", "the route")


def diagnostic(**changes):
    parts = {
        "message": "Service `shop/checkout` selects no pods",
        "primary": label(SERVICE, "app: checkout", "no workload in `shop` has this label"),
        "related": (
            label(SERVICE, "name: checkout", "this Service"),
            label(DEPLOYMENT, "app: check-out", "the closest workload, `Deployment/checkout`, has this"),
            label(NGINX, "checkout.shop.svc:8080", "requests to `location /pay` go here"),
        ),
        "subject": None,
        "note": "Envoy answers 503 `no healthy upstream` when a cluster has no endpoints",
        "help": "change the selector to `app: check-out`",
    }
    affects = changes.pop("affects", ())
    severity = changes.pop("severity", Severity.ERROR)
    rule = changes.pop("rule", "service-selects-no-pods")
    return Diagnostic(
        rule=rule,
        severity=severity,
        finding=Finding(**(parts | changes)),
        subject="shop/Service/checkout",
        affects=affects,
    )


def result(*diagnostics, **coverage):
    covered = {"files": 3, "routes": 1, "clusters": 1, "workloads": 1} | coverage
    return Result(diagnostics=diagnostics, coverage=Coverage(**covered))


def text(outcome, **layout):
    return render(outcome, Format.TEXT, Layout(**layout))


def test_text():
    assert (
        text(result(diagnostic()))
        == """\
error[service-selects-no-pods]: Service `shop/checkout` selects no pods
  --> k8s/service.yaml:8:5
   |
 4 |   name: checkout
   |   -------------- this Service
...
 8 |     app: checkout
   |     ^^^^^^^^^^^^^ no workload in `shop` has this label
  ::: k8s/deployment.yaml:10:9
   |
10 |         app: check-out
   |         -------------- the closest workload, `Deployment/checkout`, has this
  ::: nginx.conf:4:25
   |
 4 |       proxy_pass http://checkout.shop.svc:8080;
   |                         ---------------------- requests to `location /pay` go here
   |
   = note: Envoy answers 503 `no healthy upstream` when a cluster has no endpoints
   = help: change the selector to `app: check-out`

1 error in 3 files (1 route, 1 cluster, 1 workload)
"""
    )


def test_text_names_the_answer_the_routes_and_the_path_to_the_fault():
    chain = (ROUTE, label(NGINX, "proxy_pass", "dials"), label(SERVICE, "selector:", "selects nothing"))
    routes = (
        Affected("shop.example", "/pay", 1.0, ROUTE.anchor, chain),
        *(Affected("shop.example", f"/{n}", n / 10, ROUTE.anchor) for n in range(1, 6)),
        Affected("shop.example", "/rare", 0.0004, ROUTE.anchor),
    )
    found = diagnostic(
        related=(),
        symptom=Symptom(503, "no healthy upstream", "UH"),
        affects=routes,
        assumption="the cluster has no other workload",
        note="",
    )
    assert (
        text(result(found))
        == """\
error[service-selects-no-pods]: Service `shop/checkout` selects no pods
 --> k8s/service.yaml:8:5
  |
8 |     app: checkout
  |     ^^^^^^^^^^^^^ no workload in `shop` has this label
  |
  = answer: 503 UH `no healthy upstream`
  = affects: `shop.example` `/pay`, every request (nginx.conf:3)
             `shop.example` `/5`, 50 % of requests (nginx.conf:3)
             `shop.example` `/4`, 40 % of requests (nginx.conf:3)
             and 4 more routes
  = path: `shop.example` `/pay`
          -> nginx.conf:3        location /pay {                            the route
          -> nginx.conf:4        proxy_pass http://checkout.shop.svc:8080;  dials
          -> k8s/service.yaml:7  selector:                                  selects nothing
  = assumes: the cluster has no other workload
  = help: change the selector to `app: check-out`

1 error in 3 files (1 route, 1 cluster, 1 workload)
"""
    )


def test_clean_run_says_what_was_covered():
    outcome = result(
        files=14,
        routes=12,
        clusters=9,
        workloads=8,
        external=(External("db.corp", "shop/web", "a.yaml", 3),) * 7,
        skipped=(
            Skipped("charts/shop", "Helm chart, not rendered"),
            *(Skipped(f"t{n}", "test data") for n in range(5)),
        ),
    )
    assert (
        text(outcome)
        == """\
no findings in 14 files (12 routes, 9 clusters, 8 workloads)
7 references leave these files (--show-external lists them)
not read: charts/shop (Helm chart, not rendered)
not read: t0, t1, t2 and 2 more (test data)
"""
    )


def test_show_external_lists_the_references():
    outcome = result(external=(External("db.corp", "shop/web", "a.yaml", 3),))
    assert "1 reference leaves these files:\n  a.yaml:3: shop/web wants `db.corp`\n" in text(
        outcome, show_external=True
    )


def test_many_findings_are_counted_by_rule():
    found = [diagnostic() for _ in range(6)]
    found += [
        diagnostic(rule="other", severity=Severity.WARNING),
        diagnostic(rule="advice", severity=Severity.INFO),
    ]
    assert text(result(*found)).endswith(
        """\
6 error   service-selects-no-pods
1 warning other
1 info    advice

6 errors, 1 warning, 1 info in 3 files (1 route, 1 cluster, 1 workload)
"""
    )


def test_silenced_findings_are_counted():
    outcome = Result(
        diagnostics=(), coverage=Coverage(files=1), ignored=(diagnostic(),) * 3, baselined=(diagnostic(),)
    )
    assert "\n3 ignored, 1 in the baseline\n" in text(outcome)


def snippet(*labels, width=120):
    primary, *related = labels
    shown = text(result(diagnostic(primary=primary, related=tuple(related), note="", help="")), width=width)
    return shown.split("\n\n")[0].split("\n", 3)[3]


def test_labels_on_one_line_hang_below_each_other():
    source = Source("a.conf", "proxy_pass http://web:80/x;")
    shown = snippet(
        label(source, "web", "no such host"),
        label(source, "80", "this port"),
        label(source, "proxy_pass", "dials"),
    )
    assert (
        shown
        == """\
1 | proxy_pass http://web:80/x;
  | ----------        ^^^ -- this port
  | |                 |
  | |                 no such host
  | dials"""
    )


def test_a_single_line_between_two_labels_is_shown():
    source = Source("a.yaml", "a: 1\nb: 2\nc: 3\n")
    assert snippet(label(source, "a: 1", "x"), label(source, "c: 3", "y")).splitlines()[2] == "2 | b: 2"


def test_tabs_and_wide_characters_keep_labels_in_place():
    source = Source("a.yaml", "\tname: 世界 # e\u0301\tport: 80\n")
    line, mark = snippet(label(source, "port", "here")).splitlines()
    assert line == "1 |     name: 世界 # e\u0301    port: 80"
    # Two wide characters fill four columns, the combining accent none.
    assert mark == "  | " + " " * (4 + 6 + 4 + 4 + 4) + "^^^^ here"


def test_long_lines_are_cut_around_the_label():
    source = Source("a.json", "x" * 5000 + " NEEDLE " + "y" * 5000)
    line, mark = snippet(label(source, "NEEDLE", "here"), width=60).splitlines()
    assert len(line) <= 60
    assert line.startswith("1 | ...x")
    assert line.endswith("y...")
    assert line.index("NEEDLE") == mark.index("^^^^^^")


def test_label_over_several_lines_underlines_the_first():
    source = Source("a.yaml", "spec:\n  a: 1\n  b: 2\n")
    assert (
        snippet(Label(Anchor(source, 0, len(source.text)), "all of this"))
        == "1 | spec:\n  | ^^^^^ all of this"
    )


def test_empty_label_at_the_end_of_a_file_is_drawn():
    source = Source("a.yaml", "a: 1")
    assert snippet(Label(Anchor(source, 4, 4), "ends here")) == "1 | a: 1\n  |     ^ ends here"


def test_input_cannot_steer_the_terminal():
    source = Source("a\x1b[2J.yaml", "a: \x1b[31m1 \u202e2\n")
    shown = text(
        result(diagnostic(message="bad \x1b]0;x\x07", primary=label(source, "a:", "\x1b[1m"), related=()))
    )
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\x07" not in shown


def test_colour_changes_no_word():
    outcome = result(diagnostic(symptom=Symptom(503)), external=(External("a", "b", "c", 1),))
    coloured = text(outcome, painter=COLOURED)
    assert "\x1b[1;31merror[service-selects-no-pods]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == text(outcome)


def test_concise():
    assert render(result(diagnostic()), Format.CONCISE) == (
        "k8s/service.yaml:8:5: error: Service `shop/checkout` selects no pods [service-selects-no-pods]\n"
        "1 error in 3 files (1 route, 1 cluster, 1 workload)\n"
    )


PLACE = {
    "path": {"type": "string"},
    "line": {"type": "integer", "minimum": 1},
    "column": {"type": "integer", "minimum": 1},
    "end_line": {"type": "integer", "minimum": 1},
    "end_column": {"type": "integer", "minimum": 1},
}
CONTRACT = {
    "type": "object",
    "required": ["version", "tool", "diagnostics", "summary"],
    "properties": {
        "version": {"const": 1},
        "tool": {"type": "object", "required": ["name", "version"]},
        "diagnostics": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [
                    *("rule", "severity", "message", *PLACE, "symptom", "related", "affects"),
                    *("help", "fix", "subject", "fingerprint"),
                ],
                "properties": {
                    **PLACE,
                    "severity": {"enum": ["error", "warning", "info"]},
                    "symptom": {"type": ["object", "null"], "required": ["status", "body", "flag"]},
                    "related": {"items": {"required": [*PLACE, "message"], "properties": PLACE}},
                    "affects": {"items": {"required": ["listener", "route", "share", "path", "line"]}},
                    "fingerprint": {"pattern": "^[0-9a-f]+$"},
                },
            },
        },
        "summary": {
            "type": "object",
            "required": [
                *("errors", "warnings", "infos", "ignored", "baselined", "files", "routes", "clusters"),
                *("workloads", "external", "skipped"),
            ],
        },
    },
}


def test_json():
    found = diagnostic(
        symptom=Symptom(503, "no healthy upstream", "UH"),
        affects=(Affected("shop.example", "/pay", 0.5, ROUTE.anchor, (ROUTE,)),),
    )
    outcome = result(found, skipped=(Skipped("b", "binary"),), external=(External("a", "b", "c", 1),))
    written = render(outcome, Format.JSON)
    assert written == render(outcome, Format.JSON)
    report = json.loads(written)
    jsonschema.validate(report, CONTRACT)
    shown = report["diagnostics"][0]
    assert {key: shown[key] for key in PLACE} == {
        "path": "k8s/service.yaml",
        "line": 8,
        "column": 5,
        "end_line": 8,
        "end_column": 18,
    }
    assert shown["symptom"] == {"status": 503, "body": "no healthy upstream", "flag": "UH", "log": ""}
    assert shown["affects"][0]["share"] == 0.5
    assert shown["affects"][0]["chain"][0]["message"] == "the route"
    assert report["summary"]["errors"] == 1
    assert report["summary"]["external"] == 1
    assert report["summary"]["skipped"] == [{"path": "b", "reason": "binary", "needed": False}]


def test_json_of_nothing():
    report = json.loads(render(result(), Format.JSON))
    jsonschema.validate(report, CONTRACT)
    assert report["diagnostics"] == []


def test_sarif_is_what_github_reads():
    multi = Label(Anchor(SERVICE, SERVICE.text.index("spec"), len(SERVICE.text)), "all")
    found = diagnostic(affects=(Affected("a", "/", 1.0, ROUTE.anchor, (ROUTE,)),))
    advice = diagnostic(primary=multi, severity=Severity.INFO, rule="advice", related=())
    (run,) = json.loads(render(result(found, advice), Format.SARIF))["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    first, second = run["results"]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "k8s/service.yaml"},
        "region": {"startLine": 8, "startColumn": 5, "endLine": 8, "endColumn": 18},
    }
    assert "[this Service](1)" in first["message"]["text"]
    assert [place["id"] for place in first["relatedLocations"]] == [1, 2, 3]
    assert first["partialFingerprints"] == {"upstreamlint/v1": found.fingerprint}
    assert len(first["codeFlows"]) == 1
    # A region over several lines would be shown only where all of them were changed.
    region = second["locations"][0]["physicalLocation"]["region"]
    assert region["startLine"] == region["endLine"] == 6
    assert second["level"] == "note"
    for shown in run["results"]:
        assert run["tool"]["driver"]["rules"][shown["ruleIndex"]]["id"] == shown["ruleId"]
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["shortDescription"]["text"]
        assert "security-severity" not in rule["properties"]


def test_github_escapes_what_would_end_the_command():
    source = Source("a,b:c.yaml", "x: 1\n")
    found = diagnostic(message="100 %\nbroken", primary=label(source, "x: 1"), related=(), note="", help="")
    first = render(result(found), Format.GITHUB).splitlines()[0]
    assert first.startswith(
        "::error title=service-selects-no-pods,file=a%2Cb%3Ac.yaml,line=1,col=1,endColumn=5,endLine=1::"
    )
    assert "100 %25" in first
    assert first.endswith("[service-selects-no-pods]")


def test_github_gives_no_columns_over_several_lines():
    multi = Label(Anchor(SERVICE, 0, len(SERVICE.text) - 1), "all")
    first = render(result(diagnostic(primary=multi, severity=Severity.INFO)), Format.GITHUB).splitlines()[0]
    assert first.startswith("::notice title=service-selects-no-pods,file=k8s/service.yaml,line=1,endLine=8::")
    assert "%0A  nginx.conf:4:25: requests to `location /pay` go here" in first


def test_gitlab():
    found = diagnostic(severity=Severity.WARNING, symptom=Symptom(404))
    assert json.loads(render(result(found), Format.GITLAB)) == [
        {
            "description": "service-selects-no-pods: Service `shop/checkout` selects no pods (404)",
            "check_name": "service-selects-no-pods",
            "fingerprint": found.fingerprint,
            "severity": "minor",
            "location": {"path": "k8s/service.yaml", "lines": {"begin": 8, "end": 8}},
        }
    ]


def test_junit():
    root = ET.fromstring(render(result(diagnostic(message="a < b & \x1b")), Format.JUNIT))
    assert root.get("failures") == "1"
    case = root.find("testsuite/testcase")
    assert case is not None
    assert (case.get("classname"), case.get("line")) == ("k8s/service.yaml", "8")
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == "a < b & \ufffd"


def test_junit_of_a_clean_run_is_one_passing_case():
    root = ET.fromstring(render(result(), Format.JUNIT))
    assert root.get("failures") == "0"
    assert root.find("testsuite/testcase/failure") is None
    assert root.find("testsuite/testcase") is not None


def test_markdown_draws_the_broken_routes():
    chain = (ROUTE, label(SERVICE, "name: checkout", 'Service "checkout"'))
    found = diagnostic(
        symptom=Symptom(503, "no healthy upstream", "UH"),
        affects=(Affected("shop.example", "/pay", 1.0, ROUTE.anchor, chain),),
    )
    shown = render(result(found), Format.MARKDOWN)
    assert shown.startswith("### upstreamlint: 1 error in 3 files (1 route, 1 cluster, 1 workload)\n")
    assert '  n0["shop.example /pay"]\n' in shown
    assert '["Service #quot;checkout#quot;"]' in shown
    assert "  n0 --> n1\n" in shown
    assert "- affects: `shop.example/pay` (every request)\n" in shown


def test_markdown_input_brings_no_markup():
    found = diagnostic(message="<img src=x> @all [a](b)", related=(), note="", help="")
    shown = render(result(found), Format.MARKDOWN)
    assert r"\<img src=x\> \@all \[a\](b)" in shown


@pytest.mark.parametrize("form", list(Format))
def test_every_format_renders_a_clean_and_a_faulty_run(form):
    assert render(result(diagnostic()), form).endswith("\n")
    assert render(result(), form).endswith("\n")
