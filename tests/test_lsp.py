"""The language server, asked by a client over standard input and output as an editor asks it."""

import asyncio
import sys
from pathlib import Path

import pytest

pytest.importorskip("pygls")
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from upstreamlint.lsp.places import offset, position
from upstreamlint.source import Source

COMPOSE = """\
services:
  proxy:
    image: nginx:1.27
    ports: ["8080:80"]
    depends_on: [catalog]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
  catalog:
    image: example/catalog
    expose: ["3000"]
"""
NGINX = "# ünïcödé 🦀\nserver {\n  location /a/ { proxy_pass http://catalog:3000; } # 🦀 and on\n}\n"
BROKEN = NGINX.replace("http://catalog", "http://catalgo")
SECONDS = 30


class Editor:
    """A client that remembers the diagnostics that it was told last of each file."""

    def __init__(self, folder):
        self.folder = folder
        self.client = LanguageClient("editor", "1")
        self.told: dict[str, list[lsp.Diagnostic]] = {}
        self.messages: list[str] = []
        self.news = asyncio.Event()
        self.version = 0

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params):
            self.told[Path(params.uri).name] = list(params.diagnostics)
            self.news.set()

        @self.client.feature(lsp.WINDOW_SHOW_MESSAGE)
        def shown(params):
            self.messages.append(params.message)
            self.news.set()

    async def __aenter__(self):
        await self.client.start_io(sys.executable, "-m", "upstreamlint", "lsp", "--stdio")
        self.about = await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(),
                workspace_folders=[lsp.WorkspaceFolder(self.folder.as_uri(), "folder")],
            )
        )
        self.client.initialized(lsp.InitializedParams())
        return self

    async def __aexit__(self, *_):
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()

    def uri(self, name):
        return (self.folder / name).as_uri()

    def open(self, name, text=None):
        text = (self.folder / name).read_text(encoding="utf-8") if text is None else text
        item = lsp.TextDocumentItem(self.uri(name), "plaintext", self.version, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    def change(self, name, text):
        self.version += 1
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(self.version, self.uri(name)),
                [lsp.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    async def until(self, holds):
        """Wait until what the editor was told is so."""
        async with asyncio.timeout(SECONDS):
            while not holds():
                self.news.clear()
                await self.news.wait()

    def rules(self, name):
        return [d.code for d in self.told.get(name, []) if d.severity == lsp.DiagnosticSeverity.Error]

    async def hover(self, name, line, character):
        found = await self.client.text_document_hover_async(
            lsp.HoverParams(lsp.TextDocumentIdentifier(self.uri(name)), lsp.Position(line, character))
        )
        return found.contents.value if found else ""

    async def definition(self, name, line, character):
        found = await self.client.text_document_definition_async(
            lsp.DefinitionParams(lsp.TextDocumentIdentifier(self.uri(name)), lsp.Position(line, character))
        )
        return [(Path(place.uri).name, place.range.start.line) for place in found]

    async def actions(self, name, diagnostic, only=None):
        return await self.client.text_document_code_action_async(
            lsp.CodeActionParams(
                lsp.TextDocumentIdentifier(self.uri(name)),
                diagnostic.range,
                lsp.CodeActionContext([diagnostic], only=only),
            )
        )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "nginx.conf").write_text(NGINX, encoding="utf-8")
    return tmp_path


def session(folder, use):
    async def whole():
        async with Editor(folder) as editor:
            await use(editor)

    asyncio.run(whole())


def test_what_is_typed_is_checked_with_the_files_that_nobody_opened(folder):
    async def use(editor):
        editor.open("nginx.conf")
        editor.change("nginx.conf", BROKEN)
        await editor.until(lambda: editor.rules("nginx.conf") == ["upstream-unknown"])
        (found,) = [d for d in editor.told["nginx.conf"] if d.code == "upstream-unknown"]
        start = found.range.start
        assert BROKEN.splitlines()[start.line][start.character :].startswith("catalgo")
        assert "host not found in upstream" in found.message
        assert "compose.yaml" in {Path(r.location.uri).name for r in found.related_information}
        editor.change("nginx.conf", NGINX)
        await editor.until(lambda: editor.rules("nginx.conf") == [])

    session(folder, use)


def test_what_is_saved_elsewhere_is_seen_and_what_is_closed_is_as_on_disk(folder):
    async def use(editor):
        editor.open("nginx.conf", BROKEN)
        await editor.until(lambda: editor.rules("nginx.conf") == ["upstream-unknown"])
        editor.client.text_document_did_close(
            lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(editor.uri("nginx.conf")))
        )
        await editor.until(lambda: editor.rules("nginx.conf") == [])
        (folder / "compose.yaml").write_text(
            COMPOSE.replace("  catalog:", "  goods:").replace("[catalog]", "[goods]")
        )
        editor.client.workspace_did_change_watched_files(
            lsp.DidChangeWatchedFilesParams(
                [lsp.FileEvent(editor.uri("compose.yaml"), lsp.FileChangeType.Changed)]
            )
        )
        await editor.until(lambda: editor.rules("nginx.conf") == ["upstream-unknown"])

    session(folder, use)


