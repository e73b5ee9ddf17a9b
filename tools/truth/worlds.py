"""Made-up situations: a proxy, its services, what it is asked; what the analyzer says of them, and whether that holds."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any, Protocol

from upstreamlint.answers.routes import Outcome, RouteAnswer, answers
from upstreamlint.run.engine import check_releases
from upstreamlint.settings.config import Config

UP = ("up1", "up2", "up3")
"""Services that answer on port 8000, and refuse any other."""
SHUT = ("shut1", "shut2")
"""Services that listen on their own loopback only."""
LIVE = tuple(f"{name}:8000" for name in UP)
NOBODY = "nobody:8000"
"""A name that nobody has."""
DEAD = ("up1:8001", "up2:8001", *(f"{name}:8000" for name in SHUT))
TIMES, MANY = 6, 40
"""How often each route is asked, which is more than any has targets, and how often at most where a part of its requests is told to fail."""
NO_ANSWER = 0
"""Stands for the status where the proxy does not start."""


@dataclass(frozen=True)
class Ask:
    """A request, and the route that takes it: its listener and path as `upstreamlint routes` writes them."""

    host: str
    path: str
    listener: str
    route: str
    why: str


@dataclass(frozen=True)
class World:
    """A configuration that listens on 8080 and dials services by name, with the requests that are sent.

    `file` is where the container has it, empty for the usual place, `environment` the container's.
    """

    config: str
    asks: tuple[Ask, ...]
    file: str = ""
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Got:
    """What one ask got, time after time: statuses, and who answered."""

    statuses: tuple[int, ...]
    bodies: tuple[str, ...]


class Proxy(Protocol):
    """What a module of a proxy has.

    `COMMAND` are the words that its container is started with, none where the image knows; `SETTLES` is how many seconds
    it takes to learn who is well.
    """

    IMAGE: str
    FILE: str
    COMMAND: tuple[str, ...]
    SETTLES: float
    PROGRAM: str | None

    def world(self, random: Random) -> World:
        """Make one."""

    def localized(self, world: World, listen: str, nobody: str) -> str:
        """The text that listens at an address, and asks the name server at another."""

    def start(self, folder: Path, text: str) -> subprocess.Popen[bytes]:
        """Start it."""

    def version(self) -> str:
        """The version that is measured."""


class Kind(StrEnum):
    """How an answer compares with what was got."""

    HOLDS = "holds"
    UNKNOWN = "not told"
    """The analyzer does not say, or doubts."""
    NO_ROUTE = "no such route"
    MISSED = "told as answered, and fails"
    UNDERSTATED = "told as failing at times, and always fails"
    OVERSTATED = "told as failing, and is answered, if only at times"
    NEVER_FAILED = "told as failing at times, and is always answered"
    OTHER_STATUS = "fails with another status"
    OTHER_END = "answered by another service"
    NOT_READ = "not read: the machine was too busy to be asked"


@dataclass(frozen=True)
class Verdict:
    """What became of one ask, and a sentence about it."""

    why: str
    kind: Kind
    text: str

    @property
    def apart(self) -> bool:
        """Whether the answer is wrong."""
        return self.kind not in (Kind.HOLDS, Kind.UNKNOWN, Kind.NOT_READ)


def told(proxy: Proxy, world: World) -> dict[tuple[str, str], RouteAnswer]:
    """What the analyzer answers, by listener and route."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "compose.yaml").write_text(_compose(proxy, world))
        (Path(folder) / Path(world.file or proxy.FILE).name).write_text(world.config)
        releases, _ = check_releases([folder], Config())
    return {(a.listener, a.match): a for r in releases for a in answers(r.graph, r.diagnostics, r.name)}


