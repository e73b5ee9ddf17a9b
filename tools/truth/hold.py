"""Hold the analyzer's answers against real proxies: `python tools/truth/hold.py nginx ROUTES [SEED]`.

Each world has a proxy of its own on loopback, which ends with it, also when that fails. `--record` keeps some of
the worlds with their real answers, which the tests replay where the program is not installed.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path
from random import Random
from typing import cast

from upstreamlint.answers.outcome import Outcome

sys.path.insert(0, str(Path(__file__).parent))

from measure import OUT, _end, _free, _wait
from servers import LOOPBACK, answer
from worlds import (
    MANY,
    NO_ANSWER,
    SHUT,
    TIMES,
    UP,
    Ask,
    Got,
    Kind,
    Proxy,
    Verdict,
    World,
    compared,
    record,
    told,
)

_NET = f"127.{8 + os.getpid() % 200}.{os.getpid() // 200 % 250}"
_ADDRESSES = {name: f"{_NET}.{number}" for number, name in enumerate((*UP, *SHUT), 1)}
OK = 200
PATIENCE = 6
AT_A_TIME = 24
LONGEST = 60.0
_NAME = re.compile(r"\b(?:up|shut)\d(?=:\d|[\";])")


def proxy_of(name: str) -> Proxy:
    """The module of a proxy."""
    return cast(Proxy, import_module(f"world_{name}"))


@contextlib.contextmanager
def services() -> Iterator[str]:
    """Run what answers, and a name server that knows nobody; its address."""
    with contextlib.ExitStack() as stack:
        for name in UP:
            listener = stack.enter_context(socket.create_server((_ADDRESSES[name], 8000)))
            stack.callback(_shut, listener)
            threading.Thread(target=_serve, args=(listener, name), daemon=True).start()
        names = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        names.bind((LOOPBACK, 0))
        stack.callback(_shut, names)
        threading.Thread(target=_deny, args=(names,), daemon=True).start()
        yield f"{LOOPBACK}:{names.getsockname()[1]}"


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket, name: str) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_reply, args=(connection, name), daemon=True).start()


def _reply(connection: socket.socket, name: str) -> None:
    with connection, contextlib.suppress(OSError):
        data = b""
        while b"\r\n\r\n" not in data and (more := connection.recv(4096)):
            data += more
        if data:
            connection.sendall(answer(body=name))


def _deny(names: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            question, sender = names.recvfrom(512)
            if not question:
                return
            names.sendto(question[:2] + b"\x81\x83" + question[4:6] + bytes(6) + question[12:], sender)


def real(proxy: Proxy, world: World, names: str, split: Collection[tuple[str, str]]) -> list[Got]:
    """What the real program answers; the routes in `split` are asked until they fail and are answered."""
    port = _free()
    text = proxy.localized(world, f"{LOOPBACK}:{port}", names)
    text = (
        _NAME.sub(lambda m: _ADDRESSES[m[0]], text)
        .replace("nobody:", "nobody.invalid:")
        .replace('"nobody"', '"nobody.invalid"')
        .replace("$t nobody;", "$t nobody.invalid;")
    )
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        process = proxy.start(folder, text)
        stack.callback(_end, process)
        # On a busy machine a program may need longer than is waited for at once.
        if not any(_wait(process, port) for _ in range(PATIENCE)):
            if process.poll() is None:
                raise TimeoutError(f"{proxy.version()} does not listen")
            return [Got((NO_ANSWER,), ()) for _ in world.asks]
        time.sleep(proxy.SETTLES)
        # Each has what it leads to for itself, so that all can be asked at a time.
        with ThreadPoolExecutor(AT_A_TIME) as asking:
            one = partial(_got, port, split)
            return list(asking.map(one, world.asks))


def _got(port: int, split: Collection[tuple[str, str]], ask: Ask) -> Got:
    replies: list[tuple[int, str]] = []
    often = (ask.listener, ask.route) in split
    for number in range(MANY if often else TIMES):
        if number >= TIMES and len({status == OK for status, _ in replies}) > 1:
            break
        replies.append(_ask(port, ask))
    return Got(tuple(s for s, _ in replies), tuple(sorted({body for s, body in replies if s == OK})))


def _ask(port: int, ask: Ask) -> tuple[int, str]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=LONGEST)
    try:
        connection.request("GET", ask.path, headers={"Host": ask.host})
        got = connection.getresponse()
        return got.status, got.read(2000).decode("latin-1")
    except (OSError, http.client.HTTPException):
        return NO_ANSWER, ""
    finally:
        connection.close()


def campaign(name: str, routes: int, seed: int) -> Iterator[tuple[World, list[Got], list[Verdict]]]:
    """Worlds with what they got and what was said, until so many routes are compared."""
    proxy, random, done = proxy_of(name), Random(seed), 0  # noqa: S311 - made-up situations, told by their seed
    with services() as names:
        while done < routes:
            world = proxy.world(random)
            said = told(proxy, world)
            split = {key for key, answer in said.items() if answer.outcome is Outcome.PARTLY}
            got = real(proxy, world, names, split)
            done += len(world.asks)
            yield world, got, compared(world, got, said)


def main() -> None:
    """Print the counts, and each kind of disagreement once."""
    # Told to end, it ends what it started first, and says what was held until then.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("proxy")
    parser.add_argument("routes", type=int)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--record", type=int, default=0, metavar="WORLDS")
    given = parser.parse_args()
    held: Counter[str] = Counter()
    apart: dict[tuple[str, str], str] = {}
    kept = []
    with contextlib.suppress(KeyboardInterrupt):
        for world, got, verdicts in campaign(given.proxy, given.routes, given.seed):
            if len(kept) < given.record:
                kept.append(record(world, got))
            for verdict in verdicts:
                held[verdict.kind] += 1
                if verdict.apart or verdict.kind is Kind.UNKNOWN:
                    apart.setdefault((verdict.kind, verdict.why), verdict.text)
    for word, count in sorted(held.items()):
        print(f"{count:>7} {word}")
    print(f"{held.total():>7} routes of {proxy_of(given.proxy).version()}, seed {given.seed}")
    for (kind, _), text in sorted(apart.items()):
        print(f"{kind}: {text}")
    if given.record:
        (OUT / given.proxy).mkdir(parents=True, exist_ok=True)
        lines = ",\n".join(json.dumps(one) for one in kept)
        program = json.dumps(proxy_of(given.proxy).version())
        text = f'{{"program": {program}, "worlds": [\n{lines}\n]}}\n'
        (OUT / given.proxy / "worlds.json").write_text(text)


if __name__ == "__main__":
    main()
