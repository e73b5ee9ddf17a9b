import json
import os
import re
import subprocess
import sys
from functools import partial
from io import BytesIO, StringIO

import pytest

from upstreamlint import cli
from upstreamlint.cli import options
from upstreamlint.cli.check import command
from upstreamlint.cli.terminal import wants_colour
from upstreamlint.finding import Diagnostic, Finding, Label, Severity
from upstreamlint.formats import Format
from upstreamlint.rules import Page, Rule
from upstreamlint.run.result import Coverage, Result
from upstreamlint.settings.config import Config
from upstreamlint.settings.config_file import load, schema
from upstreamlint.source import Anchor, Source

RULES = {
    name: Rule(
        name,
        "kubernetes",
        frozenset(),
        partial(Page, severity, "0.1.0", f"{name} is wrong.\n\nMend it.", lambda _graph: iter(())),
    )
    for name, severity in [("replicas-zero", Severity.WARNING), ("service-selects-no-pods", Severity.ERROR)]
}
MANIFEST = "kind: Service\n"


def diagnostic(severity=Severity.ERROR, rule="service-selects-no-pods", subject="web"):
    primary = Label(Anchor(Source("a.yaml", MANIFEST), 6, 13), "this one")
    finding = Finding(message="Service `web` selects no pods", primary=primary, subject=None)
    return Diagnostic(rule=rule, severity=severity, finding=finding, subject=subject)


class Engine:
    """Stands in for the engine: remembers what it was asked, and answers what it was told."""

    def __init__(self):
        self.diagnostics = ()
        self.error = None
        self.files = 1
        self.asked = []

    def check(self, paths, config, *, stdin=None, progress=None):
        assert progress is not None
        self.asked.append((paths, config, stdin))
        if self.error is not None:
            raise self.error
        return Result(diagnostics=tuple(self.diagnostics), coverage=Coverage(files=self.files), rules=RULES)

    @property
    def config(self):
        return self.asked[-1][1]


@pytest.fixture
def engine(monkeypatch, tmp_path):
    stand_in = Engine()
    monkeypatch.setitem(sys.modules, "upstreamlint.run.engine", stand_in)
    monkeypatch.setattr("upstreamlint.rules.load", lambda: RULES)
    for name in ("GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", cli.TRACEBACK):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(MANIFEST)
    return stand_in


@pytest.fixture
def run(engine, capsys):
    def run(*arguments):
        status = cli.run(list(arguments))
        out, err = capsys.readouterr()
        return status, out, err

    return run


def test_clean_run(run, engine):
    assert run("check") == (0, "no findings in 1 file (0 routes, 0 clusters, 0 workloads)\n", "")
    assert engine.asked[0][0] == ["."]


def test_findings(run, engine):
    engine.diagnostics = [diagnostic()]
    status, out, err = run("check", "a.yaml")
    assert status == 1
    assert out.startswith("error[service-selects-no-pods]: Service `web` selects no pods\n --> a.yaml:1:7\n")
    assert err == ""


@pytest.mark.parametrize(
    ("severity", "options", "status"),
    [
        (Severity.ERROR, [], 1),
        (Severity.WARNING, [], 0),
        (Severity.WARNING, ["--strict"], 1),
        (Severity.INFO, ["--strict"], 0),
        (Severity.INFO, ["--fail-on", "info"], 1),
        (Severity.ERROR, ["--fail-on", "never"], 0),
    ],
)
def test_exit_status_is_the_same_for_every_format(run, engine, severity, options, status):
    engine.diagnostics = [diagnostic(severity)]
    assert {run("check", "-f", form.value, *options)[0] for form in Format} == {status}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "--nope"], "No such option"),
        (["chek"], "No command is named `chek`; did you mean `check`?"),
        (
            ["check", "--select", "replica-zero"],
            "error: no rule is named `replica-zero`; did you mean `replicas-zero`?\n",
        ),
        (["check", "--ignore", "x-*"], "error: no rule matches `x-*`\n"),
        (
            ["check", "--config", "nope.yaml"],
            "error: `nope.yaml` cannot be read: no such file or directory\n",
        ),
        (
            ["check", "--baseline", "nope.yaml"],
            "error: `nope.yaml` cannot be read: no such file or directory\n",
        ),
        (["check", "--output", "nope/x"], "error: `nope/x` cannot be written: no such file or directory\n"),
        (["check", "--list-files", "nope"], "error: `nope` does not exist\n"),
        (["explain", "replica-zero"], "did you mean `replicas-zero`?\n"),
    ],
)
def test_what_cannot_be_done_is_status_2_and_a_sentence(run, arguments, message):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_nothing_to_check(run, engine):
    engine.files = 0
    status, _, err = run("check")
    assert (status, err) == (2, "error: nothing to check in `.`: no YAML or nginx file is there\n")


