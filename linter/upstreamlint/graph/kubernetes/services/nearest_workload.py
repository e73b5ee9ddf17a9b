"""The workload that a selector was probably meant for, and the label that differs (S16)."""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import is_typed, near_names
from upstreamlint.graph.references import Candidate
from upstreamlint.model.kubernetes import Labels, Service, Workload
from upstreamlint.source import Anchor

IDENTITY = frozenset(
    {"app", "app.kubernetes.io/name", "k8s-app", "name", "service", "io.kompose.service", "run"}
)
DISTINGUISHING = frozenset(
    {"component", "app.kubernetes.io/component", "role", "tier", "type", "color", "colour", "track", "slot"}
)
"""Keys that tell different things of one application apart: another value is another thing, not a slip."""

_VERSIONS = frozenset({"version", "app.kubernetes.io/version", "release", "pod-version"})
"""Keys whose other values are often deployed from elsewhere: only a workload of the same file was meant."""


def around(index: Index, namespace: str) -> list[Workload]:
    """The workloads that a namespace may have: its own, and those that name none."""
    return [*index.workloads(namespace), *index.workloads("")] if namespace else index.of(Workload)


def nearest_workloads(index: Index, service: Service) -> tuple[Candidate, ...]:
    """The workload that misses a Service's selector by one label, and how; nothing when none is that near.

    A slip is: every other pair agrees and one of them names the application; or the values are nearly the
    same; or the workload has the Service's own name. Failing that, the same labels in another namespace.
    """
    written = service.selector.values if service.selector else {}
    values = {k: v for k, v in written.items() if not index.set_at_run_time(k)}
    if not values:
        return ()
    namespace = service.meta.namespace
    # Words more or less are a slip where things are deployed together, and another thing elsewhere.
    whole = index.ladder.complete or index.ladder.is_closed(service.meta.folder)
    near = [
        (workload, keys[0])
        for workload in _candidates(index, values, service)
        if (keys := _differing(values, workload))
        and len(keys) == 1
        and _slip(values, keys[0], workload, service, words=whole or _distance(workload, service) == 0)
    ]
    if near:
        workload, key = min(near, key=lambda pair: (_distance(pair[0], service), _apart(pair[0], service)))
        meant = {(k, w.template.values.get(k, "")) for w, k in near}
        certain = len(meant) == 1 and (
            workload.anchor.source is service.anchor.source
            if _namesakes(workload, service)
            else bool(near_names(values[key], [workload.template.values.get(key, "")]))
        )
        return (_candidate(service, workload, key, values[key])._replace(certain=certain),)
    return _in_other_namespace(index, values, namespace, service)


def misspelt_workload(index: Index, service: Service) -> Candidate | None:
    """The only workload of which a Service's selector misspells one label, where unread parts may change either of them.

    What changes labels makes them others, and does not mend a slip of the hand.
    """
    written = service.selector.values if service.selector else {}
    values = {k: v for k, v in written.items() if not index.set_at_run_time(k)}
    found = {
        (key, own): workload
        for workload in _candidates(index, values, service, patched=True)
        if (service.meta.patched or workload.meta.patched) and len(keys := _differing(values, workload)) == 1
        for key in keys
        if (own := workload.template.values.get(key)) is not None
        and near_names(values[key], [own], words=False)
    }
    if len(found) != 1:
        return None
    ((key, _), workload), *_ = found.items()
    return _candidate(service, workload, key, values[key])


def difference(service: Service, workload: Workload) -> Candidate:
    """A workload as the one that a Service's selector was meant for, with the first label that differs."""
    values = service.selector.values if service.selector else {}
    key = next(iter(_differing(values, workload)), next(iter(values), ""))
    return _candidate(service, workload, key, values.get(key, ""))


def labels_itself(workload: Workload, service: Service) -> bool:
    """Whether pods carry a part of what a Service selects and lack keys: programs give themselves a role, as Patroni does."""
    wanted = service.selector.values if service.selector else {}
    own = workload.template.values
    return any(own.get(key) == value for key, value in wanted.items()) and any(
        key not in own and key not in _BY_HAND for key in wanted
    )


_BY_HAND = frozenset(
    {
        "component",
        "tier",
        *(f"app.kubernetes.io/{key}" for key in ("component", "instance", "name", "part-of")),
    }
)
"""Keys that tell what something is, which no program finds out about itself."""


