"""Caddy's own adapter as the judge of the Caddyfile reader: the same listeners, the same upstreams, the same no.

Runs where a `caddy` can be had. `UPSTREAMLINT_CADDYFILES` names a folder of more Caddyfiles to compare.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from upstreamlint.files.readable import DiskFiles, MemoryFiles
from upstreamlint.programs.caddy import native
from upstreamlint.programs.caddy.config import load
from upstreamlint.programs.caddy.imports import beside
from upstreamlint.programs.variables import Variables
from upstreamlint.readers.fragment import whole

CADDY = os.environ.get("UPSTREAMLINT_CADDY") or shutil.which("caddy")
OURS = sorted((Path(__file__).parent / "caddyfiles").glob("*.caddyfile"))
OTHERS = sorted(Path(os.environ.get("UPSTREAMLINT_CADDYFILES", "/nowhere")).rglob("*"))
NEEDS_PLUGIN = re.compile(
    r"unrecognized (directive|global option)|module not registered|unknown module|not an ordered HTTP handler"
    r"|getting module named|is not registered|unrecognized (subdirective|option|servers option)|getting matcher module"
)
NETWORK = re.compile("(?:tcp|udp)[46]?/")
SOCKET = re.compile("unix|fd")

pytestmark = pytest.mark.skipif(CADDY is None, reason="no caddy here")


def adapt(path: Path) -> tuple[dict | None, str]:
    run = subprocess.run(
        [CADDY, "adapt", "--adapter", "caddyfile", "--config", path.name],
        cwd=path.parent,
        capture_output=True,
        text=True,
        timeout=60,
        env={"HOME": "/tmp", "PATH": "/usr/bin:/bin"},
        check=False,
    )
    return (json.loads(run.stdout) if run.returncode == 0 else None), run.stderr


def real(config: dict) -> tuple[set[str], Counter]:
    servers = config.get("apps", {}).get("http", {}).get("servers", {}).values()
    listens = {NETWORK.sub("", address) for s in servers for address in s.get("listen", ())}
    found: Counter = Counter()
    todo: list = list(servers)
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo.extend(node)
        elif isinstance(node, dict):
            if node.get("handler") == "reverse_proxy":
                found[of_real(node)] += 1
            todo.extend(node.values())
    return listens, found


def of_real(node: dict) -> tuple:
    transport = node.get("transport") or {}
    active = (node.get("health_checks") or {}).get("active") or {}
    dials = tuple(plain(u.get("dial", "")) for u in node.get("upstreams") or ())
    tls = transport.get("tls") or {}
    return (
        dials,
        transport.get("protocol", "http"),
        "tls" in transport,
        bool(tls.get("insecure_skip_verify")),
        tuple(transport.get("versions") or ()),
        (
            active.get("uri") or active.get("path") or "",
            active.get("port") or 0,
            active.get("expect_status") or 0,
        ),
    )


def plain(dial: str) -> str:
    return "?" if "{" in dial else dial.removeprefix("tcp/")


def read(path: Path) -> tuple[set[str], Counter, list[str], bool]:
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        files = DiskFiles(["."])
        config = load(whole(files.source(path.name)), beside(files), Variables({}, complete=True))
    finally:
        os.chdir(before)
    listens = {joined(one.address, str(one.port)) for s in config.sites for one in s.listens}
    return listens, proxies_of(config), [f.message for f in config.faults], config.complete


def proxies_of(config) -> Counter:
    found: Counter = Counter()
    seen = set()
    for _, _, proxy in config.proxies:
        if proxy.anchor in seen:
            continue
        seen.add(proxy.anchor)
        health = proxy.health
        dials = tuple(
            ("unix/" + u.host if u.network == "unix" else joined(u.host, str(u.port))) if u.known else "?"
            for u in proxy.upstreams
        )
        transport = proxy.transport
        asked = (health.uri.value if health and health.uri else "", health.port or 0 if health else 0)
        found[
            (
                dials,
                transport.protocol,
                transport.tls,
                not transport.verifies,
                transport.versions,
                (*asked, health.status or 0 if health else 0),
            )
        ] += 1
    return found


def joined(host: str, port: str) -> str:
    if host.startswith("/"):
        return f"unix/{host}"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def differences(path: Path) -> list[str]:
    config, said = adapt(path)
    listens, found, faults, _ = read(path)
    if config is None:
        if faults or NEEDS_PLUGIN.search(said):
            return []
        return [f"Caddy refuses it: {said.strip().splitlines()[-1][:300]}"]
    if faults:
        return [f"Caddy takes it, we do not: {faults[0]}"]
    real_listens, real_found = real(config)
    wrong = []
    if {one for one in real_listens if not SOCKET.match(one)} != {o for o in listens if not SOCKET.match(o)}:
        wrong.append(f"listens {sorted(real_listens)}, read {sorted(listens)}")
    if set(real_found) != set(found):
        wrong.append(f"proxies {sorted(real_found - found)}, read {sorted(found - real_found)}")
    return wrong


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.stem)
def test_reads_what_caddy_reads(path):
    assert differences(path) == []


@pytest.mark.skipif(not OTHERS, reason="UPSTREAMLINT_CADDYFILES names no folder")
def test_reads_other_files_as_caddy_does():
    files = [p for p in OTHERS if p.is_file()]
    wrong = {p: found for p in files if (found := differences(p))}
    for path, found in wrong.items():
        print(path, found)
    assert not wrong, f"{len(wrong)} of {len(files)} differ"


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.stem)
def test_the_json_that_caddy_makes_of_it_says_the_same(path):
    config, _ = adapt(path)
    if config is not None:
        text = json.dumps(config, indent=2)
        made = native.load(whole(MemoryFiles({"caddy.json": text}).source("caddy.json")))
        assert proxies_of(made) == real(config)[1]
        assert {joined(o.address, str(o.port)) for o in made.listens} == real(config)[0]
