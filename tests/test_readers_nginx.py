from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from steps import steps

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.programs.nginx.language.syntax import (
    MAX_DEPTH,
    Directive,
    Reading,
    embedded,
    read,
    substitute,
    whole,
)
from upstreamlint.programs.nginx.language.words import Word, words
from upstreamlint.readers import yaml
from upstreamlint.source import Anchor, Source

SHARED = Path(__file__).resolve().parents[2] / "shared"


def reading(text: str) -> Reading:
    return read(whole(Source("nginx.conf", text)))


def tree(directives: tuple[Directive, ...]) -> list[object]:
    """Names, arguments and blocks alone."""
    return [
        [d.name.value, *(a.value for a in d.args), *([tree(d.block)] if d.block is not None else [])]
        for d in directives
    ]


def at(anchor: Anchor) -> tuple[int, int]:
    return anchor.span.line, anchor.span.column


def written(anchor: Anchor) -> str:
    return anchor.source.text[anchor.start : anchor.end]


def messages(result: Reading) -> list[tuple[int, int, str]]:
    return [(*at(f.anchor), f.message) for f in result.faults]


def test_every_word_knows_its_place():
    text = "http {\n  upstream b { # pool\n    server 'a b':80  weight=2;\n  }\n}\n"
    text = text.replace("'a b':80", "a:80")
    result = reading(text)
    server = result.directives[0].block[0].block[0]
    assert tree(result.directives) == [["http", [["upstream", "b", [["server", "a:80", "weight=2"]]]]]]
    assert at(server.name.anchor) == (3, 5)
    assert [at(a.anchor) for a in server.args] == [(3, 12), (3, 18)]
    assert written(server.anchor) == "server a:80  weight=2;"
    assert written(server.head) == "server a:80  weight=2"
    assert written(result.directives[0].anchor) == text.strip()
    assert not result.faults


def test_quotes_and_escapes_are_read_as_nginx_reads_them():
    result = reading(r"""log_format m '$a "x" \'q\' \\ \.' "" plain\ word;""")
    quoted, empty, plain = result.directives[0].args[1:]
    assert quoted.value == r"""$a "x" 'q' \ \."""
    assert not quoted.plain
    assert written(quoted.anchor) == r"""'$a "x" \'q\' \\ \.'"""
    assert (empty.value, written(empty.anchor)) == ("", '""')
    assert plain.value == r"plain\ word"


def test_comments_are_not_words():
    text = 'a b # c; d {\n # "x\n c; # } \n#end'
    result = reading(text)
    assert tree(result.directives) == [["a", "b", "c"]]
    assert not result.faults


# What crossplane gets wrong


def test_a_braced_variable_does_not_swallow_the_next_word():
    result = reading("server ${HOST} max_fails=1 backup; listen ${PORT} default_server;")
    assert tree(result.directives) == [
        ["server", "${HOST}", "max_fails=1", "backup"],
        ["listen", "${PORT}", "default_server"],
    ]


def test_an_unbalanced_brace_does_not_lose_the_file():
    missing = reading("upstream a {\n  server a:1;\n\nserver {\n  listen 80;\n}\n")
    assert tree(missing.directives) == [
        ["upstream", "a", [["server", "a:1"], ["server", [["listen", "80"]]]]],
    ]
    assert messages(missing)[-1] == (6, 1, 'unexpected end of file, expecting "}"')
    extra = reading("a 1;\n}\nb 2;\n")
    assert tree(extra.directives) == [["a", "1"], ["b", "2"]]
    assert messages(extra) == [(2, 1, 'unexpected "}"')]


def test_the_unclosed_block_is_found_by_its_indentation():
    text = "http {\n  server {\n    location / {\n      return 200;\n  }\n  server {\n  }\n}\n"
    fault = reading(text).faults[-1]
    assert fault.message == 'unexpected end of file, expecting "}"'
    assert [(written(a), m) for a, m in fault.related] == [("location /", "this block is not closed")]


def test_an_unclosed_quote_keeps_what_stands_before():
    result = reading("a 1;\nb 'x;\nc 2;\n")
    assert tree(result.directives) == [["a", "1"]]
    assert messages(result) == [(3, 4, 'unexpected end of file, expecting ";" or "}"')]
    assert at(result.faults[0].related[0][0]) == (2, 3)


def test_a_file_that_ends_inside_a_directive():
    result = reading("a 1;\nlisten 80")
    assert tree(result.directives) == [["a", "1"], ["listen", "80"]]
    assert messages(result) == [(2, 1, 'unexpected end of file, expecting ";" or "}"')]


