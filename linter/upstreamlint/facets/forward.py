"""A Service that leads to pods: does what runs there listen for it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Evidence, Listen
from upstreamlint.containers.pod import DEFAULT_PORT, KNATIVE
from upstreamlint.facets.bind import bind
from upstreamlint.facets.dial import Caller, Dial, Purpose
from upstreamlint.facets.ends import End, judgement, of_workload
from upstreamlint.facets.judgement import Candidate, Facet, Judgement, Obstacle
from upstreamlint.facets.port import against
from upstreamlint.facets.verdict import Facing
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.serving import declares
from upstreamlint.graph.references import TargetPort
from upstreamlint.numerals import names
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import replace

if TYPE_CHECKING:
    from upstreamlint.model.kubernetes import Service, Workload


def judge_forward(index: Index, target: TargetPort) -> Iterator[Judgement]:
    """The port and the address of what listens in the pods that a Service's port leads to."""
    number, workload = target.number, target.workload
    if number is None or target.broken or target.port.protocol != "TCP" or workload.finishes:
        return
    if workload.meta.patched or target.service.meta.patched or _meant_for_another(index, target, number):
        return
    dial = _dial(target, number)
    for end in of_workload(index, workload, number):
        served = bool(told_of(index, end) & _led_to(target.service, end.container))
        named = served or _beside(index, end) or _names(index, end, number)
        asked = names_port(end.container, number) or _is_probed(end.container, number)
        doubt = "" if named or not asked else _PROBED
        spare = "the port is in use" if served else _SCAFFOLD if _is_scaffold(index, end) else ""
        yield from handed_over(index, dial, end, named=named, spare=spare, doubt=doubt)
        yield from _by_family(index, dial, end, target.service)


def judge_revision(index: Index, workload: Workload) -> Iterator[Judgement]:
    """The port of a revision of Knative, or of Cloud Run: the declared one, else 8080, which has to answer before it is ready."""
    containers = [c for c in index.containers(workload) if c.part is not None and not c.part.sidecar]
    serving = [c for c in containers if c.declared] or containers
    if workload.meta.group != KNATIVE or workload.meta.patched or len(serving) != 1:
        return
    container = serving[0]
    part = container.part
    if part is None:
        return
    number = part.ports[0].number if part.ports else DEFAULT_PORT
    written = part.ports[0].anchor if part.ports else (part.image or part).anchor
    dial = Dial(
        caller=Caller(program="Knative"),
        owner=workload,
        route=None,
        host=workload.meta.name.value,
        host_anchor=workload.meta.anchor,
        port=number,
        port_anchor=written,
        purpose=Purpose.FORWARD,
    )
    texts = [*(w.value for w in container.words), *(v.value.value for v in part.env)]
    named = any(names(text, number) for text in texts) or container.files.tells(number)
    for found in handed_over(index, dial, End(container, number), named=named):
        # The proxy beside it dials 127.0.0.1, where what is bound to that alone answers.
        if found.facet is Facet.PORT and found.listen is not None:
            other = found.listen.port
            yield replace(found, remedy=f"set `containerPort: {other}`, or listen on the port of `$PORT`")


def _by_family(index: Index, dial: Dial, end: End, service: Service) -> Iterator[Judgement]:
    """A Service whose first address is of IPv6, and a process that is told to listen on IPv4 alone."""
    first = service.families[0] if service.families else None
    listens = index.listening(end.container).on(end.number)
    told = listens and all(one.ipv4_only and one.evidence >= Evidence.TOLD for one in listens)
    if first is None or first.value != "IPv6" or not told or any(one.loopback for one in listens):
        return
    found = judgement(dial, end.container.node, end.number, Facing(Obstacle.OTHER_FAMILY, listens[0]))
    yield replace(found, anchor=first.anchor)


def _beside(index: Index, end: End) -> bool:
    """Whether another Service leads to the port that a container is told: this one then leads to one more of it."""
    workload = end.container.workload
    led_to = {p for s in index.selecting(workload) for p in _led_to(s, end.container)} if workload else set()
    return bool(told_of(index, end) & led_to)


_PROBED = "nothing else runs in the container that a probe asks"
_SCAFFOLD = "the chart is installed with the image that it comes with"


def _is_scaffold(index: Index, end: End) -> bool:
    """Whether a chart that nobody states a release of takes from its values the image that `helm create` writes, for an own port."""
    image = end.container.image
    if not index.ladder.unnamed or image is None or end.container.image_name != "nginx":
        return False
    source, start, stop = image.anchor
    return "{{" in source.text[start:stop] and any(d.number == end.number for d in end.container.declared)


def _meant_for_another(index: Index, target: TargetPort, number: int) -> bool:
    """Whether another workload that the Service selects is the one that it is for.

    It stands in the file of the Service, or it declares the port, and this one does not: the selector is at fault.
    """
    selected = index.selected(target.service)
    beside = [w for w in selected if w.anchor.source is target.service.anchor.source]
    if beside and target.workload not in beside:
        return True
    undeclared = target.declared and not declares(target.workload, number)
    return bool(undeclared) and any(declares(other, number) for other in selected if not other.finishes)


