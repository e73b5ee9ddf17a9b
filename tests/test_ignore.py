import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Diagnostic, Finding, Label, Severity
from upstreamlint.source import Anchor, Source
from upstreamlint.suppression import ignore

KNOWN = {"service-selects-no-pods", "port-nobody-listens-on", "unused-ignore"}


def at(source, text, after=0):
    start = source.text.index(text, after)
    return Anchor(source, start, start + len(text))


def diagnostic(*anchors, rule="service-selects-no-pods"):
    first, *others = (Label(anchor, "") for anchor in anchors)
    finding = Finding(message="broken", primary=first, related=tuple(others), subject=None)
    return Diagnostic(rule=rule, severity=Severity.ERROR, finding=finding, subject="s")


def lines(text, path="a.yaml"):
    return [(i.first, i.last) for i in ignore.comments(Source(path, text))]


def apply(diagnostics, *sources, ran=KNOWN):
    found = [i for source in sources for i in ignore.comments(source)]
    return ignore.apply(diagnostics, found, ran=ran, known=KNOWN)


def test_trailing_comment_counts_for_its_line():
    source = Source(
        "a.yaml", "a: 1\nb: 2  # upstreamlint: ignore[service-selects-no-pods] moved away\nc: 3\n"
    )
    hit, miss = diagnostic(at(source, "b: 2")), diagnostic(at(source, "c: 3"))
    applied = apply([hit, miss], source)
    assert applied.ignored == (hit,)
    assert applied.kept == (miss,)
    assert applied.unused == ()


def test_comment_counts_at_either_end_of_the_wire():
    service = Source("service.yaml", "selector:\n  app: web\n")
    nginx = Source(
        "nginx.conf",
        "location / {\n  proxy_pass http://web; # upstreamlint: ignore[service-selects-no-pods]\n}\n",
    )
    found = diagnostic(at(service, "app: web"), at(nginx, "http://web"))
    assert apply([found], service, nginx).ignored == (found,)


def test_only_the_named_rule_is_silenced():
    source = Source("a.yaml", "b: 2  # upstreamlint: ignore[port-nobody-listens-on]\n")
    found = diagnostic(at(source, "b: 2"))
    applied = apply([found], source)
    assert applied.kept == (found,)
    assert [d.finding.message for d in applied.unused] == [
        "nothing here needs `ignore[port-nobody-listens-on]`"
    ]
    assert applied.unused[0].severity is Severity.WARNING


def test_comment_for_a_rule_that_did_not_run_is_not_unused():
    source = Source("a.yaml", "b: 2  # upstreamlint: ignore[port-nobody-listens-on]\n")
    assert apply([], source, ran={"service-selects-no-pods"}).unused == ()


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        (
            "ignore[service-selects-no-pod]",
            "no rule is named `service-selects-no-pod`; did you mean `service-selects-no-pods`?",
        ),
        ("ignore", "this is no ignore comment: write `# upstreamlint: ignore[rule] reason`"),
        ("ignore[]", "this ignore comment names no rule"),
        ("disable", "this is no ignore comment: write `# upstreamlint: ignore[rule] reason`"),
    ],
)
def test_faulty_comments_are_reported(comment, message):
    source = Source("a.yaml", f"b: 2  # upstreamlint: {comment}\n")
    found = diagnostic(at(source, "b: 2"))
    applied = apply([found], source)
    assert applied.kept == (found,)
    assert [d.finding.message for d in applied.unused] == [message]


def test_several_rules_in_one_comment_are_used_one_by_one():
    source = Source(
        "a.yaml", "b: 2  # upstreamlint: ignore[service-selects-no-pods, port-nobody-listens-on] x\n"
    )
    applied = apply([diagnostic(at(source, "b: 2"))], source)
    assert len(applied.ignored) == 1
    assert [d.finding.primary.anchor.span.column for d in applied.unused] == [source.text.index("port") + 1]


