"""Objects that ingress controllers are told by name, `namespace/name`: those that are not there, and words that are no such name.

kubernetes/ingress-nginx: cmd/nginx/main.go (`checkService`), pkg/flags/flags.go, internal/k8s/main.go (`ParseNameNS`); haproxytech/kubernetes-ingress: pkg/utils/flags.go
(`NamespaceValue`); jcmoraisjr/haproxy-ingress: docs, Command-line.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.names import absent_service
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import ConfigMap, Service, Workload
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.programs.managed.controllers import Controller
from upstreamlint.programs.managed.running import running
from upstreamlint.values import entity, frozen

_OWN = "$(POD_NAMESPACE)/"


@frozen(kw_only=True)
class _Option:
    """A flag that names an object of a kind; `stops` says that the controller does not start without it."""

    flag: str
    kind: str
    stops: bool


_SERVICE, _MAP = "Service", "ConfigMap"
_OPTIONS = {
    Controller.INGRESS_NGINX: (
        _Option(flag="--default-backend-service", kind=_SERVICE, stops=True),
        _Option(flag="--publish-service", kind=_SERVICE, stops=True),
        _Option(flag="--tcp-services-configmap", kind=_MAP, stops=False),
        _Option(flag="--udp-services-configmap", kind=_MAP, stops=False),
    ),
    Controller.HAPROXY: (
        _Option(flag="--default-backend-service", kind=_SERVICE, stops=False),
        _Option(flag="--configmap", kind=_MAP, stops=False),
        _Option(flag="--configmap-tcp-services", kind=_MAP, stops=False),
    ),
    Controller.HAPROXY_INGRESS: (
        _Option(flag="--default-backend-service", kind=_SERVICE, stops=True),
        _Option(flag="--tcp-services-configmap", kind=_MAP, stops=False),
    ),
}


@entity(kw_only=True)
class ToldObject(Reference):
    """An object of a kind that a flag names; `malformed` says that it is no `namespace/name`."""

    owner: Workload
    by: str
    flag: str
    kind: str
    stops: bool
    malformed: bool


def link(index: Index) -> Iterator[ToldObject]:
    """Every object that the controllers in the files are told, and do not find."""
    for one in running(index):
        workload = one.container.workload
        if workload is None or workload.meta.patched:
            continue
        for option in _OPTIONS.get(one.controller, ()):
            value = _value(one.container, option.flag)
            found = _judged(index, workload, option, value) if value is not None else None
            if found is None or value is None:
                continue
            verdict, near, malformed = found
            yield ToldObject(
                wanted=value.value,
                anchor=value.anchor,
                owner=workload,
                verdict=verdict,
                near=near,
                by=str(one.controller),
                flag=option.flag,
                kind=option.kind,
                stops=option.stops,
                malformed=malformed,
            )


def _value(container: Container, flag: str) -> Scalar | None:
    """What a flag says, behind an equals sign or in the next word."""
    words = container.words
    for place, word in enumerate(words):
        name, equals, value = word.value.partition("=")
        if name == flag:
            return word._replace(value=value) if equals else next(iter(words[place + 1 :]), None)
    return None


def _judged(
    index: Index, workload: Workload, option: _Option, value: Scalar
) -> tuple[Verdict, tuple[Candidate, ...], bool] | None:
    own = workload.meta.namespace
    text = value.value.replace(_OWN, f"{own}/") if own else value.value.replace(_OWN, "/")
    space, slash, name = text.partition("/")
    if is_placeholder(text) or not text:
        return None
    there = [o for o in _of(index, option.kind) if o.meta.name.value == (name or space)]
    if not slash:
        near = tuple(_candidate(o, own) for o in there[:1])
        return Verdict.CONFLICT, near, True
    if any(same_namespace(o.meta.namespace, space) for o in there):
        return None
    # The same name in the controller's own namespace: what is told is the namespace of another installation.
    beside = [o for o in there if own and o.meta.namespace == own]
    if beside:
        return Verdict.NEAR_MISS, (_candidate(beside[0], own),), False
    if option.kind == _MAP:
        return None
    absence = absent_service(index, name, space, workload.meta.folder)
    near = tuple(c._replace(instead=f"{space}/{c.instead.partition('.')[0]}") for c in absence.near)
    return (absence.verdict, near, False) if absence.verdict.broken and not absence.assumption else None


def _of(index: Index, kind: str) -> list[Service] | list[ConfigMap]:
    return index.of(Service) if kind == _SERVICE else index.of(ConfigMap)


def _candidate(found: Service | ConfigMap, own: str) -> Candidate:
    space = found.meta.namespace or own
    text = f"{found.meta.kind} `{found.title}` has this name"
    return Candidate(found.meta.name.anchor, text, f"{space}/{found.meta.name}" if space else "")
