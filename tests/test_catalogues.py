"""A catalogue is not a project, and one line that many services share is one fault."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()


def published(*ports, profile=""):
    lines = [
        f"  s{n}:\n    image: registry.example/s{n}:1\n    ports: ['{port}:80']\n{profile}"
        for n, port in enumerate(ports)
    ]
    return "services:\n" + "".join(lines)


def about_ports(texts):
    found = testing.check_texts(texts, RULES).diagnostics
    return [(d.severity.value, d.rule) for d in found if d.rule.startswith("published-port")]


TAKEN = [("error", "published-port-taken")]
SHARED = [("info", "published-ports-shared")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (published(8080, 8080), TAKEN),
        (published(8080, 8080, 8080), SHARED),
        (published(8080, 8080, 9090, 9090), SHARED),
        (published(8080, "${PORT:-8080}"), SHARED),
        (published(8080, 8080, profile="    profiles: [one]\n"), []),
    ],
)
def test_clashes_of_one_project(text, expected):
    assert about_ports({"compose.yaml": text}) == expected


@pytest.mark.parametrize(("others", "expected"), [(2, TAKEN), (40, SHARED)])
def test_a_project_that_includes_many_files_is_not_started_as_a_whole(others, expected):
    texts = {
        f"apps/a{n}/compose.yaml": f"services: {{a{n}: {{image: 'registry.example/a:1', ports: ['{9000 + n}:80']}}}}\n"
        for n in range(others)
    }
    texts["apps/a1/compose.yaml"] = texts["apps/a1/compose.yaml"].replace("9001", "9000")
    texts["compose.yaml"] = "include:\n" + "".join(f"  - {path}\n" for path in texts)
    assert about_ports(texts) == expected


def test_a_line_of_a_dockerfile_that_many_services_are_built_from_is_one_fault():
    names = [f"s{n}" for n in range(4)]
    passes = "".join(f"location /{n}/ {{ proxy_pass http://{n}:8000/; }} " for n in names)
    texts = {
        "compose.yaml": "services:\n  proxy: {image: 'nginx:1.27', ports: ['80:80'],"
        " volumes: ['./p.conf:/etc/nginx/conf.d/default.conf']}\n"
        + "".join(f"  {n}: {{build: .}}\n" for n in names),
        "p.conf": f"server {{ listen 80; {passes}}}\n",
        "Dockerfile": 'FROM python:3.12\nCMD ["gunicorn", "--bind", "127.0.0.1:8000", "app:app"]\n',
    }
    found = [d for d in testing.check_texts(texts, RULES).diagnostics if d.severity.value == "error"]
    assert [d.finding.primary.anchor.source.path for d in found] == ["Dockerfile"]
    assert "s3" in found[0].finding.note
    assert {a.route for a in found[0].affects} >= {f"/{n}/" for n in names}
