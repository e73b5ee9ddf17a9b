"""Run a proxy in each of its situations, and write down what it answers: `python tools/truth/measure.py caddy`.

`UPSTREAMLINT_CADDY`, `UPSTREAMLINT_HAPROXY`, `UPSTREAMLINT_HTTPD` and `UPSTREAMLINT_HTTPD_MODULES` name the programs
where they are not installed. Everything listens on loopback, and ends with the situation, also when that fails.
`@http@` in a configuration is the address of a server of that kind (see `servers`), `@http_b@` that of a second one,
`@nobody@` a name that does not resolve, and `@listen@` the port that the proxy is asked on.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from servers import LOOPBACK, serving

OUT = Path(__file__).resolve().parents[2] / "tests" / "truth"
_NAME = re.compile(r"@([a-z0-9]+(?:_[a-z0-9]+)?)@")
_START = 12.0
_STOP = 5.0


@dataclass(frozen=True)
class Situation:
    """One configuration with the requests that are sent; `failure` is the row of the table of answers it measures."""

    name: str
    config: str
    failure: str = ""
    rule: str = ""
    requests: tuple[tuple[str, str], ...] = (("/", ""),)
    wait: float = 0.0
    files: tuple[tuple[str, str], ...] = ()


def measure(program: Any, situation: Situation) -> dict[str, Any]:
    """The record of one situation."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        names = sorted(set(_NAME.findall(situation.config)) - {"listen", "nobody", "folder"})
        # `port` is the port of a healthy server alone.
        kinds = {name: "http" if name == "port" else name.partition("_")[0] for name in names}
        ports = {name: stack.enter_context(serving(kinds[name], folder)) for name in names}
        listen = _free()
        text = situation.config.replace("@listen@", str(listen)).replace("@nobody@", "nobody.invalid:8000")
        text = text.replace("@folder@", str(folder))
        if "@port@" in text:
            text = text.replace('"@port@"', f'"{ports["port"]}"')
        for name, port in ports.items():
            text = text.replace(f"@{name}@", f"{LOOPBACK}:{port}")
        for path, content in situation.files:
            (folder / path).write_text(content)
        process, log = program.start(text, folder, listen)
        stack.callback(_end, process)
        up = _wait(process, listen)
        time.sleep(situation.wait if up else 0)
        answers = [_ask(listen, path, host) for path, host in situation.requests] if up else []
        time.sleep(0.3)
        _end(process)
        said = log()
    back = {f"{LOOPBACK}:{p}": f"@{n}@" for n, p in ports.items()} | {
        str(listen): "@listen@",
        str(folder): "@folder@",
    }
    for written, name in back.items():
        said = [line.replace(written, name) for line in said]
    return {
        "name": situation.name,
        "config": situation.config,
        "failure": situation.failure,
        "rule": situation.rule,
        "requests": [list(r) for r in situation.requests],
        "starts": up,
        "answers": answers,
        "log": list(dict.fromkeys(program.clean(line) for line in said if program.tells(line)))[:4],
    }


def _free() -> int:
    with socket.socket() as one:
        one.bind((LOOPBACK, 0))
        return int(one.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int) -> bool:
    end = time.monotonic() + _START
    while time.monotonic() < end:
        if process.poll() is not None:
            return False
        with socket.socket() as one:
            one.settimeout(0.5)
            if one.connect_ex((LOOPBACK, port)) == 0:
                return True
        time.sleep(0.05)
    return False


def _ask(port: int, path: str, host: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host or f"{LOOPBACK}:{port}"})
        got = connection.getresponse()
        body = got.read(2000).decode("latin-1")
        return {"status": got.status, "body": " ".join(re.sub(r"<[^>]+>", " ", body).split())[:120]}
    except (OSError, http.client.HTTPException) as error:
        return {"status": 0, "body": type(error).__name__}
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOP)


def _records(program: Any, only: str) -> Iterator[dict[str, Any]]:
    for situation in program.SITUATIONS:
        if only in situation.name:
            record = measure(program, situation)
            statuses = [a["status"] for a in record["answers"]]
            print(
                f"{record['name']}: {statuses if record['starts'] else 'does not start'} {record['log'][:1]}"
            )
            yield record


def main() -> None:
    """Measure one program, and write its file unless only some situations were asked for."""
    name, only = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    program = import_module(name)
    records = list(_records(program, only))
    if not only:
        folder = OUT / name
        folder.mkdir(parents=True, exist_ok=True)
        content = {"program": program.version(), "situations": records}
        (folder / "situations.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