def test_crash_is_two_lines_and_status_2(run, engine):
    engine.error = ZeroDivisionError("division by zero\nmore")
    status, out, err = run("check")
    assert (status, out) == (2, "")
    assert err == (
        "error: upstreamlint itself failed: ZeroDivisionError: division by zero\n"
        "This is a bug: please report it with what `upstreamlint --traceback …` shows.\n"
    )


def test_traceback_on_request(run, engine, monkeypatch):
    engine.error = ZeroDivisionError("x")
    monkeypatch.setenv(cli.TRACEBACK, "1")
    status, _, err = run("check")
    assert status == 2
    assert err.startswith("Traceback")


def test_interrupt(run, engine):
    engine.error = KeyboardInterrupt()
    assert run("check")[0] == 130


def test_configuration_is_found_and_the_command_line_wins(run, engine, tmp_path):
    (tmp_path / "upstreamlint.yaml").write_text(
        "paths: [a.yaml]\nfail-on: never\ncomplete: true\nselect: [replicas-zero]\n"
    )
    engine.diagnostics = [diagnostic()]
    assert run("check")[0] == 0
    assert engine.asked[-1][0] == ["a.yaml"]
    assert engine.config.complete
    assert engine.config.select == ("replicas-zero",)
    assert run("check", "--fail-on", "error", "--select", "service-*,replicas-zero", ".")[0] == 1
    assert engine.asked[-1][0] == ["."]
    assert engine.config.select == ("service-*", "replicas-zero")
    assert run("check", "--no-config")[0] == 1
    assert not engine.config.complete


def test_faulty_configuration_is_shown_in_place(run, tmp_path):
    (tmp_path / "upstreamlint.yaml").write_text("complete: true\nexcludes: []\n")
    status, out, err = run("check")
    assert (status, out) == (2, "")
    assert err == (
        "error[config-error]: unknown key `excludes`; did you mean `exclude`?\n"
        " --> upstreamlint.yaml:2:1\n"
        "  |\n"
        "2 | excludes: []\n"
        "  | ^^^^^^^^\n"
    )


def test_unknown_rule_in_the_configuration(run, tmp_path):
    (tmp_path / "upstreamlint.yaml").write_text("severity:\n  replica-zero: off\n")
    status, _, err = run("check")
    assert status == 2
    assert (
        "no rule is named `replica-zero`; did you mean `replicas-zero`?\n --> upstreamlint.yaml:2:3\n" in err
    )


def test_options_reach_the_engine(run, engine):
    run(
        "check",
        "--no-ignores",
        "--show-external",
        "--namespace",
        "shop",
        "--set",
        "a=b",
        "--jobs",
        "2",
        "--no-cache",
    )
    config = engine.config
    assert not config.heed_ignores
    assert config.show_external
    assert (config.namespace, config.helm_set, config.jobs, config.cache) == ("shop", ("a=b",), 2, False)


def test_standard_input_stands_beside_paths(run, engine, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("kind: Pod\n"))
    run("check", "-", "a.yaml", "--stdin-name", "rendered.yaml")
    assert (engine.asked[-1][0], engine.asked[-1][2]) == (["a.yaml"], "kind: Pod\n")
    assert engine.config.stdin_name == "rendered.yaml"


class _Stream:
    """Standard input that holds bytes."""

    def __init__(self, data):
        self.buffer = BytesIO(data)