def _compose(proxy: Proxy, world: World) -> str:
    names = ", ".join((*UP, *SHUT))
    path = world.file or proxy.FILE
    text = f"services:\n  edge:\n    image: {proxy.IMAGE}\n    volumes: ['./{Path(path).name}:{path}']\n"
    text += f"    depends_on: [{names}]\n"
    if proxy.COMMAND:
        text += f"    command: {list(proxy.COMMAND)}\n"
    if world.environment:
        text += "    environment:\n" + "".join(f"      {k}: '{v}'\n" for k, v in world.environment)
    for name in (*UP, *SHUT):
        address = "127.0.0.1" if name in SHUT else "0.0.0.0"  # noqa: S104 - what a container is told
        text += f"  {name}:\n    image: registry.example/{name}:1\n"
        text += f"    command: gunicorn work.wsgi --bind {address}:8000\n"
    return text


def compared(world: World, got: Sequence[Got], said: Mapping[tuple[str, str], RouteAnswer]) -> list[Verdict]:
    """What the analyzer says of each ask, held against what it got."""
    return [
        _verdict(said.get((ask.listener, ask.route)), ask, one)
        for ask, one in zip(world.asks, got, strict=True)
    ]


def _verdict(answer: RouteAnswer | None, ask: Ask, got: Got) -> Verdict:
    name = f"{ask.listener} {ask.route} ({ask.why})"
    if answer is None:
        return Verdict(ask.why, Kind.NO_ROUTE, f"{name}: no such route")
    said = f"{answer.outcome} {answer.symptom or ''} {sorted(end.name for end in answer.ends)}"
    if answer.outcome in (Outcome.UNKNOWN, Outcome.DOUBTFUL):
        said += f" {answer.missing or (answer.fault.rule if answer.fault else '')}"
    text = f"{name}: said {said}, got {got.statuses} {sorted(got.bodies)}"
    return Verdict(ask.why, _kind(answer, got), text)


def _kind(answer: RouteAnswer, got: Got) -> Kind:
    if NO_ANSWER in got.statuses and len(got.statuses) > 1:
        return Kind.NOT_READ
    stands_in = answer.symptom.status if answer.outcome is Outcome.ANSWERED and answer.symptom else 200
    fails = {status for status in got.statuses if status not in (200, stands_in)}
    match answer.outcome:
        case Outcome.ANSWERED if fails:
            return Kind.MISSED
        case Outcome.ANSWERED:
            ends = {end.name for end in answer.ends}
            return Kind.HOLDS if set(got.bodies) <= ends else Kind.OTHER_END
        case Outcome.PARTLY if not got.bodies and answer.share is not None:
            return Kind.UNDERSTATED if answer.share ** len(got.statuses) < 1e-4 else Kind.UNKNOWN
        case Outcome.PARTLY if not got.bodies:
            return Kind.UNDERSTATED
        case Outcome.PARTLY:
            # Which requests fail may hang on those before, or after: only what is told as a part of any is held.
            sure = answer.share is not None and (1 - answer.share) ** len(got.statuses) < 1e-4
            return Kind.HOLDS if fails or not sure else Kind.NEVER_FAILED
        case Outcome.FAILS if got.bodies:
            return Kind.OVERSTATED
        case Outcome.FAILS:
            status = (answer.symptom.status if answer.symptom else None) or NO_ANSWER
            return Kind.HOLDS if got.statuses[-1] == status else Kind.OTHER_STATUS
        case _:
            return Kind.UNKNOWN


def record(world: World, got: Sequence[Got]) -> dict[str, Any]:
    """As plain data."""
    return {
        "config": world.config,
        "file": world.file,
        "environment": world.environment,
        "asks": [
            asdict(a) | {"statuses": g.statuses, "bodies": g.bodies}
            for a, g in zip(world.asks, got, strict=True)
        ],
    }


def recorded(data: dict[str, Any]) -> tuple[World, list[Got]]:
    """What `record` wrote."""
    got = [Got(tuple(a.pop("statuses")), tuple(a.pop("bodies"))) for a in data["asks"]]
    asks = tuple(Ask(**a) for a in data["asks"])
    environment = tuple((k, v) for k, v in data.get("environment", ()))
    return World(data["config"], asks, data.get("file", ""), environment), got
