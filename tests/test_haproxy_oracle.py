"""HAProxy itself as the judge of its reader: the same words, and the same reasons not to start.

Runs where a `haproxy` can be had. `UPSTREAMLINT_HAPROXY_FILES` names a folder of more files to compare.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from upstreamlint.files.readable import decode
from upstreamlint.programs.haproxy.model import load
from upstreamlint.programs.haproxy.sections import read
from upstreamlint.programs.variables import Variables
from upstreamlint.readers.fragment import whole
from upstreamlint.source import Source

HAPROXY = os.environ.get("UPSTREAMLINT_HAPROXY") or shutil.which("haproxy", path="/usr/sbin:/usr/bin:/bin")
OURS = sorted((Path(__file__).parent / "haproxy").glob("*.cfg"))
OTHERS = sorted(
    p for p in Path(os.environ.get("UPSTREAMLINT_HAPROXY_FILES", "/nowhere")).rglob("*") if p.is_file()
)
UNREADABLE = {"refused-brace", "refused-quote", "refused-outside"}
"""Files with lines that are in no section, or that cannot be cut into words."""
ENVIRONMENT = {"HOME": "/root", "PATH": "/usr/bin:/bin"}
VARIABLES = Variables(ENVIRONMENT, complete=True)
ALERT = re.compile(r"^\[ALERT\].*?\[[^\]]*:(\d+)\] ?:? ?(.*)$", re.MULTILINE)

pytestmark = pytest.mark.skipif(HAPROXY is None, reason="no haproxy here")


def run(*words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [*words], capture_output=True, text=True, errors="replace", timeout=60, env=environment(), check=False
    )
    return done.returncode, done.stdout, done.stderr


def environment() -> dict[str, str]:
    extra = {k: v for k, v in os.environ.items() if k == "LD_LIBRARY_PATH"}
    return ENVIRONMENT | extra


def words_of(path: Path) -> list[str]:
    reading = read([whole(Source(path.name, decode(path.read_bytes())))], VARIABLES)
    return [
        " ".join([line.name, *(a.value for a in line.args)]).rstrip()
        for section in reading.sections
        for line in (section.head, *section.lines)
    ]


def real_words(path: Path) -> list[str]:
    _, out, _ = run(HAPROXY, "-c", "-dC", "-f", str(path))
    return [line.strip() for line in out.split("\n") if line.strip() and "Configuration file" not in line]


def alerts(path: Path, *before: str) -> tuple[bool, list[str]]:
    code, _, said = run(*before, HAPROXY, "-c", "-f", str(path))
    return code != 0 and "[ALERT]" in said, [m[2] for m in ALERT.finditer(said)] + said.split("\n")


def wrong_faults(path: Path, *before: str) -> list[str]:
    text = decode(path.read_bytes())
    config = load([whole(Source(path.name, text))], VARIABLES)
    refused, said = alerts(path, *before)
    if config.faults and not refused:
        return [f"HAProxy takes it, we do not: {config.faults[0].message}"]
    heard = re.sub(r" \([^()]*:\d+\)", "", "\n".join(said))
    return [f"HAProxy does not say: {f.message}" for f in config.faults if f.message[:60] not in heard]


@pytest.mark.parametrize("path", [p for p in OURS if p.stem not in UNREADABLE], ids=lambda p: p.stem)
def test_cuts_words_as_haproxy_does(path):
    if "-dC" not in run(HAPROXY, "-h")[2]:
        pytest.skip("an older HAProxy that does not print what it reads")
    assert words_of(path) == real_words(path)


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.stem)
def test_refuses_what_haproxy_refuses(path):
    assert wrong_faults(path) == []
    refused, said = alerts(path)
    assert refused is path.stem.startswith("refused"), said
    config = load([whole(Source(path.name, path.read_text()))], VARIABLES)
    assert bool(config.faults) is refused


@pytest.mark.skipif(not OTHERS, reason="UPSTREAMLINT_HAPROXY_FILES names no folder")
def test_reads_other_files_as_haproxy_does(tmp_path):
    """Every name resolves here, so that what is left is what the file alone says."""
    wrong = {}
    for path in OTHERS:
        text = decode(path.read_bytes())
        if text is None or load([whole(Source("x", text))]).templated:
            continue
        found = wrong_faults(path, *with_names(text, tmp_path))
        ours, real = words_of(path), real_words(path)
        if ours != real and "-1" not in real:
            found += [f"{a!r} is {b!r}" for a, b in zip(ours, real, strict=False) if a != b][:3] or [
                "lengths"
            ]
        if found:
            wrong[path] = found
    for path, found in wrong.items():
        print(path, found)
    assert not wrong, f"{len(wrong)} of {len(OTHERS)} differ"


def with_names(text: str, folder: Path) -> tuple[str, ...]:
    names = {s.address.host for p in load([whole(Source("x", text))], VARIABLES).proxies for s in p.servers}
    hosts = folder / "hosts"
    hosts.write_text("".join(f"127.0.0.1 {n}\n" for n in names if n))
    return ("unshare", "-m", "sh", "-c", f'mount --bind {hosts} /etc/hosts && exec "$@"', "sh")