def test_standard_input_is_read_so_far_and_no_further(monkeypatch, capsys):
    monkeypatch.setattr("upstreamlint.cli.checking.MOST_INPUT", 2_000_000)
    for data, message in (
        (b"#" * 2_000_001, "standard input is longer than 2 MB"),
        (b"kind: \0", "standard input is binary"),
    ):
        monkeypatch.setattr("sys.stdin", _Stream(data))
        assert cli.run(["check", "-"]) == 2
        assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "data", [b"# \xe4\xff\n", "\ufeff# \u00e4\n".encode(), "# \u00e4\n".encode("utf-16")]
)
def test_standard_input_may_be_in_other_encodings(monkeypatch, capsys, data):
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: w}\nspec: {selector: {app: w}, ports: [{port: 80}]}\n"
    pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: w, labels: {app: v}}\nspec: {containers: [{name: w, image: x}]}\n"
    text = (service + pod).encode("utf-16-le" if data.startswith(b"\xff\xfe") else "utf-8")
    monkeypatch.setattr("sys.stdin", _Stream(data + text))
    assert cli.run(["check", "--format", "concise", "-"]) == 1
    assert "selects no pods" in capsys.readouterr().out


def test_standard_input_alone(run, engine, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO(""))
    run("check", "-")
    assert engine.asked[-1][0] == []


def test_github_is_chosen_in_an_action_unless_asked_otherwise(run, engine, monkeypatch, tmp_path):
    engine.diagnostics = [diagnostic()]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert run("check")[1].startswith("::error ")
    assert run("check", "-f", "text")[1].startswith("error[")
    run("check", "-o", "report.txt")
    assert (tmp_path / "report.txt").read_text().startswith("error[")


def test_report_in_a_file(run, engine, tmp_path):
    engine.diagnostics = [diagnostic()]
    assert run("check", "-f", "json", "-o", "report.json") == (1, "", "")
    assert json.loads((tmp_path / "report.json").read_text())["version"] == 1


def test_baseline(run, engine):
    engine.diagnostics = [diagnostic()]
    assert run("check", "--write-baseline") == (0, "", "wrote 1 finding to .upstreamlint-baseline.yaml\n")
    status, out, _ = run("check")
    assert status == 0
    assert out.endswith("\n1 in the baseline\n")
    engine.diagnostics = []
    assert run("check")[2] == (
        ".upstreamlint-baseline.yaml: no longer found: service-selects-no-pods in a.yaml (web)\n"
    )


def test_baseline_hides_no_new_finding(run, engine):
    engine.diagnostics = [diagnostic()]
    run("check", "--write-baseline", "--baseline", "known.yaml")
    engine.diagnostics = [diagnostic(), diagnostic(subject="other")]
    assert run("check", "--baseline", "known.yaml")[0] == 1


def test_list_files(run, tmp_path):
    (tmp_path / "nginx.conf").write_text("")
    (tmp_path / "fixtures").mkdir()
    assert run("check", "--list-files") == (
        0,
        "yaml   a.yaml\nnginx  nginx.conf\n",
        "not read: fixtures (test data, read when named)\n",
    )


def test_explain(run):
    status, out, _ = run("explain", "replicas-zero")
    assert status == 0
    assert out == "replicas-zero (warning, since 0.1.0)\n\nreplicas-zero is wrong.\n\nMend it.\n"
    assert json.loads(run("explain", "replicas-zero", "--format", "json")[1])[0]["name"] == "replicas-zero"


def test_rules(run):
    assert run("rules")[1] == (
        "kubernetes\n"
        "  replicas-zero            warning  replicas-zero is wrong.\n"
        "  service-selects-no-pods  error    service-selects-no-pods is wrong.\n"
        "\n"
        "2 rules; `upstreamlint explain RULE` shows a rule's page\n"
    )
    listed = json.loads(run("rules", "-f", "json")[1])
    assert [rule["severity"] for rule in listed] == ["warning", "error"]


def test_init_writes_a_file_that_is_valid_with_and_without_its_comments(run, tmp_path):
    status, out, err = run("init")
    assert (status, out) == (0, "")
    assert err.endswith("wrote upstreamlint.yaml\n")
    path = tmp_path / "upstreamlint.yaml"
    text = path.read_text()
    assert load("upstreamlint.yaml") == Config()
    path.write_text(re.sub(r"^# ?(?=[a-z-]+:|  )", "", text, flags=re.MULTILINE))
    assert load("upstreamlint.yaml").external == ("*.corp.example", "monitoring/*")
    assert all(f"\n# {key}:" in text for key in schema()["properties"])


