"""How soon an editor hears of a change: python bench/lsp.py 1000

Writes so many resources (`bench/apps.py`), starts the language server on them, changes the port of one Service again and
again in an open text, and prints how long the diagnostics of each take to arrive, and the processor time that they cost.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import apps
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

CHANGES = 15


def _seconds(pid: int) -> float:
    """Processor time of a process and its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def measure(folder: Path, changed: Path, text: str) -> list[tuple[float, float]]:
    """Wall and processor seconds of each change of a file's text."""
    client = LanguageClient("bench", "1")
    news = asyncio.Event()
    told = {}

    @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def published(params: lsp.PublishDiagnosticsParams) -> None:
        if Path(params.uri).name == changed.name and params.version is not None:
            told["version"] = params.version
            news.set()

    await client.start_io(sys.executable, "-m", "upstreamlint", "lsp")
    folders = [lsp.WorkspaceFolder(folder.as_uri(), "bench")]
    await client.initialize_async(lsp.InitializeParams(lsp.ClientCapabilities(), workspace_folders=folders))
    client.initialized(lsp.InitializedParams())
    document = lsp.TextDocumentItem(changed.as_uri(), "yaml", 0, text)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))
    pid = client._server.pid  # noqa: SLF001 - the client does not tell
    found = []
    for version in range(1, CHANGES + 1):
        # Every other text is broken, so that there is news each time.
        broken = text.replace("number: 80", "number: 81") if version % 2 else text
        news.clear()
        start, used = time.perf_counter(), _seconds(pid)
        client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(version, changed.as_uri()),
                [lsp.TextDocumentContentChangeWholeDocument(broken)],
            )
        )
        while told.get("version", -1) < version:
            await asyncio.wait_for(news.wait(), 60)
            news.clear()
        found.append((time.perf_counter() - start, _seconds(pid) - used))
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        apps.write(int(sys.argv[1]), Path(folder))
        changed = next(Path(folder).resolve().rglob("ingress.yaml"))
        found = asyncio.run(measure(Path(folder).resolve(), changed, changed.read_text(encoding="utf-8")))
    # The first ones wait for the first check of the whole folder.
    settled = found[3:]
    for name, number in (("wall", 0), ("processor", 1)):
        times = sorted(one[number] * 1000 for one in settled)
        print(
            f"{name}: median {times[len(times) // 2]:.0f} ms, least {times[0]:.0f} ms, most {times[-1]:.0f} ms"
        )


main()