def _names(index: Index, end: End, number: int) -> bool:
    """Whether anything names a port; a probe says nothing of it where a known server is told another port."""
    told = index.listening(end.container).told
    if any(listen.protocol for listen in told):
        return names_port(end.container, number, probes=False)
    # A program of which nothing is known may serve what it declares beside the port that it is told.
    declared = {port.number for port in end.container.declared}
    beside = number in declared and bool(told) and {listen.port for listen in told} <= declared
    return beside or names_port(end.container, number)


def _led_to(service: Service, container: Container) -> set[int | None]:
    """The ports of a container that a Service leads to, by their numbers or their names."""
    named = {declared.name: declared.number for declared in container.declared if declared.name}
    return {p.target_number if p.target_name is None else named.get(p.target_name) for p in service.ports}


def told_of(index: Index, end: End) -> set[int | None]:
    """The ports that a container is told to listen on, and those that its image has."""
    listening = index.listening(end.container)
    return {
        listen.port for listen in (listening.listens if listening.closed else listening.told)
    } | listening.usual


def handed_over(
    index: Index, dial: Dial, end: End, *, named: bool, spare: str = "", doubt: str = ""
) -> Iterator[Judgement]:
    """`named` counts as long as it is not known what listens.

    `spare` makes a finding less than certain where all that listens is known, `doubt` where it is not.
    """
    listening = index.listening(end.container)
    said = () if _is_another_of_image(end) else against(listening, end.number)
    if said and (listening.closed or not named):
        verb = "listens" if listening.closed else "is told to listen"
        yield _elsewhere(dial, end, said, verb, spare if listening.closed else doubt)
    elif (
        not said
        and not named
        and end.number not in (listening.usual or {end.number})
        and not _exposed(dial, end)
    ):
        agreed = any(declared.number in listening.usual for declared in end.container.declared)
        doubt = "" if agreed and end.container.part is not None else "nothing inside the image moves the port"
        yield _elsewhere(dial, end, listening.listens, "listens", doubt)
    else:
        yield from bound(index, dial, end)


def _is_another_of_image(end: End) -> bool:
    """Whether the image serves a port beside its main one: what a command says of one of them leaves the others as they are."""
    facts = end.container.image_facts
    return facts is not None and any(s.port == end.number and s.why for s in facts.serves or ())


def _elsewhere(dial: Dial, end: End, listens: Sequence[Listen], verb: str, assumption: str) -> Judgement:
    """A port that is handed over to a container which listens on others."""
    first = listens[0]
    text = f"{end.container.title} {verb} on {first.socket or first.port} (`{first.text}`)"
    # Other ways to the container may lead to the right port.
    own = dial if dial.route is None else replace(dial, owner=dial.route)
    return Judgement(
        wanted=str(end.number),
        anchor=dial.port_anchor,
        owner=own.owner,
        verdict=Verdict.CONFLICT,
        near=()
        if first.socket
        else (Candidate(first.anchor, text, str(first.port), certain=len(listens) == 1),),
        far_end=((first.anchor, text),) if first.socket else (),
        dial=own,
        facet=Facet.PORT,
        obstacle=Obstacle.NOT_SERVED,
        targets=(end.container.node,),
        number=end.number,
        listen=first,
        assumption=assumption,
    )


def _exposed(dial: Dial, end: End) -> bool:
    """Whether a Compose service or its Dockerfile exposes a port, besides publishing it here."""
    declared = end.container.declared if end.container.part is None else ()
    return any(d.number == end.number and d.anchor != dial.port_anchor for d in declared)


def bound(index: Index, dial: Dial, end: End) -> Iterator[Judgement]:
    """The address that listens on a port which is handed over."""
    facing = bind(index.listening(end.container).on(end.number))
    if facing.obstacle is not None:
        yield judgement(dial, end.container.node, end.number, facing)


def _dial(target: TargetPort, number: int) -> Dial:
    return Dial(
        caller=Caller(program=f"Service `{target.service.title}`"),
        owner=target.port,
        route=None,
        host=target.service.meta.name.value,
        host_anchor=target.anchor,
        port=number,
        port_anchor=target.anchor,
        purpose=Purpose.FORWARD,
    )


def _is_probed(container: Container, number: int) -> bool:
    """Whether an image of which nothing is known is probed there, and may read no variable that most servers read."""
    probes = container.part.probes if container.part is not None and container.image_facts is None else ()
    return any(names(p.port.value, number) for p in probes if p.port is not None)


def names_port(container: Container, number: int, *, probes: bool = True) -> bool:
    """Whether anything besides the declared ports names a port: words, variables, probes where they count."""
    texts = [*(w.value for w in container.words), *(v.value for v in container.environment.values())]
    if probes and container.part is not None and not _is_stock(container):
        texts += [p.port.value for p in container.part.probes if p.port is not None]
    return any(names(text, number) for text in texts) or container.files.tells(number)


def _is_stock(container: Container) -> bool:
    """Whether nothing is given to an image that could move its ports: a probe of another one only fails as well."""
    part = container.part
    return part is not None and not part.mounts and not part.words