C = "# upstreamlint: ignore[x]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"a: 1\n{C}\nspec:\n  b: 1\n\n  # c\n  c: 2\nd: 3\n", [(3, 7)], id="mapping"),
        pytest.param(f"l:\n  {C}\n  - a: 1\n    b: 2\n  - c: 3\n", [(3, 4)], id="item"),
        pytest.param(f"a: 1\n{C}\nl:\n- a: 1\n- b: 2\nc: 1\n", [(3, 5)], id="list-right-under-its-key"),
        pytest.param(f"a: 1\n---\n{C}\nb: 1\nc: 2\n---\nd: 1\n", [(4, 5)], id="whole-document"),
        pytest.param(f"{C}\n---\nb: 1\nc: 2\n---\nd: 1\n", [(2, 4)], id="above-the-marker"),
        pytest.param(f"a: 1\n{C}\n# why\n\nb:\n  c: 1\n", [(5, 6)], id="other-comments-between"),
        pytest.param(f"a: '{C}'\n", [], id="single-quoted"),
        pytest.param(f'a: "x\n  {C}"\n', [], id="double-quoted-over-lines"),
        pytest.param(f"a: b{C}\n", [], id="no-blank-before"),
        pytest.param(f"a: 1\n{C}\n", [(2, 2)], id="nothing-after"),
        pytest.param("a: {b: 1, # upstreamlint: ignore[x]\n  c: 2}\n", [(1, 1)], id="flow"),
        pytest.param(f"a: [\nb: 1 {C}\n", [(2, 2)], id="broken-yaml"),
    ],
)
def test_lines_of_yaml_comments(text, expected):
    assert lines(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"server {{\n  {C}\n  location / {{\n    return 1;\n  }}\n  listen 80;\n}}\n",
            [(3, 5)],
            id="block",
        ),
        pytest.param(f"{C}\nproxy_pass\n  http://a;\nlisten 80;\n", [(2, 3)], id="directive-over-lines"),
        pytest.param(f"{C}\nproxy_pass http://${{host}}\n  x;\nb;\n", [(2, 3)], id="variable-in-braces"),
        pytest.param(f"a b; {C}\n", [(1, 1)], id="trailing"),
        pytest.param(f'add_header X "{C}";\n', [], id="quoted"),
        pytest.param(f"a 'it\\'s {C}';\n", [], id="escaped-quote"),
        pytest.param(f'{C}\nlocation ~ "^/a{{2}}" {{\n  b;\n}}\nc;\n', [(2, 4)], id="brace-in-quotes"),
        pytest.param(f"server {{\n  a;\n  {C}\n}}\n", [(3, 3)], id="nothing-after"),
    ],
)
def test_lines_of_nginx_comments(text, expected):
    assert lines(text, "nginx.conf") == expected


def test_nginx_in_a_config_map():
    text = f"""data:
  nginx.conf: |
    server {{
      {C}
      location / {{
        proxy_pass http://web;
      }}
      add_header X "{C}";
      listen 80; {C}
    }}
  other: 1 {C}
"""
    assert lines(text) == [(5, 7), (9, 9), (11, 11)]


def test_files_without_comments_are_not_scanned(monkeypatch):
    monkeypatch.setattr(ignore, "find", None)
    assert ignore.comments(Source("a.yaml", "a: 1\n")) == []


def test_a_comment_in_the_main_file_of_an_nginx_counts():
    texts = {
        "compose.yaml": "services:\n  web: {image: 'nginx:1.27', volumes: ['./nginx.conf:/etc/nginx/nginx.conf']}\n",
        "nginx.conf": "events {}\nhttp { server { location / {\n"
        "  proxy_pass http://nobody:80; # upstreamlint: ignore[upstream-unknown] started by hand\n} } }\n",
    }
    result = testing.check_texts(texts, rules.load())
    assert [d.rule for d in result.ignored] == ["upstream-unknown"]
    assert result.diagnostics == ()
    assert result.coverage.files == len(texts)
