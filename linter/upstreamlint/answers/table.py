"""The table of answers, and which row a judgement comes to."""

from __future__ import annotations

import json
import os
from functools import cache

from upstreamlint.facets.dial import Purpose
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.finding import Symptom
from upstreamlint.symptoms import WAITS_FOR_EVER
from upstreamlint.typed import Any
from upstreamlint.values import StrEnum


class Failure(StrEnum):
    """How a hop failed, as the one who dials meets it; the keys of the table."""

    UNRESOLVED_AT_START = "unresolved at start"
    UNRESOLVED = "unresolved"
    REFUSED = "refused"
    DROPPED = "dropped"
    """Packets get no answer: the connection times out."""
    NO_SUCH_PORT = "no such port"
    """The Service has no such port: whoever dials its address meets dropped packets, others know it beforehand."""
    NO_ENDPOINTS = "no endpoints"
    PLAIN_TO_TLS = "plain to TLS"
    TLS_TO_PLAIN = "TLS to plain"
    TLS_NAME = "TLS name"
    NAME_REFUSED = "name refused"
    """The server ends the handshake for the name that it is asked for."""
    OTHER_PROTOCOL = "other protocol"
    PROXY_HEADER = "PROXY header"
    OTHER_HOST = "other host"
    NOT_PERMITTED = "not permitted"
    NOT_CHECKABLE = "not checkable"
    NO_INCLUDE = "no include"
    CLOSED = "closed"
    """The connection is closed without an answer."""
    UNHEALTHY = "unhealthy"
    """The backend fails its health check."""


NEVER_HEALTHY = Symptom(log="the container turns unhealthy; what waits for its health does not start")
"""A check of a container that cannot succeed."""

_CLOSES = 444
"""nginx's own status for a connection that it closes."""
_FAILURES = {
    Obstacle.NOT_ON_SERVICE: Failure.NO_SUCH_PORT,
    Obstacle.PUBLISHED: Failure.REFUSED,
    Obstacle.UNPUBLISHED: Failure.REFUSED,
    Obstacle.NOT_SERVED: Failure.REFUSED,
    Obstacle.HEADLESS: Failure.REFUSED,
    Obstacle.DEFAULTED: Failure.REFUSED,
    Obstacle.LOOPBACK: Failure.REFUSED,
    Obstacle.LOOPBACK_ONLY: Failure.REFUSED,
    Obstacle.IPV4_ONLY: Failure.REFUSED,
    Obstacle.OTHER_FAMILY: Failure.REFUSED,
    Obstacle.PLAIN_TO_TLS: Failure.PLAIN_TO_TLS,
    Obstacle.TLS_TO_PLAIN: Failure.TLS_TO_PLAIN,
    Obstacle.TLS_NAME: Failure.NAME_REFUSED,
    Obstacle.UNTRUSTED: Failure.TLS_NAME,
    Obstacle.OTHER_PROTOCOL: Failure.OTHER_PROTOCOL,
    Obstacle.PROXY_HEADER: Failure.PROXY_HEADER,
    Obstacle.OTHER_HOST: Failure.OTHER_HOST,
    Obstacle.NOT_PERMITTED: Failure.NOT_PERMITTED,
    Obstacle.NOT_CHECKABLE: Failure.NOT_CHECKABLE,
    Obstacle.OTHER_ANSWER: Failure.UNHEALTHY,
    Obstacle.NOT_SHOWN: Failure.UNHEALTHY,
}


def failure_of(found: Judgement) -> Failure | None:
    """How whoever dials meets the obstacle of a judgement; nothing where the name leads nowhere."""
    return _FAILURES.get(found.obstacle) if found.obstacle is not None else None


def symptom(found: Judgement) -> Symptom:
    """What a broken judgement looks like from outside."""
    dial = found.dial
    if dial.of_itself:
        return answer(dial.on_behalf, Failure.UNHEALTHY) if dial.on_behalf else NEVER_HEALTHY
    if found.obstacle is Obstacle.OTHER_HOST and found.reply is not None:
        closed = found.reply.status == _CLOSES
        return (
            answer(dial.by, Failure.CLOSED) if closed else Symptom(found.reply.status, flag=found.reply.flag)
        )
    if found.obstacle is Obstacle.BACK_TO_TLS and found.reply is not None:
        return Symptom(found.reply.status, log="again and again: browsers say `ERR_TOO_MANY_REDIRECTS`")
    if dial.purpose is Purpose.OTHER_CHECK:
        return NEVER_HEALTHY
    if dial.purpose is Purpose.WAIT:
        return WAITS_FOR_EVER
    failure = failure_of(found)
    if dial.by_address and found.obstacle is Obstacle.NO_SHARED_NETWORK:
        failure = Failure.DROPPED
    elif dial.purpose is Purpose.ASK and not dial.at_start:
        failure = Failure.UNHEALTHY
    elif failure is None:
        failure = Failure.UNRESOLVED_AT_START if dial.at_start else Failure.UNRESOLVED
    elif found.obstacle is Obstacle.DEFAULTED and dial.caller.workload is not None:
        failure = Failure.NO_SUCH_PORT
    by = dial.caller.answers_as or dial.by
    return answer("" if dial.purpose is Purpose.WRITTEN else by, failure, host=dial.host)


def answer(by: str, failure: Failure, *, host: str = "") -> Symptom:
    """What it looks like when a program meets a failure; the row of any program where it has none of its own."""
    failures = (failure, Failure.DROPPED) if failure is Failure.NO_SUCH_PORT else (failure,)
    rows = [_table().get(name, {}) for name in (by, by.partition(" (")[0], "")]
    row = next((row[one] for row in rows for one in failures if one in row), None)
    if row is None:
        return Symptom(log=f"{by}: {failure}" if by else failure.value)
    return row._replace(log=row.log.replace("{host}", host).replace("{by}", by), body=row.body)


@cache
def _table() -> dict[str, dict[str, Symptom]]:
    found: dict[str, dict[str, Symptom]] = {}
    programs = _rows("answers.json")
    for name, program in programs.items():
        like = programs[program["like"]]["answers"] if "like" in program else {}
        found[name] = {failure: _symptom(row) for failure, row in {**like, **program["answers"]}.items()}
    for name, row in _rows("unhealthy.json").items():
        found.setdefault(name, {})[Failure.UNHEALTHY] = _symptom(row)
    return found


def _rows(name: str) -> dict[str, Any]:
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as stream:
        rows: dict[str, Any] = json.load(stream)
    return rows


def _symptom(row: dict[str, Any]) -> Symptom:
    return Symptom(row.get("status"), row.get("body", ""), row.get("flag", ""), row.get("log", ""))
