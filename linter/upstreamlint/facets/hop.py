"""A dial becomes a hop: it is looked up from its place, and every facet judges it."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.facets.dial import Dial, Protocol, Purpose
from upstreamlint.facets.ends import judge_ends, judge_number, judge_own
from upstreamlint.facets.judgement import Facet, Judgement
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge
from upstreamlint.places.address import is_address
from upstreamlint.places.found import Found, HostFound, PortFound
from upstreamlint.values import replace


def judge(index: Index, dial: Dial) -> Iterator[Edge | Judgement]:
    """The judgements of a hop, and its edges to what it may reach; nothing where no file says where it starts."""
    if dial.tls is None or not dial.tls.public:
        yield from _all(index, dial)
        return
    found = list(_all(index, dial))
    yield from found
    # A certificate is looked at when all else went well.
    if not any(isinstance(one, Judgement) and one.broken for one in found):
        from upstreamlint.facets.trust import judge_trust

        yield from judge_trust(index, dial)


def _all(index: Index, dial: Dial) -> Iterator[Edge | Judgement]:
    found = look_up(index, dial)
    yield from judge_own(dial)
    if found is None and dial.caller.node is None and dial.caller.cluster is None:
        from upstreamlint.facets.given import given

        dial, found, doubt = given(index, dial)
        if found is not None:
            yield from (_doubted(one, doubt) for one in _judged(index, dial, found))
            return
    if found is None:
        yield from judge_number(dial)
        yield from _unplaced(index, dial)
        return
    path = dial.host_anchor.source.path
    doubt = _ELSEWHERE.format(path) if index.likely(dial.caller.service, path) else ""
    yield from (_doubted(one, doubt) for one in _judged(index, dial, found))


_ELSEWHERE = "the file that is mounted is `{}`"


def _doubted(found: Edge | Judgement, doubt: str) -> Edge | Judgement:
    """A judgement with an assumption, unless what was meant is certain: then it is a slip of the hand."""
    if not doubt or not isinstance(found, Judgement) or found.assumption:
        return found
    return found if found.near and found.near[0].certain else replace(found, assumption=doubt)


def _judged(index: Index, dial: Dial, found: Found) -> Iterator[Edge | Judgement]:
    yield _host(dial, found.host)
    if not found.ports:
        yield from judge_number(dial)
    for one in found.ports:
        if not one.verdict.broken and dial.purpose is not Purpose.ASK:
            yield Edge(dial.owner, one.target, dial.host_anchor, _says(dial), dial.share, one.number)
        if found.host.verdict.broken:
            yield _port(dial, one)
        else:
            yield from judge_port(index, dial, one)


def _unplaced(index: Index, dial: Dial) -> Iterator[Judgement]:
    if dial.purpose is Purpose.ROUTE:
        from upstreamlint.facets.unplaced import judge_unplaced

        yield from judge_unplaced(index, dial)


def judge_port(index: Index, dial: Dial, port: PortFound) -> Iterator[Judgement]:
    """A port of what answers, and how what listens there faces what is dialled."""
    yield _port(dial, port)
    if not port.verdict.broken and port.obstacle is None:
        faced = list(judge_ends(index, dial, port.target, port.number))
        yield from faced or judge_number(dial)
        if not faced:
            from upstreamlint.facets.answer import judge_answer

            yield from judge_answer(index, dial, port.target, port.number)
            if dial.permission is not None:
                from upstreamlint.facets.permission import judge_permission

                yield from judge_permission(index, dial, port.target, port.number)


def look_up(index: Index, dial: Dial) -> Found | None:
    """Who answers to a dial where its program runs; nothing where no file says that."""
    caller = dial.caller
    if caller.service is not None and caller.project is not None:
        from upstreamlint.model.compose.types import Project
        from upstreamlint.places import compose

        world = compose.World(
            caller.project, tuple(index.of(Project)), index.ladder, index.listening_of, index.tells
        )
        return compose.look_up(
            caller.service,
            dial.host,
            dial.port,
            world,
            listens=caller.listens,
            alone=caller.alone,
            complete=caller.complete or dial.protocol in _SPOKEN_BY_NO_PROXY,
            defaulted=dial.defaulted,
        )
    if caller.workload is not None:
        from upstreamlint.places import pods

        return pods.look_up(index, caller.workload, dial)
    if caller.cluster is not None:
        from upstreamlint.places import pods

        return pods.from_cluster(index, caller.cluster, dial)
    return None


_SPOKEN_BY_NO_PROXY = frozenset({Protocol.FASTCGI, Protocol.UWSGI, Protocol.SCGI})
"""What no proxy answers itself, whatever it listens on."""
_OF_ITS_OWN = frozenset({Verdict.ABSENT, Verdict.NEAR_MISS})


def _host(dial: Dial, host: HostFound) -> Judgement:
    verdict = host.verdict
    if (dial.vague and verdict in _OF_ITS_OWN) or (verdict is Verdict.EXTERNAL and is_address(dial.host)):
        verdict = Verdict.UNKNOWN
    unknown = host.obstacle is not None and host.obstacle.facet is Facet.NAME
    return Judgement(
        wanted=dial.host,
        anchor=dial.host_anchor,
        owner=dial.owner,
        verdict=verdict,
        near=host.near or (dial.known if unknown else ()),
        dial=dial,
        facet=host.obstacle.facet if host.obstacle else Facet.NAME,
        obstacle=host.obstacle,
        targets=host.targets,
        number=dial.port,
        far_end=host.far_end,
        by_host=host.by_host,
        assumption=host.assumption,
    )


def _port(dial: Dial, port: PortFound) -> Judgement:
    return Judgement(
        wanted=str(port.number),
        anchor=dial.port_anchor,
        owner=dial.owner,
        verdict=port.verdict,
        near=port.near,
        dial=dial,
        facet=Facet.PORT,
        obstacle=port.obstacle,
        targets=(port.target,),
        number=port.number,
        far_end=port.far_end,
        assumption=port.assumption,
    )


def _says(dial: Dial) -> str:
    where = dial.host if dial.port is None else f"{dial.host}:{dial.port}"
    return f"{dial.by or dial.variable or 'the program'} dials `{where}`"
