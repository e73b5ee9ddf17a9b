"""The Caddyfile reader: places, what it makes of unknown variables, and faults in Caddy's words."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstreamlint.files.readable import MemoryFiles
from upstreamlint.programs.caddy.model import beside, load
from upstreamlint.programs.variables import Variables
from upstreamlint.readers.fragment import whole
from upstreamlint.source import Anchor, Source

FILES = Path(__file__).parent / "caddyfiles"
PIECES = (*' \t\n\r\\"`<{}$#@():*/,.[]', "import ", "<<E\n", "{\n", "}\n", "{$A:b}", "{args[0]}")
SET = Variables({}, complete=True)


def config(text: str, variables: Variables = SET, **files: str):
    given_files = MemoryFiles({"Caddyfile": text} | {k.replace("__", "/"): v for k, v in files.items()})
    return load(whole(given_files.source("Caddyfile")), beside(given_files), variables)


def written(anchor: Anchor) -> str:
    return anchor.source.text[anchor.start : anchor.end]


def dialled(found) -> list[str]:
    return [u.written.value for _, _, p in found.proxies for u in p.upstreams]


def test_places_of_a_dial():
    found = config("# ü\nexample.com {\n\treverse_proxy /api/* http://api:8000\n}\n")
    _, route, proxy = found.proxies[0]
    upstream = proxy.upstreams[0]
    assert written(upstream.host_anchor) == "api"
    assert written(upstream.port_anchor) == "8000"
    assert upstream.host_anchor.span.line == 3
    assert written(route.head) == "reverse_proxy /api/* http://api:8000"
    assert [m.title for m in route.matches] == ["/api/*"]


def test_a_value_stands_where_its_placeholder_does():
    text = "{$HOST} {\n\treverse_proxy {$BACKEND:api:8000}\n}\n"
    found = config(text, Variables({"HOST": "a.example.com, b.example.com"}, complete=True))
    assert [a.host for s in found.sites for a in s.addresses] == ["a.example.com", "b.example.com"]
    upstream = found.proxies[0][2].upstreams[0]
    assert (upstream.host, upstream.port) == ("api", 8000)
    assert written(upstream.host_anchor) == "{$BACKEND:api:8000}"


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("example.com {\n\treverse_proxy {$BACKEND}\n}\n", False),
        ("example.com {\n\treverse_proxy {$BACKEND:api:80}\n}\n", False),
        ("example.com {\n\treverse_proxy {env.BACKEND}\n}\n", False),
        ("example.com {\n\treverse_proxy api:80\n}\n", True),
        ("example.com {\n\treverse_proxy tcp4/api:80\n}\n", True),
        ("example.com {\n\treverse_proxy api:80/path/\n}\n", False),
    ],
)
def test_what_is_not_known_is_no_host(text, known):
    found = config(text, Variables({}))
    assert found.faults == ()
    assert found.proxies[0][2].upstreams[0].known is known


def test_placeholders_for_whole_blocks_leave_the_rest_readable():
    text = "{\n\t{$OPTIONS}\n}\n\n{$EXTRA}\n\n{$HOST:localhost} {\n\treverse_proxy api:80\n\t{$MORE}\n}\n"
    found = config(text, Variables({}))
    assert (dialled(found), found.faults, found.complete) == (["api:80"], (), False)


def test_a_variable_can_be_the_address_of_the_only_site():
    found = config("{$HOST}\n\nreverse_proxy api:80\n", Variables({}))
    assert (dialled(found), found.faults) == (["api:80"], ())


def test_a_snippet_tells_both_ends():
    text = "(app) {\n\treverse_proxy {args[0]}:80\n}\na.example.com {\n\timport app one\n}\nb.example.com {\n\timport app two\n}\n"
    assert dialled(config(text)) == ["one:80", "two:80"]


def test_imports_stay_inside():
    assert not config("import ../outside.conf\n").complete
    assert config("import sites/*\n", sites__a="a.example.com {\n\treverse_proxy a:80\n}\n").complete
    assert not config("import /etc/caddy/sites/*\n").complete


def test_directives_run_in_caddys_order():
    text = "example.com {\n\tfile_server\n\treverse_proxy /api/* api:80\n\tredir /old /new\n\trespond /x 404\n}\n"
    routes = config(text).sites[0].routes
    assert [r.handler for r in routes] == ["redir", "respond", "reverse_proxy", "file_server"]
    assert [r.status for r in routes] == [302, 404, None, None]


def test_routes_know_what_is_around_them():
    found = config((FILES / "nested.caddyfile").read_text())
    facts = {r.proxy.upstreams[0].host: (r.dependency, r.conditional) for _, r, _ in found.proxies}
    assert facts == {
        "auth": (True, False),
        "api": (False, False),
        "spare": (False, True),
        "app": (False, False),
        "errors": (False, True),
    }


@pytest.mark.parametrize(
    ("key", "port", "tls"),
    [
        ("example.com", 443, True),
        ("http://example.com", 80, False),
        (":80", 80, False),
        (":8080", 8080, False),
        ("example.com:8080", 8080, True),
        (":443", 443, True),
        ("https://", 443, True),
        ("localhost:3000", 3000, True),
        ("http://:3000", 3000, False),
    ],
)
def test_ports_and_tls_of_a_site(key, port, tls):
    listen = config(f"{key} {{\n\trespond ok\n}}\n").sites[0].listens[0]
    assert (listen.port, listen.tls) == (port, tls)


def test_caddy_redirects_to_https_by_itself():
    assert [one.port for one in config("example.com {\n}\n").listens] == [443, 80]
    assert [one.port for one in config("{\n\tauto_https off\n}\nexample.com {\n}\n").listens] == [443]
    assert [one.port for one in config(":8080 {\n}\n").listens] == [8080]


@pytest.mark.parametrize("path", sorted(FILES.glob("refused-*.caddyfile")), ids=lambda p: p.stem)
def test_a_refused_file_has_a_fault(path):
    found = config(path.read_text())
    assert len(found.faults) == 1
    assert found.faults[0].anchor.source.path == "Caddyfile"


@pytest.mark.parametrize(
    "text",
    [
        "{\n\temail {$MAIL}\n\torder cache first\n\tacme_dns cloudflare\n}\nshop.{$ZONE} {\n\trespond hi\n}\n",
        "${DOMAIN}, <domain>, a.{env.ZONE} {\n\trespond hi\n}\n",
        "{\n\tlocal_certs\n}\nb.*.example.com {\n\trespond hi\n}\n",
    ],
)
def test_what_may_be_filled_in_or_a_plugin_is_left_alone(text):
    assert not config(text, Variables({})).faults


@pytest.mark.parametrize("word", ["tls off", "tls self_signed", "browse"])
def test_a_file_of_the_first_release_is_known_by_its_words(word):
    assert config(f"example.com {{\n\t{word}\n}}\n").first_release


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*string.ascii_letters[:4], *PIECES]), max_size=60).map("".join))
def test_any_text_is_read(text):
    found = config(text, Variables({}))
    size = len(text)
    for fault in found.faults:
        assert 0 <= fault.anchor.start <= fault.anchor.end <= size


def test_a_backslash_in_a_comment_joins_the_next_line_as_in_caddy():
    text = "example.com {\n\treverse_proxy api:80 # C:\\\\x\n\trespond /q ok\n}\n"
    assert dialled(config(text)) == ["api:80", "respond", "/q", "ok"]


def test_long_files_take_time_in_proportion():
    text = "example.com {\n" + "\treverse_proxy /p api:80 # comment\n" * 5_000 + "}\n"
    assert len(config(text).proxies) == 5_000
    assert config("{" * 50_000).faults
    assert load(whole(Source("Caddyfile", "a {\n" + "x {\n" * 20_000))).faults


def test_snippets_that_double_each_other_end():
    text = "(a0) {\n\trespond ok\n}\n" + "".join(
        f"(a{n}) {{\n\timport a{n - 1}\n\timport a{n - 1}\n}}\n" for n in range(1, 40)
    )
    assert config(text + "example.com {\n\timport a39\n}\n").faults


def test_arguments_that_double_each_other_end():
    text = "(a0) {\n\trespond {args[0]}\n}\n" + "".join(
        f"(a{n}) {{\n\timport a{n - 1} {{args[0]}}{{args[0]}}\n}}\n" for n in range(1, 60)
    )
    assert config(text + "example.com {\n\timport a59 x\n}\n").faults