def test_a_missing_semicolon_before_a_brace():
    result = reading("upstream b { server 10.0.0.2 }\nupstream c { server 10.0.0.3; }\n")
    assert tree(result.directives) == [
        ["upstream", "b", [["server", "10.0.0.2"]]],
        ["upstream", "c", [["server", "10.0.0.3"]]],
    ]
    assert messages(result) == [(1, 30, 'unexpected "}"')]
    where, message = result.faults[0].related[0]
    assert (written(where), message) == ("server 10.0.0.2", 'directive "server" is not terminated by ";"')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("upstream b {\n ip_hash\n server a;\n}", [["ip_hash"], ["server", "a"]]),
        ("upstream b {\n server a\n server b;\n}", [["server", "a"], ["server", "b"]]),
        ("server {\n listen 80\n server_name x;\n}", [["listen", "80"], ["server_name", "x"]]),
        ("server {\n root /a\n location / {\n }\n}", [["root", "/a"], ["location", "/", []]]),
    ],
)
def test_a_missing_semicolon_before_a_new_line(text, expected):
    result = reading(text)
    assert tree(result.directives)[0][-1] == expected
    name = expected[0][0]
    assert messages(result) == [(2, 2, f'directive "{name}" is not terminated by ";"')]


@pytest.mark.parametrize(
    "text",
    [
        "proxy_next_upstream error\n timeout http_502;",
        "listen 443\n ssl http2;",
        "server_name a\n b\n root;",
        "map $a $b {\n default x\n ;\n server y;\n}",
        "upstream u { keepalive 32 local; server a:80 resolve; }",
        "if ($x) { include a.conf; }",
        "limit_except GET { include a.conf; }",
        "unknown_directive a b c { d; }",
        "http2 on; ssl_reject_handshake on;",
    ],
)
def test_what_nginx_accepts_has_no_fault(text):
    assert messages(reading(text)) == []


def test_a_byte_order_mark_is_no_part_of_a_word():
    result = reading("\ufeffevents { }")
    assert tree(result.directives) == [["events", []]]


def test_only_ascii_space_separates_words():
    assert tree(reading("a b\u00a0c;").directives) == [["a", "b\u00a0c"]]


def test_a_closing_brace_inside_a_word_is_part_of_it():
    assert tree(reading("root /a}b; x {a b;}").directives) == [["root", "/a}b"], ["x", [["a", "b"]]]]


@pytest.mark.parametrize(
    "code",
    [
        'return "}" -- it\'s {',
        "local x = [[ } ]] --[[ } ]] return {1, {2}}",
        "if a then return 'it\\'s }' end",
        "local t = {{1}, {2}}",
        "",
    ],
)
def test_a_lua_block_is_one_argument(code):
    text = f"location / {{\n  content_by_lua_block {{\n{code}\n}}\n  return 1;\n}}"
    result = reading(text)
    lua = result.directives[0].block[0]
    assert not result.faults
    assert [a.value for a in lua.args] == [f"\n{code}\n"]
    assert written(lua.args[0].anchor) == f"\n{code}\n"
    assert tree(result.directives)[0][-1][1] == ["return", "1"]


def test_set_by_lua_block_without_a_space():
    result = reading("set_by_lua_block $p{ return 1 }\nset_by_lua_block $q { }\nroot x;")
    assert tree(result.directives) == [
        ["set_by_lua_block", "$p", " return 1 "],
        ["set_by_lua_block", "$q", " "],
        ["root", "x"],
    ]


def test_lua_in_a_comment_is_a_comment():
    assert tree(reading("# content_by_lua_block {\na b;").directives) == [["a", "b"]]


def test_a_thousand_nested_blocks_are_a_fault():
    result = reading("a { " * 1000 + "}" * 1000 + "\nb c;")
    assert messages(result) == [(1, MAX_DEPTH * 4 + 3, f"nested deeper than {MAX_DEPTH} blocks")]
    assert result.directives[-1].name.value == "b"


# nginx's own words


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (";", 'unexpected ";"'),
        ("{ a b; }", 'unexpected "{"'),
        ('a "b"c;', 'unexpected "c"'),
        ("location /;", 'directive "location" has no opening "{"'),
        ("http { server; }", 'directive "server" has no opening "{"'),
        ("proxy_pass http://x { }", 'directive "proxy_pass" is not terminated by ";"'),
        ("upstream b { server x { } }", 'directive "server" is not terminated by ";"'),
    ],
)
def test_nginx_wording(text, message):
    assert [m for _, _, m in messages(reading(text))] == [message]


def test_a_parenthesis_may_follow_a_quote():
    assert messages(reading('if ($a = "b") { return 1; }')) == []


