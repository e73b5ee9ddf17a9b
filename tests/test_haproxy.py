"""The haproxy.cfg reader: places, defaults, checks, variables, and lines that may not count."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstreamlint import rules, testing
from upstreamlint.programs.haproxy.model import load
from upstreamlint.programs.variables import Variables
from upstreamlint.readers.fragment import whole
from upstreamlint.source import Anchor, Source

FILES = Path(__file__).parent / "haproxy"
TIMES = "defaults\n  mode http\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\n"
UNSET = Variables({}, complete=True)


def config(*texts: str, variables: Variables = UNSET):
    return load([whole(Source(f"{n}.cfg", text)) for n, text in enumerate(texts)], variables)


def backend(lines: str, **kwargs):
    return config(TIMES + "backend b\n" + lines, **kwargs).backends["b"]


def written(anchor: Anchor) -> str:
    return anchor.source.text[anchor.start : anchor.end]


def test_places_of_a_server():
    server = backend("  server api api.example.com:8000 check # the api\n").servers[0]
    assert written(server.address.host_anchor) == "api.example.com"
    assert written(server.address.port_anchor) == "8000"
    assert written(server.anchor) == "server api api.example.com:8000 check"
    assert server.anchor.span.line == 7


@pytest.mark.parametrize(
    ("word", "kind", "host", "port"),
    [
        ("api:80", "name", "api", 80),
        ("api", "name", "api", None),
        ("10.0.0.1:80", "ip", "10.0.0.1", 80),
        ("[fd00::1]:80", "ip", "fd00::1", 80),
        ("ipv4@api:80", "name", "api", 80),
        ("*:+10", "any", "*", None),
        ("unix@/run/app.sock", "unix", "/run/app.sock", None),
        ("/run/app.sock", "unix", "/run/app.sock", None),
        ("abns@app", "other", "app", None),
    ],
)
def test_addresses(word, kind, host, port):
    address = backend(f"  server s {word}\n").servers[0].address
    assert (address.kind, address.host, address.port) == (kind, host, port)


@pytest.mark.parametrize(
    ("word", "variables", "kind", "host"),
    [
        ("${API}:80", Variables({"API": "api"}), "name", "api"),
        ('"${API-api}:80"', UNSET, "name", "api"),
        ('"${API-api}:80"', Variables({}), "variable", "${API-api}"),
        ("${API}:80", Variables({}), "variable", "${API}"),
    ],
)
def test_variables(word, variables, kind, host):
    found = backend(f"  server s {word}\n", variables=variables)
    assert (found.servers[0].address.kind, found.servers[0].address.host) == (kind, host)


def test_default_server_and_defaults_count_for_what_follows():
    text = (
        "defaults a\n  mode http\n  option httpchk GET /a\n  default-server check port 81\n"
        "defaults b from a\n  option httpchk GET /b\n"
        "backend one from a\n  server s s:80\n"
        "backend two\n  server s s:80\n  default-server no-check\n  server t t:80\n"
    )
    found = config(text).backends
    one, (two, off) = found["one"].servers[0], found["two"].servers
    assert (one.ask.path, one.ask.port) == ("/a", 81)
    assert (two.ask.path, two.ask.port) == ("/b", 81)
    assert off.ask is None
    assert found["two"].mode == "http"


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        ("", ("connect", "", "", "", ())),
        ("  option httpchk\n", ("http", "OPTIONS", "/", "", ())),
        ("  option httpchk /up\n", ("http", "OPTIONS", "/up", "", ())),
        ("  option httpchk GET /up\n", ("http", "GET", "/up", "", ())),
        (
            "  option httpchk GET /up HTTP/1.1\\r\\nHost:\\ a.example\n",
            ("http", "GET", "/up", "a.example", ()),
        ),
        (
            "  option httpchk\n  http-check send meth HEAD uri /x hdr Host b.example\n  http-check expect status 200,301\n",
            ("http", "HEAD", "/x", "b.example", ("200", "301")),
        ),
        ("  option mysql-check user x\n", ("mysql-check", "", "", "", ())),
    ],
)
def test_checks(lines, asked):
    ask = backend(f"{lines}  server s s:80 check\n").servers[0].ask
    assert (ask.kind, ask.method, ask.path, ask.host, ask.statuses) == asked


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ("", True),
        ("resolvers dns", True),
        ("init-addr last,libc,none", False),
        ("init-addr none", False),
        ("init-addr libc,10.0.0.1", False),
    ],
)
def test_names_that_must_resolve_at_start(options, needed):
    assert backend(f"  server s s:80 {options}\n").servers[0].needs_name_at_start is needed


def test_lines_that_hang_on_a_condition_are_no_fault():
    text = TIMES + "frontend f\n  bind :80\n.if defined(X)\n  default_backend nobody\n.endif\n"
    found = config(text)
    assert (found.faults, found.complete) == ((), False)
    assert found.proxies[0].uses[0].unsure


def test_files_are_read_as_one():
    front, back = TIMES + "frontend f\n  bind :80\n  default_backend b\n", "backend b\n  server s s:80\n"
    assert config(front, back).faults == ()
    assert [f.message for f in config(front).faults] == ["unable to find required default_backend: 'b'"]


def test_a_template_is_not_read():
    found = config("backend b\n{{ range .servers }}\n  server s {{ . }}\n{{ end }}\n")
    assert (found.templated, found.proxies, found.faults) == (True, (), ())


@pytest.mark.parametrize("path", sorted(FILES.glob("*.cfg")), ids=lambda p: p.stem)
def test_a_file_that_is_refused_has_a_fault(path):
    assert bool(
        config(path.read_text(), variables=Variables({"HOME": "/"}, complete=True)).faults
    ) is path.stem.startswith("refused")


PIECES = (
    *" \t\n\r\\\"'${}#@:%[]*,-.",
    "server s ",
    "backend ",
    "bind ",
    "\\x4",
    ".if ",
    ".endif",
    "${A-b}",
    "${A[*]}",
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*string.ascii_letters[:4], *PIECES]), max_size=60).map("".join))
def test_any_text_is_read(text):
    found = config(text, variables=Variables({}))
    for fault in found.faults:
        assert 0 <= fault.anchor.start <= fault.anchor.end <= len(text)


def test_long_files_take_time_in_proportion():
    text = TIMES + "backend b\n" + "".join(f"  server s{n} api:80 check\n" for n in range(5_000))
    assert len(config(text).backends["b"].servers) == 5_000
    config('backend b\n  server s s:80 "' + "a" * 500_000)


def test_variables_that_make_too_much_end():
    found = config(
        'backend b\n  server s "' + "${A}" * 200_000 + '"\n', variables=Variables({"A": "x" * 100_000})
    )
    assert len(found.backends["b"].servers[0].address.written.value) < 4_000_000


CHECKED = json.loads((Path(__file__).parent / "truth" / "haproxy" / "checked.json").read_text())


@pytest.mark.parametrize("one", CHECKED["configurations"], ids=lambda one: one["name"])
def test_what_haproxy_checked(one):
    text = one["config"] if one["config"].startswith("defaults\n  mode") else CHECKED["head"] + one["config"]
    result = testing.check_texts({"haproxy.cfg": text}, rules.load())
    told = any(d.rule == "proxy-config-refused" for d in result.diagnostics)
    assert told == one["told"]
    assert one["refused"] or not told
