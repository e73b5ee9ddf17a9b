"""The httpd reader: places, words, targets, balancers, variables and conditions."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstreamlint import rules, testing
from upstreamlint.finding import Severity
from upstreamlint.programs.apache.config import load
from upstreamlint.programs.variables import Variables
from upstreamlint.readers.fragment import whole
from upstreamlint.source import Anchor, Source

FILES = Path(__file__).parent / "httpd"
UNSET = Variables({}, complete=True)


def config(text: str, variables: Variables = UNSET, **files: str):
    texts = {name.replace("__", "/"): whole(Source(name, content)) for name, content in files.items()}
    return load(whole(Source("httpd.conf", text)), lambda _, p: [texts[p]] if p in texts else [], variables)


def passes(text: str, **kwargs):
    return [p for host in config(text, **kwargs).hosts for p in host.passes]


def written(anchor: Anchor) -> str:
    return anchor.source.text[anchor.start : anchor.end]


def test_places_of_a_pass():
    one = passes('ProxyPass "/api/" \\\n  "http://API.example:8000/x/" retry=0\n')[0]
    assert written(one.url.host_anchor) == "API.example"
    assert written(one.url.port_anchor) == "8000"
    assert one.url.host_anchor.span.line == 2
    assert (one.url.host, one.url.path, one.parameter("retry")) == ("api.example", "/x/", "0")


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("ProxyPass / http://a:1/", ("/", "http", "a", 1)),
        ("ProxyPass / http://a/", ("/", "http", "a", 80)),
        ("ProxyPass / https://a/", ("/", "https", "a", 443)),
        ("ProxyPassMatch ^/(.*\\.php)$ fcgi://php:9000/var/www/$1", ("^/(.*\\.php)$", "fcgi", "php", 9000)),
        ("<Location /x>\nProxyPass http://a:1\n</Location>", ("/x", "http", "a", 1)),
        (
            '<FilesMatch \\.php$>\nSetHandler "proxy:fcgi://php:9000"\n</FilesMatch>',
            ("\\.php$", "fcgi", "php", 9000),
        ),
        ("RewriteRule ^/(.*) ws://a:1/$1 [P,L]", ("^/(.*)", "ws", "a", 1)),
        ("ProxyPass / h2c://[fd00::1]:1/", ("/", "h2c", "fd00::1", 1)),
    ],
)
def test_targets(line, target):
    one = passes(line + "\n")[0]
    assert (one.path, one.url.scheme, one.url.host, one.url.port) == target


@pytest.mark.parametrize(
    "line",
    [
        "ProxyPass / !",
        "RewriteRule ^/(.*) http://a:1/$1 [R]",
        "SetHandler server-status",
        "ProxyPassReverse / http://a:1/",
    ],
)
def test_lines_that_pass_nothing_on(line):
    assert [p for p in passes(line + "\n") if p.url is not None] == []


def test_sockets_and_parts_of_the_request_are_not_dialled():
    text = 'SetHandler "proxy:unix:/run/php.sock|fcgi://localhost"\nRewriteRule ^/(\\w+) http://$1:80/ [P]\n'
    socket, request = passes(text)
    assert (socket.url.socket, request.url.known) == ("/run/php.sock", False)


def test_balancers():
    text = (
        "<Proxy balancer://App>\nBalancerMember http://a:1 loadfactor=3\nBalancerMember http://b:2 status=+H\n"
        "</Proxy>\nProxyPass / balancer://app/\n"
    )
    found = config(text)
    members = found.balancer("APP").members
    assert [(m.url.host, m.weight, m.status) for m in members] == [("a", 3.0, ""), ("b", 1.0, "H")]


def test_defines_and_the_environment_are_put_in():
    text = "Define A a\nDefine U http://${A}:${PORT}\nProxyPass / ${U}/\nProxyPass /x http://${NOBODY}/\n"
    one, other = passes(text, variables=Variables({"PORT": "81"}))
    assert (one.url.host, one.url.port, other.url.known) == ("a", 81, False)
    assert written(one.url.host_anchor) == "${U}/"


@pytest.mark.parametrize(
    ("section", "unsure"),
    [
        ("IfModule mod_proxy.c", False),
        ("IfModule !mod_ssl.c", True),
        ("IfVersion >= 2.4", True),
        ("IfFile /x", True),
    ],
)
def test_conditions(section, unsure):
    text = f"<{section}>\nProxyPass / http://a/\n</{section.split()[0]}>\n"
    assert passes(text)[0].unsure is unsure


def test_a_file_that_an_image_has_is_no_fault_when_it_is_optional():
    assert config("IncludeOptional conf/none.conf\n").faults == ()
    assert [f.message for f in config("Include conf/none.conf\n").faults] == [
        "Could not open configuration file conf/none.conf: No such file or directory"
    ]


def test_includes_stand_where_they_are_written():
    found = config("<VirtualHost *:80>\nInclude one\n</VirtualHost>\n", one="ProxyPass / http://a:1/\n")
    assert [p.url.host for p in found.hosts[0].passes] == ["a"]


def test_a_file_that_includes_itself_ends():
    def find(fragment, _):
        return [fragment]

    assert not load(whole(Source("a", "Include a\nInclude a\n")), find, UNSET).complete


@pytest.mark.parametrize("path", sorted(FILES.glob("*.conf")), ids=lambda p: p.stem)
def test_a_file_that_is_refused_has_a_fault(path):
    found = config(path.read_text(), parts__one__inc="")
    assert bool([f for f in found.faults if "parts/one" not in f.message]) is path.stem.startswith("refused")


PIECES = (
    *" \t\n\r\\\"'${}#<>/:*",
    "<VirtualHost ",
    "</VirtualHost>",
    "ProxyPass ",
    "<Macro a $b>",
    "Use a ",
    "${A}",
    "http://a",
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*string.ascii_letters[:3], *PIECES]), max_size=60).map("".join))
def test_any_text_is_read(text):
    for fault in config(text, Variables({})).faults:
        assert 0 <= fault.anchor.start <= fault.anchor.end <= len(text)


def test_long_files_take_time_in_proportion():
    assert len(passes("ProxyPass /a http://a:1/\n" * 5_000)) == 5_000
    assert config("<Location />\n" * 20_000).faults
    config("ProxyPass " + "\\\n" * 100_000)


def test_definitions_that_double_each_other_end():
    doubled = "".join(f"Define A{n} ${{A{n - 1}}}${{A{n - 1}}}\n" for n in range(1, 60))
    config("Define A0 xxxxxxxx\n" + doubled + "ServerName ${A59}\n" * 1000)
    config("<Macro M $a>\nServerName " + "$a" * 100_000 + "\n</Macro>\n" + f"Use M {'x' * 100_000}\n")


PROXY = "Listen 80\nLoadModule proxy_module m\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PROXY + "ProxyPass / http://shop:8000/\n", ["proxy-module-missing"]),
        (PROXY + "LoadModule proxy_http_module m\nProxyPass / http://shop:8000/\n", []),
        (PROXY + "LoadModule proxy_http_module m\nProxyPass / fcgi://shop:8000/\n", ["proxy-module-missing"]),
        (
            PROXY + "Include conf/extra/httpd-default.conf\nProxyPass / http://shop:8000/\n",
            ["proxy-module-missing"],
        ),
        (PROXY + "IncludeOptional conf/modules.d/*.conf\nProxyPass / http://shop:8000/\n", []),
        (PROXY + "<IfModule proxy_http_module>\nProxyPass / http://shop:8000/\n</IfModule>\n", []),
        ("Listen 80\nProxyPass / http://shop:8000/\n", []),
    ],
)
def test_a_scheme_without_its_module(text, expected):
    compose = (
        "services:\n  edge:\n    image: httpd:2.4\n    volumes: ['./httpd.conf:/usr/local/apache2/conf/httpd.conf']\n"
        "    depends_on: [shop]\n  shop:\n    image: registry.example/shop:1\n    expose: ['8000']\n"
    )
    result = testing.check_texts({"compose.yaml": compose, "httpd.conf": text}, rules.load())
    assert [d.rule for d in result.diagnostics if d.severity is not Severity.INFO] == expected