@pytest.mark.parametrize("mark", ["{{ host }}", "{% for %}", "<%= x %>"])
def test_a_template_is_not_read(mark):
    result = reading(f"upstream b {{ server {mark}; ")
    assert result == Reading((), (), templated=True)


def test_names_in_braces_that_a_script_fills_in_are_words():
    result = reading("server_tokens {SHOW_VERSION};\nlocation / { proxy_pass http://{host}:{port}; }\n")
    assert not result.faults
    assert not result.templated
    assert result.directives[1].block[0].args[0].value == "http://<host>:<port>"


def test_a_name_in_braces_hides_no_other_fault():
    assert messages(reading("index {FILE};\nlocation / { return 200 }\n"))


# Text inside other files


def config_map(text: str, key: str = "nginx.conf") -> Scalar:
    document = yaml.read(Source("k8s.yaml", text)).documents[0]
    assert isinstance(document.root, Mapping)
    value = document.root.at("data", key)
    assert isinstance(value, Scalar)
    return value


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("style", ["|", "|-", "|+", "&a |", "|2"])
def test_a_block_scalar_maps_to_its_lines(end, style):
    lines = [
        "data:",
        f"  nginx.conf: {style}",
        "    upstream b {",
        "",
        "      server x:80",
        "        down;",
        "    }",
        "z: 1",
    ]
    if style == "|2":
        lines = [line.replace("    ", "      ", 1) if line.startswith("    ") else line for line in lines]
    scalar = config_map(end.join(lines) + end)
    result = read(embedded(scalar))
    upstream = result.directives[0]
    server = upstream.block[0]
    shift = 2 if style == "|2" else 0
    assert at(upstream.name.anchor) == (3, 5 + shift)
    assert [(at(a.anchor), written(a.anchor)) for a in server.args] == [
        ((5, 14 + shift), "x:80"),
        ((6, 9 + shift), "down"),
    ]
    assert upstream.anchor.span[3:] == (7, 6 + shift)


def test_a_fault_in_a_block_scalar_has_its_line():
    scalar = config_map("data:\n  nginx.conf: |\n    a 1;\n    }\n")
    assert messages(read(embedded(scalar))) == [(4, 5, 'unexpected "}"')]


def test_a_folded_scalar_has_one_position():
    scalar = config_map("data:\n  nginx.conf: >\n    a 1;\n    b 2;\n")
    result = read(embedded(scalar))
    assert {d.name.anchor for d in result.directives} == {scalar.anchor}


def test_a_quoted_scalar_without_escapes_is_exact():
    scalar = config_map("data:\n  nginx.conf: 'server a:80;'\n")
    assert written(read(embedded(scalar)).directives[0].args[0].anchor) == "a:80"
    scalar = config_map('data:\n  nginx.conf: "server a:80;\\n"\n')
    assert read(embedded(scalar)).directives[0].args[0].anchor == scalar.anchor


def test_envsubst_replaces_what_is_defined_and_keeps_positions():
    text = "server ${HOST}:$PORT max_fails=1;\nset $x $host; listen ${OTHER};\n${WHOLE}\n"
    values = {"HOST": "app", "PORT": "8080", "WHOLE": "resolver 1.1.1.1;"}
    fragment = substitute(whole(Source("default.conf.template", text)), values)
    result = read(fragment)
    assert tree(result.directives) == [
        ["server", "app:8080", "max_fails=1"],
        ["set", "$x", "$host"],
        ["listen", "${OTHER}"],
        ["resolver", "1.1.1.1"],
    ]
    assert written(result.directives[0].args[0].anchor) == "${HOST}:$PORT"
    assert written(result.directives[0].args[1].anchor) == "max_fails=1"
    assert written(result.directives[2].args[0].anchor) == "${OTHER}"
    assert written(result.directives[3].args[0].anchor) == "${WHOLE}"


def test_envsubst_inside_a_block_scalar():
    scalar = config_map("data:\n  nginx.conf: |\n    a 1;\n    server ${HOST}:80 down;\n    b 2;\n")
    result = read(substitute(embedded(scalar), {"HOST": "a-rather-long-name"}))
    server, last = result.directives[1:]
    assert [(a.value, at(a.anchor), written(a.anchor)) for a in server.args] == [
        ("a-rather-long-name:80", (4, 12), "${HOST}:80"),
        ("down", (4, 23), "down"),
    ]
    assert at(last.name.anchor) == (5, 5)


# Any input

_PARTS = st.sampled_from(
    ["{", "}", ";", " ", "\n", "\r", "'", '"', "\\", "#", "$", "${A}", "a", "server", "upstream", "location",
     "content_by_lua_block {", "set_by_lua_block $x{", "--", "[[", "]]", "\u00a0", "\ufeff", "\x85", "map", ")"]
)  # fmt: skip