def test_a_quick_fix_is_the_edit_that_mends(folder):
    async def use(editor):
        editor.open("nginx.conf", BROKEN)
        await editor.until(lambda: editor.rules("nginx.conf"))
        (found,) = [d for d in editor.told["nginx.conf"] if d.code == "upstream-unknown"]
        (action,) = await editor.actions("nginx.conf", found)
        (every,) = await editor.actions("nginx.conf", found, only=[lsp.CodeActionKind.SourceFixAll])
        assert action.edit == every.edit
        assert (action.kind, action.is_preferred) == (lsp.CodeActionKind.QuickFix, True)
        ((address, (edit,)),) = action.edit.changes.items()
        assert address == editor.uri("nginx.conf")
        lines = BROKEN.split("\n")
        row = lines[edit.range.start.line].encode("utf-16-le")
        start, end = edit.range.start.character * 2, edit.range.end.character * 2
        lines[edit.range.start.line] = (row[:start] + edit.new_text.encode("utf-16-le") + row[end:]).decode(
            "utf-16-le"
        )
        editor.change("nginx.conf", "\n".join(lines))
        assert "\n".join(lines) == NGINX
        await editor.until(lambda: editor.rules("nginx.conf") == [])

    session(folder, use)


def test_definition_is_the_other_end_and_hover_the_chain(folder):
    async def use(editor):
        editor.open("nginx.conf")
        line = NGINX.splitlines().index(next(x for x in NGINX.splitlines() if "proxy_pass" in x))
        column = NGINX.splitlines()[line].index("catalog")
        service = COMPOSE.splitlines().index("  catalog:")
        assert await editor.definition("nginx.conf", line, column + 2) == [("compose.yaml", service)]
        text = await editor.hover("nginx.conf", line, column + 2)
        assert "`/a/`" in text
        assert "nginx dials `catalog:3000`" in text
        assert "published port 8080" in text
        assert "compose.yaml:4" in text
        assert await editor.hover("nginx.conf", 0, 1) == ""
        text = await editor.hover("compose.yaml", service, 4)
        assert "nginx dials `catalog:3000` (nginx.conf:3)" in text

    session(folder, use)


def test_a_fault_has_both_ends_and_says_what_it_hits(folder):
    (folder / "nginx.conf").write_text(BROKEN, encoding="utf-8")

    async def use(editor):
        await editor.until(lambda: editor.rules("nginx.conf"))
        found = editor.told["nginx.conf"][0].range.start
        ends = await editor.definition("nginx.conf", found.line, found.character + 1)
        assert ("compose.yaml", COMPOSE.splitlines().index("  catalog:")) in ends
        text = await editor.hover("nginx.conf", found.line, found.character + 1)
        assert "**error** `upstream-unknown`" in text
        assert "hits" in text

    session(folder, use)


def test_a_faulty_configuration_is_told_once_and_mended(folder):
    (folder / "upstreamlint.yaml").write_text("nonsense: true\n")

    async def use(editor):
        await editor.until(lambda: editor.messages)
        editor.open("nginx.conf", BROKEN)
        editor.change("nginx.conf", BROKEN + "\n")
        (folder / "upstreamlint.yaml").write_text("exclude: [none]\n")
        editor.change("nginx.conf", BROKEN)
        await editor.until(lambda: editor.rules("nginx.conf"))
        assert len(editor.messages) == 1

    session(folder, use)


def test_an_empty_folder_is_no_fault(tmp_path):
    async def use(editor):
        (tmp_path / "compose.yaml").write_text("services: {a: {image: x, depends_on: [b]}}\n")
        editor.open("compose.yaml")
        await editor.until(lambda: editor.rules("compose.yaml") == ["depends-on-unknown"])
        assert editor.messages == []

    session(tmp_path, use)


@pytest.mark.parametrize(("encoding", "unit"), [("utf-8", 1), ("utf-16", 2), ("utf-32", 4)])
def test_positions_count_as_the_editor_does(encoding, unit):
    text = "a\r\nü🦀b\nc"
    source = Source("x", text)
    for at in range(len(text) + 1):
        if at == 2:
            continue
        where = position(source, at, encoding)
        assert offset(source, where, encoding) == at
    code = encoding if unit == 1 else f"{encoding}-le"
    assert position(source, text.index("b"), encoding).character == len("ü🦀".encode(code)) // unit
    assert offset(source, lsp.Position(1, 99), encoding) == text.index("\nc")
    assert offset(source, lsp.Position(9, 0), encoding) == len(text)
