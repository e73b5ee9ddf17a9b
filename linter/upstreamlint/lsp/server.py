"""The server: an editor's events in, diagnostics out. What it answers is in the other modules."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from upstreamlint.errors import UsageError
from upstreamlint.formats.tool import NAME, version
from upstreamlint.lsp import report, wires
from upstreamlint.lsp.checked import NOTHING, Checked, Workspace
from upstreamlint.lsp.places import Encoding, location, offset, path_of, range_of, uri
from upstreamlint.mend.choose import Mended, choose
from upstreamlint.source import Source
from upstreamlint.typed import TypeVar

FIX_ALL = f"{lsp.CodeActionKind.SourceFixAll.value}.{NAME}"
T = TypeVar("T")


class Server(LanguageServer):
    """A language server over one folder; runs follow one another, and the last texts win."""

    def __init__(self) -> None:
        super().__init__(NAME, version())
        self.root = ""
        self.folder = Workspace()
        self.checked: Checked = NOTHING
        self.mended: Mended | None = None
        self._published: dict[str, list[lsp.Diagnostic]] = {}
        self._due = False
        self._told = ""
        self._running: asyncio.Task[None] | None = None
        self._runner = ThreadPoolExecutor(1, thread_name_prefix="check")

    @property
    def encoding(self) -> Encoding:
        """How the editor counts characters."""
        return str(getattr(self.workspace.position_encoding, "value", self.workspace.position_encoding))

    def held(self) -> dict[str, str]:
        """The texts that the editor holds, by path; an editor keeps a byte order mark to itself."""
        documents = self.workspace.text_documents.items()
        named = ((path_of(address, self.root), document.source) for address, document in documents)
        return {path: text.removeprefix("\ufeff") for path, text in named if path is not None}

    def change(self) -> None:
        """Check again as soon as the running check is done; many changes are one."""
        self._due = True
        if self._running is None or self._running.done():
            self._running = asyncio.ensure_future(self._run())

    async def settled(self) -> Checked:
        """What the last texts came to."""
        while self._running is not None and not self._running.done():
            await asyncio.wait([self._running])
        return self.checked

    async def away(self, work: Callable[[], T]) -> T:
        """Do something in the thread of the checks, so that the editor is heard meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self._runner, work)

    async def fixes(self) -> Mended:
        """The fixes of what is found that hold together; they are tried when they are first asked for."""
        checked = await self.settled()
        if self.mended is None:
            mended = await self.away(
                lambda: choose(
                    checked.result,
                    checked.result.diagnostics,
                    lambda texts: self.folder.again(checked, texts),
                )
            )
            if checked is not self.checked:
                return mended
            self.mended = mended
        return self.mended

    async def _run(self) -> None:
        while self._due:
            self._due = False
            held = self.held()
            try:
                checked = await self.away(lambda texts=held: self.folder.check(texts))  # type: ignore[misc]
            except UsageError as error:
                self._say(str(error))
                continue
            except Exception as error:  # noqa: BLE001 - a server outlives a fault of its own
                self._say(f"this check failed: {type(error).__name__}: {error}")
                continue
            self._told = ""
            self.checked, self.mended = checked, None
            if not self._due:
                self._publish()

    def _say(self, text: str) -> None:
        """Tell the user what keeps a check from its end, once."""
        if text != self._told:
            self._told = text
            self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, f"{NAME}: {text}"))

    def _publish(self) -> None:
        """Tell the editor what has become different in any file, open or not."""
        found = self.checked.by_path()
        shown = {path: [report.shown(d, self.encoding) for d in own] for path, own in found.items()}
        for path in sorted(self._published.keys() | shown.keys()):
            now = shown.get(path, [])
            if now == self._published.get(path):
                continue
            document = self.workspace.text_documents.get(uri(path))
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(uri(path), now, document.version if document else None)
            )
        self._published = shown

    async def at(self, address: str, where: lsp.Position) -> tuple[Checked, Source, int] | None:
        """The place of a request, in the text that was checked."""
        checked = await self.settled()
        path = path_of(address, self.root)
        source = self.folder.source(path) if path is not None else None
        return None if source is None else (checked, source, offset(source, where, self.encoding))


def server() -> Server:
    """A server that waits for its editor."""
    made = Server()
    made.feature(lsp.INITIALIZE)(_start)
    for event in _CHANGES:
        made.feature(event)(_changed)
    kinds = lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix, FIX_ALL])
    made.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, kinds)(_actions)
    made.feature(lsp.TEXT_DOCUMENT_HOVER)(_hover)
    made.feature(lsp.TEXT_DOCUMENT_DEFINITION)(_definition)
    return made


_CHANGES = (
    lsp.INITIALIZED,
    lsp.TEXT_DOCUMENT_DID_OPEN,
    lsp.TEXT_DOCUMENT_DID_CHANGE,
    lsp.TEXT_DOCUMENT_DID_SAVE,
    lsp.TEXT_DOCUMENT_DID_CLOSE,
    lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
)


def _start(ls: Server, params: lsp.InitializeParams) -> None:
    """Paths are relative to the folder that the editor shows; of several it is the first."""
    folders = params.workspace_folders or []
    address = folders[0].uri if folders else params.root_uri
    top = os.path.abspath(os.sep)
    root = path_of(address, top) if address else None
    if root is not None:
        os.chdir(os.path.join(top, root))
    ls.root = os.path.realpath(".")


async def _changed(ls: Server, _params: object) -> None:
    ls.change()


async def _actions(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
    path = path_of(params.text_document.uri, ls.root)
    found = (await ls.settled()).by_path().get(path or "", [])
    if not any(d.finding.fix for d in found):
        return []
    here = [d for d in (await ls.fixes()).diagnostics if d in found]
    actions = []
    if not only or "quickfix" in only:
        places = [(d, range_of(d.finding.primary.anchor, ls.encoding)) for d in here]
        actions = [report.quick_fix(d, ls.encoding) for d, place in places if _meet(place, params.range)]
    if here and any(FIX_ALL.startswith(kind) for kind in only):
        edit = report.workspace_edit([edit for d in here for edit in d.finding.fix], ls.encoding)
        actions.append(lsp.CodeAction(f"Fix all of {NAME}", kind=FIX_ALL, edit=edit))
    return actions


def _meet(one: lsp.Range, other: lsp.Range) -> bool:
    first, last = (one.start.line, one.start.character), (one.end.line, one.end.character)
    start, end = (other.start.line, other.start.character), (other.end.line, other.end.character)
    return first <= end and start <= last


async def _hover(ls: Server, params: lsp.HoverParams) -> lsp.Hover | None:
    place = await ls.at(params.text_document.uri, params.position)
    text = wires.hover(*place) if place is not None else ""
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text)) if text else None


async def _definition(ls: Server, params: lsp.DefinitionParams) -> list[lsp.Location]:
    place = await ls.at(params.text_document.uri, params.position)
    ends = wires.other_ends(*place) if place is not None else []
    return [location(end, ls.encoding) for end in ends]
