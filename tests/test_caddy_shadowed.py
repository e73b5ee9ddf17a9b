"""Which proxies of a site no request comes to. What each site answers was measured on Caddy 2.11.7."""

from __future__ import annotations

import pytest

from upstreamlint.programs.caddy.config import load
from upstreamlint.readers.fragment import whole
from upstreamlint.source import Source

ONE, TWO = "reverse_proxy 127.0.0.1:9101", "reverse_proxy /api/* 127.0.0.1:9102"
HANDLED = "handle /api/* {\n reverse_proxy 127.0.0.1:9102\n}"


@pytest.mark.parametrize(
    ("body", "never"),
    [
        (f"handle {{\n{ONE}\n}}\n{TWO}", [TWO]),
        (f"handle {{\nheader X y\n}}\n{TWO}", []),
        (f"{ONE}\n{ONE}1", [f"{ONE}1"]),
        (f"root * www\ntry_files {{path}} /index.html\nfile_server\n{TWO}", [TWO]),
        (f"root * www\ntry_files {{path}} /index.html\nfile_server\n{HANDLED}", ["handle /api/*"]),
        (f"root * www\ntry_files {{path}} =404\nfile_server\n{TWO}", [TWO]),
        (f"root * www\ntry_files {{path}} {{path}}/\nfile_server\n{TWO}", []),
        (f"root * www\nfile_server\n{TWO}", []),
        (f"uri strip_prefix /api\n{TWO}\n{ONE}", [TWO]),
        (f"uri /api/* strip_prefix /api\n{TWO}\n{ONE}", []),
        (f"rewrite * /index.html\n{TWO}\n{ONE}", [TWO]),
        (f"redir https://shop.example{{uri}}\n{TWO}", [TWO]),
        (f"respond hi\n{TWO}", [TWO]),
        (f"error 404\n{TWO}", [TWO]),
        (f"{HANDLED}\n{HANDLED}", ["handle /api/*"]),
        (f"handle /api* {{\n{ONE}\n}}\nhandle /api/v1/* {{\n{ONE}\n}}", []),
        (f"route {{\n{ONE}\n{TWO}\n}}", [TWO]),
        (f"route {{\nhandle {{\n{ONE}\n}}\n{HANDLED}\n}}", ["handle /api/*"]),
        (f"handle_path /api/* {{\n{ONE}\n}}\n{HANDLED}", ["handle /api/*"]),
        (f"route {{\n{ONE}\n}}\n{TWO}", [TWO]),
        (f"route /* {{\n{ONE}\n}}\nroute /api/* {{\n{ONE}\n}}", []),
        (f"handle / {{\n{ONE}\n}}\n{HANDLED}", []),
        (f"handle /* {{\n{ONE}\n}}\n{TWO}", [TWO]),
        (f"@all path *\nhandle @all {{\n{ONE}\n}}\n{HANDLED}", []),
        (f"@a header X y\nhandle @a {{\n{ONE}\n}}\nreverse_proxy @a 127.0.0.1:9102", ["reverse_proxy @a 127.0.0.1:9102"]),
        (f"@one path /a/*\nhandle @one {{\n{ONE}\n}}\n@rest not {{\npath /a/*\n}}\nhandle @rest {{\n{ONE}\n}}", []),
        ("file_server\nhandle_errors {\nreverse_proxy 127.0.0.1:9102\n}", []),
        (f"forward_auth 127.0.0.1:9101 {{\nuri /x\n}}\n{ONE}", []),
    ],
)  # fmt: skip
def test_what_no_request_comes_to(body: str, never: list[str]) -> None:
    found = load(whole(Source("Caddyfile", f":9100 {{\n{body}\n}}\n"))).shadowed
    assert [s.anchor.source.text[s.anchor.start : s.anchor.end] for s in found] == never


def test_an_order_of_its_own_is_left_alone() -> None:
    text = f"{{\norder reverse_proxy before handle\n}}\n:9100 {{\nhandle {{\n{ONE}\n}}\n{TWO}\n}}\n"
    assert load(whole(Source("Caddyfile", text))).shadowed == ()


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ("reverse_proxy / one:80", ["/"]),
        (f"handle / {{\n{ONE}\n}}", ["/"]),
        ("reverse_proxy / one:80\nfile_server", []),
        ("reverse_proxy / one:80\nreverse_proxy /api/* two:80", ["/"]),
        ("reverse_proxy / one:80\nreverse_proxy /static/* one:80", []),
        ("reverse_proxy / one:80\nreverse_proxy /* two:80", []),
        ("@rest not path /\nreverse_proxy / one:80\nreverse_proxy @rest two:80", []),
        ("reverse_proxy /api one:80\nfile_server", ["/api"]),
        ("reverse_proxy /api one:80\nreverse_proxy /api/* one:80", []),
        ("reverse_proxy /api one:80\nreverse_proxy one:80", []),
        ("reverse_proxy /api one:80\nreverse_proxy two:80", ["/api"]),
        ("reverse_proxy /ws one:80\nreverse_proxy two:80", []),
        ("reverse_proxy /shop/ one:80\nfile_server", ["/shop/"]),
        ("reverse_proxy /api/* one:80", []),
        ("@api path /api\nreverse_proxy @api one:80", []),
    ],
)
def test_paths_that_must_be_meant_for_what_is_below_them(body: str, paths: list[str]) -> None:
    found = load(whole(Source("Caddyfile", f":9100 {{\n{body}\n}}\n"))).exact
    assert [e.path for e in found] == paths