def _candidates(
    index: Index, values: dict[str, str], service: Service, *, patched: bool = False
) -> list[Workload]:
    """Workloads of the namespace that share a pair, or the Service's name; those that may be `patched` count when asked for."""
    found: dict[int, Workload] = {}
    for key, value in values.items():
        for workload in index.carrying(key, value, service.meta.namespace):
            found[id(workload)] = workload
    for workload in index.workloads_named(service.meta.name.value, service.meta.namespace):
        found[id(workload)] = workload
    if len(values) == 1:
        ((key, value),) = values.items()
        pool = around(index, service.meta.namespace)
        if len(pool) <= _POOL:
            for workload in pool:
                own = workload.template.values.get(key)
                if own is not None and near_names(value, [own]):
                    found[id(workload)] = workload
    return [w for w in found.values() if (patched or not w.meta.patched) and not w.finishes]


_POOL = 500
"""A namespace with more workloads is not searched for look-alikes: the cost would grow with its square."""


def _differing(values: dict[str, str], workload: Workload) -> list[str]:
    return [k for k, v in values.items() if workload.template.values.get(k) != v]


def _slip(values: dict[str, str], key: str, workload: Workload, service: Service, *, words: bool) -> bool:
    """Whether one differing label is a mistake rather than another thing."""
    own = workload.template.values.get(key)
    if own is not None and near_names(values[key], [own], words=words):
        return True
    if own is not None and len(values) > 1 and is_typed(values[key], own):
        return True  # where the other labels name the workload, a short value is no less a slip
    named_alike = workload.meta.name.value == service.meta.name.value
    if named_alike and _distance(workload, service) == 0:
        return True
    if key in _VERSIONS and workload.anchor.source is not service.anchor.source:
        return False
    shared = [k for k in values if k != key]
    return any(k in IDENTITY for k in shared) and key not in DISTINGUISHING and key not in IDENTITY


def _apart(workload: Workload, service: Service) -> bool:
    return workload.anchor.source is not service.anchor.source


def _distance(workload: Workload, service: Service) -> int:
    if workload.anchor.source is service.anchor.source:
        return 0
    return 0 if workload.meta.folder == service.meta.folder else 1


def _namesakes(workload: Workload, service: Service) -> bool:
    return workload.meta.name.value == service.meta.name.value


def _candidate(service: Service, workload: Workload, key: str, wanted: str) -> Candidate:
    labels = workload.template.labels
    entry = labels.entries.get(key) if labels else None
    if labels is None or entry is None or not isinstance(entry.value, Scalar):
        where = labels.anchor if labels else workload.anchor
        return Candidate(
            _first_line(where),
            f"the closest workload, `{workload.title}`, has no label `{key}`",
            f"add the label `{key}: {wanted}` to the pod template of `{workload.title}`, "
            + _without(service, labels, key),
            _entry(service, key),
        )
    return Candidate(
        entry.anchor,
        f"the closest workload, `{workload.title}`, has this",
        f"change the selector to `{key}: {entry.value}`, or the label to `{key}: {wanted}`",
        _entry(service, key),
        change=f"{key}: {entry.value}",
    )


def _without(service: Service, labels: Labels | None, key: str) -> str:
    """What to do with a selector instead that names a label which the pods lack."""
    others = [k for k in (service.selector.values if service.selector else ()) if k != key]
    values = labels.values if labels else {}
    telling = next((k for k in values if k in IDENTITY), next(iter(values), ""))
    if others or not telling:
        return "or drop it from the selector"
    return f"or select `{telling}: {values[telling]}`"


def _entry(service: Service, key: str) -> Anchor | None:
    entry = service.selector.entries.get(key) if service.selector else None
    return entry.anchor if entry else None


def _first_line(anchor: Anchor) -> Anchor:
    source = anchor.source
    line, _ = source.position(anchor.start)
    end = source.line_starts[line] - 1 if line < len(source.line_starts) else len(source.text)
    return Anchor(source, anchor.start, max(anchor.start, min(anchor.end, end)))


def _in_other_namespace(
    index: Index, values: dict[str, str], namespace: str, service: Service
) -> tuple[Candidate, ...]:
    """The same labels in another namespace: a workload of the same file, or of the Service's name and folder."""
    if not namespace:
        return ()
    (key, value), *_ = values.items()
    for workload in index.carrying(key, value, ""):
        if (
            workload.meta.namespace not in ("", namespace)
            and not _differing(values, workload)
            and _distance(workload, service) == 0
            and (workload.anchor.source is service.anchor.source or _namesakes(workload, service))
        ):
            labels = workload.template.labels
            return (
                Candidate(
                    _first_line(labels.anchor if labels else workload.anchor),
                    f"`{workload.title}` has these labels, but in namespace `{workload.meta.namespace}`",
                    f"put the Service into namespace `{workload.meta.namespace}`, or the workload into `{namespace}`",
                ),
            )
    return ()
