"""Rules of a second distribution: found by entry point, named after it, and loud when they are broken."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

RULE = '''
    """A Service that names no team.

    Nobody can be called.
    """

    from upstreamlint import Finding, Label, Severity, rule
    from upstreamlint.model.kubernetes import Service


    @rule(severity=Severity.ERROR, since="2.1")
    def check(graph):
        for service in graph.nodes(Service):
            if service.meta.labels is None:
                yield Finding(
                    message=f"Service `{service.title}` names no team",
                    primary=Label(service.anchor, "this Service"),
                    subject=service,
                )
'''

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports:
    - port: 80
"""


@pytest.fixture
def run(tmp_path):
    """Run the program beside an installed distribution with the given rule module."""

    def _run(module, *arguments, name="service_without_team"):
        site = tmp_path / "site"
        package = site / "acme_rules"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / f"{name}.py").write_text(textwrap.dedent(module))
        info = site / "acme_upstreamlint-1.4.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-upstreamlint\nVersion: 1.4\n")
        (info / "entry_points.txt").write_text("[upstreamlint.rules]\nacme = acme_rules\n")
        (tmp_path / "repo").mkdir()
        (tmp_path / "repo" / "service.yaml").write_text(SERVICE)
        return subprocess.run(
            [sys.executable, "-m", "upstreamlint", *arguments],
            cwd=tmp_path / "repo",
            env={**os.environ, "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )

    return _run


def test_a_plugin_rule_runs_under_the_name_of_its_entry_point(run):
    outcome = run(RULE, "check", "--format", "concise")
    assert (
        "service.yaml:4:9: error: Service `web` names no team [acme/service-without-team]" in outcome.stdout
    )
    assert outcome.returncode == 1


def test_a_plugin_rule_is_explained(run):
    assert "A Service that names no team." in run(RULE, "explain", "acme/service-without-team").stdout


def test_the_version_names_the_plugins(run):
    assert "acme-upstreamlint 1.4" in run(RULE, "--version").stdout


@pytest.mark.parametrize(
    ("module", "says"),
    [
        pytest.param("import nothing_of_that_name\n", "nothing_of_that_name", id="does not import"),
        pytest.param(
            RULE.replace("for service", "raise ValueError('oops')\n        for service"), "oops", id="raises"
        ),
    ],
)
def test_a_broken_plugin_is_named_and_is_no_finding(run, module, says):
    outcome = run(module, "check")
    assert outcome.returncode == 2
    assert says in outcome.stderr
    assert "acme" in outcome.stderr
    assert "Traceback" not in outcome.stderr
