"""The port that Knative asks before a revision is ready, against what is told to listen."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()

_SERVICE = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - image: %s
          %s
"""


@pytest.mark.parametrize(
    ("image", "rest", "broken"),
    [
        ("example/web:1", "command: [gunicorn, --bind, '0.0.0.0:5000', 'app:app']", True),
        ("example/web:1", "command: [gunicorn, --bind, '127.0.0.1:8080', 'app:app']", False),
        ("example/web:1", "command: [gunicorn, --bind, '0.0.0.0:$(PORT)', 'app:app']", False),
        ("example/web:1", "command: [gunicorn, 'app:app']", False),
        ("example/web:1", "command: [uvicorn, 'app:app', --port, '9000']", True),
        (
            "example/web:1",
            "{command: [uvicorn, 'app:app', --port, '9000'], ports: [{containerPort: 9000}]}",
            False,
        ),
        (
            "example/web:1",
            "{command: [uvicorn, 'app:app', --port, '9000'], ports: [{containerPort: 8000}]}",
            True,
        ),
        ("nginx:1.27", "", True),
        ("example/web:1", "", False),
        ("example/web:1", "env: [{name: LISTEN, value: ':8080'}]", False),
    ],
)
def test_port(image, rest, broken):
    if rest.startswith("{"):
        inner = rest.removeprefix("{").removesuffix("}")
        rest = inner.replace("], ports", "]\n          ports")
    found = testing.check_texts({"web.yaml": _SERVICE % (image, rest)}, RULES).diagnostics
    assert ("upstream-port-not-served" in {d.rule for d in found}) is broken, [d.message for d in found]