def test_init_says_what_it_saw(run, tmp_path):
    (tmp_path / "db.yaml").write_text(
        "apiVersion: acid.zalan.do/v1\nkind: postgresql\nmetadata: {name: db, namespace: shop}\nspec: {}\n"
    )
    assert "Namespaces: shop." in run("init")[2]
    head = (tmp_path / "upstreamlint.yaml").read_text().splitlines()
    assert any("postgresql" in line for line in head[:4])


def test_init_overwrites_nothing(run, tmp_path):
    (tmp_path / ".upstreamlint.yaml").write_text("")
    assert run("init") == (2, "", "error: `.upstreamlint.yaml` is there already\n")


def test_version(run):
    status, out, _ = run("--version")
    assert status == 0
    assert out.startswith("upstreamlint ")


def test_help_says_how_the_format_is_chosen(run):
    out = run("check", "--help")[1]
    assert "github when" in " ".join(out.split())


def complete(monkeypatch, run, words):
    monkeypatch.setenv("_UPSTREAMLINT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    return run()[1].split()


def test_completion_of_rules_and_commands(run, monkeypatch):
    assert complete(monkeypatch, run, "upstreamlint explain repl") == ["plain,replicas-zero"]
    assert complete(monkeypatch, run, "upstreamlint check --select a,serv") == [
        "plain,a,service-selects-no-pods"
    ]
    assert complete(monkeypatch, run, "upstreamlint ex") == ["plain,explain"]


@pytest.mark.parametrize(
    ("choice", "environment", "terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1", "TERM": "dumb"}, False, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour(choice, environment, terminal, expected):
    assert wants_colour(choice, environment, terminal=terminal) is expected


def test_colour_on_request(run, engine):
    engine.diagnostics = [diagnostic()]
    assert "\x1b[" in run("check", "--color", "always")[1]
    assert "\x1b[" not in run("check")[1]


def start(*code):
    path = os.pathsep.join(p for p in sys.path if p)
    return subprocess.run(
        [sys.executable, "-c", *code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )


def test_starting_loads_nothing_that_is_not_needed():
    loaded = "import sys, upstreamlint.cli; print(*(m for m in ('yaml', 'jsonschema', 'crossplane', 'json') if m in sys.modules))"
    assert start(loaded).stdout.split() == []
    formats = "import sys, upstreamlint.cli.check; print(*(m for m in ('yaml', 'jsonschema', 'json', 'xml') if m in sys.modules))"
    assert start(formats).stdout.split() == []


WRITE = "from upstreamlint.run.report import write; write('x')"
HELP = "from upstreamlint.cli import run; sys.exit(run(['--help']))"


@pytest.mark.parametrize("code", [WRITE, HELP])
def test_a_reader_that_goes_away_is_no_fault(code):
    ended = start(f"import os, sys; r, w = os.pipe(); os.close(r); os.dup2(w, 1); {code}")
    assert (ended.returncode, ended.stderr) == (0, "")


LINES = [
    "",
    "a b - c",
    "-f json a --format=text",
    "-o out.txt --baseline=known.yaml --config here.yaml",
    "--select a,b --select c --ignore=d",
    "--set a=b --set=c=d --values v.yaml",
    "--jobs 3 --namespace shop --stdin-name x.yaml --changed-since main --fail-on never --color always",
    " ".join(option.names.split()[-1] for option in options.CHECK if option.kind is options.Kind.NOTHING),
]


@pytest.mark.parametrize("line", LINES)
def test_a_usual_command_line_is_read_as_every_other(tmp_path, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    words = line.split()
    with command.make_context("check", list(words)) as context:
        assert options.read(words) == context.params


@pytest.mark.parametrize(
    "line",
    [
        "-h",
        "--form json",
        "-fjson",
        "-f=json",
        "-f xml",
        "-f",
        "--strict=1",
        "--jobs x",
        "--output",
        "--",
        "-o .",
    ],
)
def test_what_is_not_usual_is_left_to_the_library(tmp_path, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    assert options.read(line.split()) is None
