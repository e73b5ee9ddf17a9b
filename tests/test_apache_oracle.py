"""httpd itself as the judge of its reader: the same directives in the same order, and the same no.

Runs where an `apache2` can be had. `UPSTREAMLINT_HTTPD_FILES` names a folder of more files to compare.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from upstreamlint.files.readable import DiskFiles, decode, matching
from upstreamlint.programs.apache.lines import lines
from upstreamlint.programs.apache.tree import Directive, read
from upstreamlint.programs.variables import Variables
from upstreamlint.readers.fragment import whole
from upstreamlint.source import Source

HTTPD = os.environ.get("UPSTREAMLINT_HTTPD") or shutil.which("apache2", path="/usr/sbin:/usr/bin")
MODULES = Path(os.environ.get("UPSTREAMLINT_HTTPD_MODULES", "/usr/lib/apache2/modules"))
OURS = sorted((Path(__file__).parent / "httpd").glob("*.conf"))
OTHERS = sorted(
    p for p in Path(os.environ.get("UPSTREAMLINT_HTTPD_FILES", "/nowhere")).rglob("*") if p.is_file()
)
ALREADY_DONE = {
    "define",
    "undefine",
    "macro",
    "use",
    "include",
    "includeoptional",
    "loadmodule",
    "serverroot",
}
"""Directives that are gone when httpd prints what it read."""
LOADED = (
    "mpm_event authz_core authz_host authz_user access_compat info proxy proxy_http proxy_balancer proxy_fcgi proxy_wstunnel proxy_ajp"
    " proxy_uwsgi lbmethod_byrequests slotmem_shm macro rewrite headers env setenvif mime dir alias ssl socache_shmcb"
    " autoindex deflate filter expires auth_basic authn_core authn_file remoteip unique_id substitute proxy_http2 http2"
)
HEAD = "LoadModule {0}_module {1}/mod_{0}.so\n"

pytestmark = pytest.mark.skipif(HTTPD is None, reason="no httpd here")


def dumped(path: Path, folder: Path) -> tuple[list[list[str]], str]:
    main = folder / "main.conf"
    loads = "".join(HEAD.format(name, MODULES) for name in LOADED.split())
    main.write_text(
        f'ServerRoot "{path.parent}"\n{loads}PidFile {folder}/pid\nErrorLog {folder}/log\n'
        f'Mutex file:{folder}\nDefaultRuntimeDir {folder}\nInclude "{path}"\n'
    )
    run = subprocess.run(
        [HTTPD, "-f", str(main), "-t", "-D", "DUMP_CONFIG"],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
        env={"PATH": "/usr/bin:/bin"} | {k: v for k, v in os.environ.items() if k == "LD_LIBRARY_PATH"},
    )
    kept = [t for t in run.stdout.split("\n") if t.strip() and not t.lstrip().startswith("#")]
    shown = whole(Source("dump", "\n".join(kept) + "\n"))
    found = [words_of(line) for line in lines(shown)]
    own = {"pidfile", "errorlog", "mutex", "defaultruntimedir"}
    return [w for w in found if w[0] not in own], "" if run.returncode == 0 else run.stderr


def words_of(line) -> list[str]:
    return [line.name.value.lower(), *plain(w.value for w in line.words(lambda _: None))]


def plain(words) -> list[str]:
    return [text for word in words if (text := word.rstrip(">"))]


def reading_of(path: Path):
    text = decode(path.read_bytes())
    files = DiskFiles([str(path.parent)])

    def find(_fragment, pattern):
        found = matching(files, str(path.parent / pattern))
        return [whole(files.source(p)) for p in found]

    return read(whole(Source(str(path), text)), find, Variables({}, complete=True))


def flat(directives: tuple[Directive, ...]) -> list[list[str]]:
    found = []
    for directive in directives:
        if directive.key in ALREADY_DONE:
            continue
        found.append([directive.name.value.lower(), *plain(a.value for a in directive.args)])
        if directive.block is not None:
            found += flat(directive.block)
            found.append([f"</{directive.key}>"])
    return found


def differences(path: Path, folder: Path) -> list[str]:
    real, said = dumped(path, folder)
    reading = reading_of(path)
    ours = flat(reading.directives)
    if said:
        if "Syntax error" not in said and not reading.faults:
            return []
        messages = [f.message for f in reading.faults]
        return [f"httpd does not say: {m}" for m in messages if m[:30] not in said]
    if reading.faults:
        return [f"httpd takes it, we do not: {reading.faults[0].message}"]
    if ours == real:
        return []
    return [f"{a} is {b}" for a, b in zip(ours, real, strict=False) if a != b][:2] or [
        f"{len(ours)} of {len(real)}"
    ]


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.stem)
def test_reads_what_httpd_reads(path, tmp_path):
    assert differences(path, tmp_path) == []
    assert bool(dumped(path, tmp_path)[1]) is bool(reading_of(path).faults) is path.stem.startswith("refused")


@pytest.mark.skipif(not OTHERS, reason="UPSTREAMLINT_HTTPD_FILES names no folder")
def test_reads_other_files_as_httpd_does(tmp_path):
    wrong = {}
    for path in OTHERS:
        text = decode(path.read_bytes())
        if (
            text is None
            or re.search(r"\{\{|<%|<IfModule !|<IfVersion|^\[", text)
            or reading_of(path).templated
        ):
            continue
        found = differences(path, tmp_path)
        if found:
            wrong[path] = found
    for path, found in wrong.items():
        print(path, found)
    assert not wrong, f"{len(wrong)} of {len(OTHERS)} differ"
