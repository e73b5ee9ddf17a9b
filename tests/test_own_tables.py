"""Images and servers that a configuration tells of."""

from upstreamlint import Severity, testing
from upstreamlint import rules as known_rules
from upstreamlint.settings.config_file import parse
from upstreamlint.source import Source

RULES = known_rules.load()
FILES = {
    "compose.yaml": """services:
  edge:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: registry.example/shop/api:7
    command: [shopd, --serve-on, "3000"]
""",
    "web.conf": "server { listen 80; location / { proxy_pass http://api:8080; } }\n",
}


def found(text):
    config = parse(Source("upstreamlint.yaml", text))
    result = testing.check_texts(FILES, RULES, config)
    return [(d.rule, d.severity) for d in result.diagnostics if d.severity is not Severity.INFO]


def test_without_them_nothing_is_known():
    assert found("") == []


def test_a_row_for_an_image():
    text = "images: [{image: registry.example/shop/api, serves: [{port: 3000}], source: its Dockerfile}]"
    assert found(text) == [("upstream-port-not-served", Severity.WARNING)]


def test_a_row_for_a_server():
    text = "servers: [{server: shopd, command: [[shopd]], port_flags: [--serve-on], source: its help}]"
    assert found(text) == [("upstream-port-not-served", Severity.ERROR)]


def test_they_count_in_their_own_run_alone():
    test_a_row_for_an_image()
    test_without_them_nothing_is_known()
