"""A container that asks itself whether it is healthy: does what listens in it hear the question?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.containers.asks import Asked, asked, never_fails, takes_ipv6_first
from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Evidence, Listen, Listening
from upstreamlint.documents import Scalar
from upstreamlint.facets.answer import judge_end
from upstreamlint.facets.bind import bind
from upstreamlint.facets.dial import Ask, Caller, Dial, Protocol, Purpose, Tls
from upstreamlint.facets.ends import End, judgement
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Candidate, Facet, Judgement, Obstacle
from upstreamlint.facets.port import against
from upstreamlint.facets.tls import tls
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_numbers
from upstreamlint.numerals import port as port_number
from upstreamlint.places.address import is_loopback
from upstreamlint.source import Anchor
from upstreamlint.values import replace


def judge_check(
    index: Index, container: Container, words: tuple[Scalar, ...], named: frozenset[int], asker: str = ""
) -> Iterator[Judgement]:
    """What the words of a check come to; `named` are ports that other parts of the container name.

    `asker` is who runs them, where that is not the engine for itself.
    """
    for question in () if never_fails(words) else asked(container, words):
        dial = _dial(container, question, asker)
        if is_loopback(question.host):
            yield from _judge(index, container, question, dial, named)
        elif container.service is not None:
            yield from _of_another(index, container, question, dial)


def _of_another(index: Index, container: Container, question: Asked, dial: Dial) -> Iterator[Judgement]:
    """A check that asks by a name: another container, or its own way in."""
    whose = f"the health check of {container.title}"
    dial = replace(dial, purpose=Purpose.OTHER_CHECK, on_behalf=whose, ask=None)
    if question.host.startswith("{"):
        yield Judgement(
            wanted=question.host,
            anchor=question.host_anchor,
            owner=container.node,
            verdict=Verdict.CONFLICT,
            dial=dial,
            facet=Facet.NAME,
            obstacle=Obstacle.UNKNOWN_NAME,
            number=question.port,
            remedy=f"write `$${question.host}` for the variable of the container",
        )
        return
    yield from (one for one in judge(index, dial) if isinstance(one, Judgement) and one.facet in _TOLD)


_TOLD = frozenset({Facet.NAME, Facet.PATH, Facet.PORT})


_OF_IMAGE = patterns.compile(r"(?:localhost|127\.0\.0\.1)(?::(?P<port>\d{1,5}))?(?=[/\s\"']|\Z)")


def judge_own(index: Index, container: Container) -> Iterator[Judgement]:
    """The check that an image brings, where its program is told to listen on another port than the one that it always asks."""
    image, facts = container.image, container.image_facts
    if image is None or facts is None or not facts.healthcheck:
        return
    found = _OF_IMAGE.search(facts.healthcheck.command)
    number = port_number(found["port"] or "80") if found is not None else None
    said = against(index.listening(container), number) if number is not None else ()
    if number is None or not said or said[0].socket or container.incomplete or container.unread:
        return
    asked = Asked(
        tool=facts.healthcheck.command.split()[0],
        scheme="",
        host="localhost",
        port=number,
        path="",
        host_anchor=image.anchor,
        port_anchor=image.anchor,
        path_anchor=image.anchor,
        written=False,
    )
    text = f"told to listen on {said[0].port} (`{said[0].text}`)"
    dial = _dial(container, asked, f"the HEALTHCHECK of `{image.value}`")
    elsewhere = _elsewhere(dial, container, asked, ((said[0].anchor, text),), str(said[0].port))
    yield replace(elsewhere, near=tuple(near._replace(certain=False) for near in elsewhere.near))


def _judge(
    index: Index, container: Container, question: Asked, dial: Dial, named: frozenset[int]
) -> Iterator[Judgement]:
    listening = index.listening(container)
    said = [one for one in against(listening, question.port) if not one.socket]
    contradicted = listening.closed or question.port not in named
    if said and (contradicted or _is_flag_of(container, said)):
        text = f"told to listen on {said[0].port} (`{said[0].text}`)"
        told = _elsewhere(dial, container, question, ((said[0].anchor, text),), str(said[0].port))
        alone = "nothing else is started in the container"
        sure = contradicted and not _may_serve_more(container, said)
        yield told if sure else replace(told, assumption=alone)
        return
    service = container.service
    published = service.ports if service is not None and question.port not in named else ()
    for entry in published:
        if entry.published == question.port and entry.target is not None and not listening.on(question.port):
            text = f"leads from {question.port} to the container's port {entry.target}"
            yield _elsewhere(dial, container, question, ((entry.anchor, text),), str(entry.target))
            return
    if question.port not in named and not container.incomplete and not listening.on(question.port):
        declared = {d.number: d for d in container.declared if d.protocol == "tcp"}
        for meant in near_numbers(question.port, declared)[:1]:
            text = f"the container serves port {meant}"
            yield _elsewhere(dial, container, question, ((declared[meant].anchor, text),), str(meant))
            return
        asks = container.service is not None and question.written and not container.unread
        served = list(_serving(container, listening)) if asks else []
        if served and all(port != question.port for _, _, port in served):
            place, text, port = served[0]
            elsewhere = _elsewhere(dial, container, question, ((place, text),), str(port))
            yield replace(elsewhere, assumption="nothing listens on a port that no file names")
            return
    listens = listening.on(question.port)
    if listens and all(listen.named for listen in listens):
        text = f"bound to the address of `{listens[0].named}` alone (`{listens[0].text}`)"
        yield replace(
            _elsewhere(dial, container, question, ((listens[0].anchor, text),), ""),
            near=(),
            obstacle=Obstacle.LOOPBACK_ONLY,
        )
        return
    ipv6_first = container.service is not None and _takes_ipv6_first(container, question)
    facing = bind(listens, through_loopback=True, ipv6_first=ipv6_first or question.host == "::1")
    secured = question.scheme == "https"
    # A plain question to a port of TLS is answered with 400, which only some take for a failure.
    if facing.obstacle is None and listens and (secured or question.fetch is not None):
        spoken = [tls(spoken=secured, listen=listen) for listen in listens]
        facing = spoken[0] if all(found.obstacle is not None for found in spoken) else facing
    found = (
        judgement(dial, container.node, question.port, facing)
        if facing.obstacle is not None
        else judge_end(index, dial, End(container, question.port))
    )
    if found is not None:
        yield found


def _is_flag_of(container: Container, said: Sequence[Listen]) -> bool:
    """Whether a known program is told by a word of the one command that is started, which a variable or a label does not belie."""
    words = [word.anchor for command in container.commands for word in command.words]
    return len(container.commands) == 1 and all(
        one.protocol
        and any(
            w.source is one.anchor.source and w.start <= one.anchor.start and one.anchor.end <= w.end
            for w in words
        )
        for one in said
    )


def _may_serve_more(container: Container, said: Sequence[Listen]) -> bool:
    """Whether variables alone tell an image of which nothing else is known: they may move one port of several."""
    told = {value.anchor for value in container.environment.values()}
    return (
        container.image_facts is None
        and not container.built
        and all(one.evidence is Evidence.TOLD and one.anchor in told for one in said)
    )


def _takes_ipv6_first(container: Container, question: Asked) -> bool:
    return question.host.lower() == "localhost" and takes_ipv6_first(container, question.tool)


_DIALLED = patterns.compile(r"\Atraefik\.(?:(?:\w+\.)?port\Z|.*\.server\.port\Z)", re.IGNORECASE)
"""Labels with the port that a proxy dials."""


def _serving(container: Container, listening: Listening) -> Iterator[tuple[Anchor, str, int]]:
    """What says which ports the program takes; a port that is only published says nothing of those beside it."""
    for listen in listening.listens:
        if listen.evidence is Evidence.STATED or listen.beside:
            continue
        by_default = listen.evidence in (Evidence.IMAGE, Evidence.SERVER)
        if listen.port is not None and not (by_default and container.files.layers):
            yield listen.anchor, f"`{listen.text}` serves port {listen.port}", listen.port
    service = container.service
    labels = {**service.labels, **service.deploy_labels} if service is not None else {}
    for name, entry in labels.items():
        number = port_number(entry.value.value) if isinstance(entry.value, Scalar) else None
        if number is not None and isinstance(entry.value, Scalar) and _DIALLED.search(name):
            yield entry.value.anchor, f"a proxy is told to dial port {number}", number
    published = {port.anchor for port in service.ports} if service is not None else set()
    facts = container.image_facts
    usual = {served.port for served in facts.serves or ()} if facts is not None else set()
    for declared in container.declared:
        # What is published says something where the image is known to serve it.
        if declared.anchor not in published or declared.number in usual:
            yield declared.anchor, f"port {declared.number} is exposed", declared.number


def _elsewhere(
    dial: Dial,
    container: Container,
    question: Asked,
    far_end: tuple[tuple[Anchor, str], ...],
    instead: str,
) -> Judgement:
    """The question goes to a port that nothing takes."""
    anchor, text = far_end[0]
    return Judgement(
        wanted=str(question.port),
        anchor=question.port_anchor,
        owner=container.node,
        verdict=Verdict.CONFLICT,
        near=(Candidate(anchor, text, instead, certain=True),),
        dial=dial,
        facet=Facet.PORT,
        obstacle=Obstacle.NOT_SERVED,
        targets=(container.node,),
        number=question.port,
        far_end=far_end,
    )


def _dial(container: Container, question: Asked, asker: str) -> Dial:
    sent = question.fetch
    authority = (
        question.host if question.port == _PORTS.get(question.scheme) else f"{question.host}:{question.port}"
    )
    ask = (
        Ask(
            anchor=question.path_anchor,
            method=sent.method,
            path=question.path,
            host=sent.host or authority,
            accepts=sent.accepts,
            follows=sent.follows,
        )
        if sent is not None
        else None
    )
    return Dial(
        caller=Caller(
            program=question.tool,
            service=container.service,
            project=container.project,
            workload=container.workload,
            container=container.part,
        ),
        owner=container.node,
        route=None,
        host=question.host,
        host_anchor=question.host_anchor,
        port=question.port,
        port_anchor=question.port_anchor,
        protocol=Protocol.HTTP1 if question.scheme else Protocol.TCP,
        protocol_anchor=question.host_anchor,
        tls=Tls() if question.scheme == "https" else None,
        purpose=Purpose.OWN_CHECK,
        on_behalf=asker,
        ask=ask,
    )


_PORTS = {"http": 80, "https": 443}