def flat(directives: tuple[Directive, ...]) -> list[Scalar]:
    found: list[Scalar] = []
    for d in directives:
        found += [d.name, *d.args, *flat(d.block or ())]
    return found


@given(st.one_of(st.text(), st.lists(_PARTS).map("".join)))
@settings(max_examples=600, deadline=None)
def test_any_text_is_read_and_every_word_slices_back(text):
    end = 0
    for word in words(text).words:
        assert end <= word.start <= word.end <= len(text)
        end = word.end
        raw = text[word.start : word.end]
        if word.special:
            assert raw == word.value or (raw == "}" and word.value == ";")
        # The text of a Lua block, which counts as quoted, may begin and end with quotes of its own.
        elif word.quoted and raw != word.value and raw[:1] in "'\"" and raw[:1] == raw[-1:]:
            raw = raw[1:-1]
        if "\\" not in raw and not word.special:
            assert raw == word.value
    result = reading(text)
    for scalar in flat(result.directives):
        assert 0 <= scalar.start <= scalar.end <= len(text)
    for fault in result.faults:
        assert 0 <= fault.anchor.start <= max(fault.anchor.end, len(text))
        assert fault.anchor.span.line >= 1


@given(st.lists(_PARTS, max_size=30).map("".join), st.dictionaries(st.just("A"), st.text(max_size=5)))
@settings(max_examples=200, deadline=None)
def test_any_embedded_template_is_read(text, environment):
    scalar = Scalar(text, False, Source("x.yaml", f"k: |\n  {text}"), 3, 6 + len(text))
    read(substitute(embedded(scalar), environment))


@given(st.recursive(
    st.tuples(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.lists(st.from_regex(r"[a-z0-9:/.$=~^-]{1,9}", fullmatch=True), max_size=3), st.none()),
    lambda inner: st.tuples(st.from_regex(r"x[a-z_]{1,8}", fullmatch=True), st.lists(st.from_regex(r"[a-z0-9:/.]{1,9}", fullmatch=True), max_size=2), st.lists(inner, max_size=4)),
    max_leaves=15,
))  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_what_is_read(node):
    def write(item) -> str:
        name, args, block = item
        end = ";" if block is None else "{ " + "\n".join(map(write, block)) + "}"
        return " ".join(["x" + name, *args]) + end

    def plain(item) -> list[object]:
        name, args, block = item
        return ["x" + name, *args, *([[plain(i) for i in block]] if block is not None else [])]

    result = reading(write(node))
    assert tree(result.directives) == [plain(node)]
    assert not result.faults


@pytest.mark.parametrize(
    "text",
    [
        "upstream u { server a:80 weight=1; # x\n}\n",
        "upstream u { server a:80 weight=1; }",
        "listen 80\nserver_name x\n",
        "} {",
        "content_by_lua_block { [[ ",
    ],
)
def test_reading_takes_linear_time(text):
    few, many = (steps(partial(reading, text * count)) for count in (50, 500))
    assert many < 11 * few


# Real files


def inner(text: str, word: Word) -> str:
    """A word as crossplane gives it: without quotes, with escapes."""
    raw = text[word.start : word.end]
    if word.special:
        return word.value
    if word.quoted and raw[:1] in ("'", '"') and raw[:1] == raw[-1:]:
        return raw[1:-1].replace("\\" + raw[0], raw[0])
    return raw


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="no corpus beside the repository")
def test_real_files_give_crossplanes_words(capsys):
    from crossplane.lexer import _lex_file_object

    same = plain = templated = faulty = 0
    different = []
    for name in (SHARED / "corpus" / "all_nginx_list.txt").read_text().split("\n"):
        path = SHARED / "corpus" / name.strip()
        if not path.is_file():
            continue
        text = path.read_bytes().decode(errors="replace")
        result = reading(text)
        templated += result.templated
        faulty += bool(result.faults)
        if result.templated:
            continue
        plain += 1
        ours = [inner(text, w) for w in words(text).words]
        theirs = [t for t, _, quoted in _lex_file_object([text + "\n"]) if quoted or not t.startswith("#")]
        if ours == theirs:
            same += 1
        else:
            different.append(name)
    with capsys.disabled():
        sys.stdout.write(
            f"\nnginx corpus: {same} of {plain} as crossplane, {templated} templates, {faulty} with faults\n"
        )
    # What is left has `${NAME} next`, where crossplane swallows a word.
    assert all("${" in (SHARED / "corpus" / name).read_text() for name in different)
