import json

import jsonschema
import pytest

from upstreamlint.errors import UsageError
from upstreamlint.finding import Diagnostic, Finding, Label, Severity
from upstreamlint.settings import config_file
from upstreamlint.settings.config import Config, check_rules, find
from upstreamlint.settings.config_file import ConfigError, load
from upstreamlint.source import Anchor, Source
from upstreamlint.suggest import closest
from upstreamlint.suppression import baseline


def parse(text, path="upstreamlint.yaml"):
    return config_file.parse(Source(path, text))


def faults(text):
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return str(caught.value).splitlines()


def test_every_key():
    config = parse(
        """\
paths: [deploy]
exclude: ["*.bak.yaml"]
external: ["*.corp.example", "monitoring/*"]
severity:
  readiness-missing: off
  service-selects-no-pods: warning
select: ["service-*"]
ignore:
  legacy/**: [service-selects-no-pods]
fail-on: never
complete: true
scopes:
  - [a, b]
namespace: shop
nginx-version: 1.27
flavour: plus
show-external: true
""",
        "infra/upstreamlint.yaml",
    )
    assert config.base == "infra"
    assert config.paths == ("infra/deploy",)
    assert config.exclude == ("*.bak.yaml",)
    assert config.severity_of("readiness-missing", Severity.ERROR) is None
    assert config.severity_of("service-selects-no-pods", Severity.ERROR) is Severity.WARNING
    assert config.severity_of("other", Severity.INFO) is Severity.INFO
    assert config.fail_on is None
    assert config.complete
    assert config.scopes == (("infra/a", "infra/b"),)
    assert config.nginx_version == "1.27"
    assert config.flavour == "plus"
    assert config.show_external


def test_empty_file_is_the_default():
    assert parse("# nothing\n") == Config()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("excludes: []", "upstreamlint.yaml:1:1: unknown key `excludes`; did you mean `exclude`?"),
        (
            "severity:\n  a: of",
            "upstreamlint.yaml:2:6: `severity.a` must be one of `error`, `warning`, `info`, `off`; did you mean `off`?",
        ),
        ("exclude: x", "upstreamlint.yaml:1:10: `exclude` must be a list"),
        ("complete: yes", "upstreamlint.yaml:1:11: `complete` must be `true` or `false`"),
        ('complete: "true"', "upstreamlint.yaml:1:11: `complete` must be `true` or `false`"),
        ("- a", "upstreamlint.yaml:1:1: the file must be a mapping"),
        ("scopes: [[]]", "upstreamlint.yaml:1:10: `scopes.0` must not be empty"),
        ("nginx-version: new", "upstreamlint.yaml:1:16: `nginx-version` does not look right: `new`"),
        ("namespace:", "upstreamlint.yaml:1:11: `namespace` must be a text"),
        ("images: [{image: a/b}]", "upstreamlint.yaml:1:10: `images.0` lacks `source`"),
        (
            "images:\n- {image: a, source: b.md, serves: [{port: 80, prot: x}]}",
            "upstreamlint.yaml:2:48: unknown key `prot`; did you mean `port`?",
        ),
        ("paths: []\npaths: [a]", "upstreamlint.yaml:2:1: key `paths` is already set in this mapping"),
    ],
)
def test_faults_say_where(text, expected):
    assert faults(text) == [expected]


def test_all_faults_are_told_in_the_order_of_the_file():
    assert [line.split(":")[1] for line in faults("foo: 1\nexclude: x\nbar: 1\n")] == ["1", "2", "3"]


def test_unknown_rules_are_faults(tmp_path):
    path = tmp_path / "upstreamlint.yaml"
    path.write_text("severity:\n  service-selects-no-pod: off\nignore:\n  a/**: ['*', 'x-*', known]\n")
    with pytest.raises(ConfigError) as caught:
        config_file.check_rule_names(str(path), {"service-selects-no-pods", "known"})
    assert [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()] == [
        "2:3: no rule is named `service-selects-no-pod`; did you mean `service-selects-no-pods`?",
        "4:15: no rule matches `x-*`",
    ]


def test_schema_is_valid_and_documents_every_key():
    schema = config_file.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert all(
        key["description"].endswith(".") or "`" in key["description"] for key in schema["properties"].values()
    )
    assert json.dumps(schema)


def test_selection():
    config = Config(select=("service-*", "a"), ignore_rules=("service-x",), severity=(("a", None),))
    assert config.runs("service-y")
    assert not config.runs("service-x")
    assert not config.runs("other")
    assert not config.runs("a")
    with pytest.raises(UsageError, match="no rule is named `servce-x`; did you mean `service-x`"):
        check_rules(["servce-x"], ["service-x"])


