"""What the kubelet asks containers, with HTTP or with a command, against what their program's configuration answers."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.asks import decides
from upstreamlint.containers.brings import lacks
from upstreamlint.containers.container import Container
from upstreamlint.containers.needed import Needed
from upstreamlint.facets.answer import judge_end
from upstreamlint.facets.ask import judge_check
from upstreamlint.facets.dial import Ask, Caller, Dial, Protocol, Purpose, Tls
from upstreamlint.facets.ends import End, judge_spoken
from upstreamlint.facets.forward import judge_revision, names_port
from upstreamlint.facets.judgement import Judgement
from upstreamlint.graph import started
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Reference
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.probe import Probe, ProbeAction, ProbeKind


def link(index: Index) -> Iterator[Reference]:
    """The probes of every container; 200 to 399 count, and another host than the pod's is not followed.

    What a command asks of `localhost` is judged where nothing else is in the pod that could answer there. The programs that
    containers and probes run without having them come along.
    """
    for workload in index.of(Workload):
        if workload.meta.patched:
            continue
        yield from judge_revision(index, workload)
        for container in index.containers(workload):
            yield from started.started(container)
            for probe in container.part.probes if container.part is not None else ():
                found = _judged(index, workload, container, probe)
                if found is not None:
                    yield found
                yield from _lacking(container, probe)
                yield from started.without_password(container, probe.command, probe)
                yield from started.no_urls(container, probe.command, probe)
                if probe.command and container.alone and not workload.template.host_network:
                    asker = f"the {probe.kind} of the kubelet"
                    yield from judge_check(index, container, probe.command, _named(container), asker)


def _lacking(container: Container, probe: Probe) -> Iterator[started.Program]:
    """A program that `exec` runs and that the image is known not to have.

    What cannot be started is no answer: the kubelet drops the result, so that a pod is never ready, and is not killed for
    it. A shell that does not find a program answers 127 (kubelet: `prober.go`, `worker.go`).
    """
    if not probe.command:
        return
    own = probe.command[0]
    if lacks(container, own.value):
        if probe.kind is not ProbeKind.LIVENESS:
            yield started.missing(container, started.Use.CHECK, Needed(own.value, own), probe)
    elif own.value.rpartition("/")[2] in started.SHELLS and decides(probe.command):
        yield from started.alternatives(container, started.asking(probe.command), probe)


def _named(container: Container) -> frozenset[int]:
    """The declared ports that anything else of a container names, in words, variables or other probes."""
    return frozenset(d.number for d in container.declared if names_port(container, d.number))


def _judged(index: Index, workload: Workload, container: Container, probe: Probe) -> Judgement | None:
    if (
        probe.action is not ProbeAction.HTTP
        or probe.port is None
        or container.part is None
        or probe.host is not None
    ):
        return None
    names = {p.name.value: p.number for p in container.part.ports if p.name is not None}
    number = integer(probe.port)
    number = names.get(probe.port.value) if number is None else number
    if number is None:
        return None
    path = probe.path
    ask = Ask(
        anchor=path.anchor if path is not None else probe.anchor,
        path=path.value.partition("?")[0] if path is not None else "/",
        host=probe.host_header,
        accepts=((200, 399),),
    )
    dial = Dial(
        caller=Caller(program=f"the {probe.kind} of the kubelet"),
        owner=workload,
        route=None,
        host=workload.meta.name.value,
        host_anchor=ask.anchor,
        port=number,
        port_anchor=probe.port.anchor,
        protocol=Protocol.HTTP1,
        tls=Tls() if probe.scheme == "HTTPS" else None,
        purpose=Purpose.ASK,
        ask=ask,
    )
    end = End(container, number)
    return judge_spoken(index, dial, end) or judge_end(index, dial, end)