def test_ignore_by_path():
    config = parse("ignore:\n  legacy/: [a]\n  '*.old.yaml': ['*']\n", "infra/upstreamlint.yaml")
    assert config.ignores("infra/legacy/x/y.yaml", "a")
    assert not config.ignores("infra/legacy/x/y.yaml", "b")
    assert not config.ignores("other/legacy/y.yaml", "a")
    assert config.ignores("infra/x.old.yaml", "b")


def test_find_walks_up_to_the_repository(tmp_path, monkeypatch):
    (tmp_path / "upstreamlint.yaml").write_text("")
    repository = tmp_path / "repo"
    (repository / ".git").mkdir(parents=True)
    (repository / "a/b").mkdir(parents=True)
    monkeypatch.chdir(repository / "a")
    assert find(["b"]) is None
    (repository / ".upstreamlint.yaml").write_text("complete: true\n")
    assert find(["b"]) == "../.upstreamlint.yaml"
    assert find([]) == "../.upstreamlint.yaml"
    assert load("../.upstreamlint.yaml").complete
    (repository / "a/upstreamlint.yaml").write_text("")
    assert find(["b"]) == "upstreamlint.yaml"


def test_find_outside_a_repository_looks_no_further_than_here(tmp_path, monkeypatch):
    (tmp_path / "upstreamlint.yaml").write_text("")
    (tmp_path / "a/b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a")
    assert find(["b"]) is None
    monkeypatch.chdir(tmp_path)
    assert find(["a/b"]) == "upstreamlint.yaml"


def test_unreadable_file_is_a_plain_sentence(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: no such file"):
        load(str(tmp_path / "nope.yaml"))


def test_closest():
    assert closest("EXCLUDES", ["exclude", "external"]) == "exclude"
    assert closest("zzz", ["exclude"]) is None


def diagnostic(path, subject, rule="r"):
    finding = Finding(message="m", primary=Label(Anchor(Source(path, "a: 1\n"), 0, 1), ""), subject=None)
    return Diagnostic(rule=rule, severity=Severity.ERROR, finding=finding, subject=subject)


def test_baseline_is_sorted_and_read_back():
    first, second = diagnostic("a.yaml", 's/Service/"x"'), diagnostic("b: c.yaml", "y")
    text = baseline.write([second, first, first])
    assert text.splitlines()[1:5] == [
        "- rule: r",
        '  path: "a.yaml"',
        '  subject: "s/Service/\\"x\\""',
        f'  fingerprint: "{first.fingerprint}"',
    ]
    entries = baseline.read("b", text)
    assert entries == (baseline.entry(first), baseline.entry(second))
    third = diagnostic("c.yaml", "z")
    applied = baseline.apply([first, third], entries)
    assert applied == ((third,), (first,), (baseline.entry(second),))


def test_empty_baseline():
    assert baseline.read("b", baseline.write([])) == ()
    assert baseline.read("b", "") == ()


@pytest.mark.parametrize("text", ["a", "- 1", "- rule: x", "[", "{a: b}"])
def test_a_file_that_is_no_baseline(text):
    with pytest.raises(UsageError, match="`b` is no"):
        baseline.read("b", text)


OBJECTS = """\
ignore:
  Service shop/legacy: [a]
  Deployment batch/*: ["*"]
  Ingress old: [a]
  service broker: [a]
  "* sandbox/*": [b]
"""


@pytest.mark.parametrize(
    ("subject", "rule", "silent"),
    [
        ("shop/Service/legacy", "a", True),
        ("shop/Service/legacy:80", "a", True),
        ("shop/Service/legacy", "b", False),
        ("shop/Service/legacy-2", "a", False),
        ("other/Service/legacy", "a", False),
        ("Service/legacy", "a", False),
        ("shop/Deployment/legacy", "a", False),
        ("batch/Deployment/nightly", "b", True),
        ("any/Ingress/old#shop.example/pay", "a", True),
        ("Ingress/old#0", "a", True),
        ("deploy/compose.yaml#services.broker", "a", True),
        ("deploy/compose.yaml#services.broker#8080/tcp", "a", True),
        ("deploy/compose.yaml#services.brokers", "a", False),
        ("sandbox/HTTPRoute/x", "b", True),
        ("nginx.conf#server//80#/ http://a", "a", False),
    ],
)
def test_ignore_by_object(subject, rule, silent):
    config = parse(OBJECTS, "infra/upstreamlint.yaml")
    assert config.ignores("elsewhere/x.yaml", rule, subject) is silent
