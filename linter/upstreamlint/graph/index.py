"""Resources by what they are looked up by, each index built once; nothing here scans all objects twice."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from upstreamlint import numerals
from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Ladder
from upstreamlint.graph.grouping import grouped, grouped_many
from upstreamlint.graph.kubernetes.controllers.makers import Makers
from upstreamlint.graph.kubernetes.pods.at_run_time import AtRunTime
from upstreamlint.graph.likeness import Names
from upstreamlint.graph.running import Running
from upstreamlint.model.kubernetes import (
    ConfigMap,
    Endpoints,
    MadeService,
    Meta,
    Namespace,
    Other,
    Service,
    ServicePort,
    Workload,
)
from upstreamlint.model.kubernetes.canary import Canary
from upstreamlint.model.kubernetes.config import Secret
from upstreamlint.model.kubernetes.meta import Labels
from upstreamlint.model.kubernetes.nearest import Named, ambiguous, nearest, same_namespace
from upstreamlint.model.kubernetes.needs import SECRET
from upstreamlint.model.kubernetes.rollout import trials
from upstreamlint.source import Source
from upstreamlint.typed import TypeVar

M = TypeVar("M", bound=Named)


class Index(Running):
    """The resources of a run, to look things up in.

    A name is looked up in its namespace; an empty namespace is the client's current one and fits every
    other. What is found more than once is taken from the nearest enclosing folder that holds it (two
    environments in one tree are no conflict).
    """

    def __init__(self, resources: Sequence[object], ladder: Ladder) -> None:
        super().__init__(resources)
        self.ladder = ladder
        self._selected: dict[int, tuple[Workload, ...]] = {}

    def behind(self, port: ServicePort) -> tuple[Workload, ...]:
        """The workloads behind a Service's port."""
        service = self._service_of.get(id(port))
        return self.selected(service) if service is not None else ()

    @cached_property
    def _service_of(self) -> dict[int, Service]:
        return {id(port): service for service in self.of(Service) for port in service.ports}

    @cached_property
    def _services(self) -> dict[str, list[Service]]:
        return grouped(self.of(Service), lambda s: s.meta.name.value)

    @cached_property
    def _made(self) -> dict[str, list[Service]]:
        made: list[Service] = [*self.of(MadeService)]
        return grouped(made, lambda s: s.meta.name.value)

    def services(self, name: str, namespace: str, folder: str, source: Source | None = None) -> list[Service]:
        """The Services of a name that a namespace sees, the nearest ones: those of the asker's own file, if it has any.

        Those that controllers make count where no file defines any.
        """
        found = nearest(_in_namespace(self._services.get(name, ()), namespace), folder)
        own = [s for s in found if s.anchor.source is source] if source is not None and len(found) > 1 else []
        return own or found or nearest(_in_namespace(self._made.get(name, ()), namespace), folder)

    def services_maybe(self, name: str, namespace: str, folder: str) -> list[Service]:
        """The Services of a name that may be in a namespace, the nearest ones, whether or not they say so."""
        found = [s for s in self._services.get(name, ()) if same_namespace(s.meta.namespace, namespace)]
        return nearest(found, folder)

    def service_is_ambiguous(
        self, name: str, namespace: str, folder: str, fits: Callable[[Service], object]
    ) -> bool:
        """Whether several folders define a Service of the name, none of them is the asker's, and one of them fits."""
        found = _in_namespace(self._services.get(name, ()), namespace)
        return ambiguous(found, folder) and any(s.meta.patched or not s.ports or fits(s) for s in found)

    def services_elsewhere(self, name: str, namespace: str) -> list[Service]:
        """The Services of a name in other namespaces."""
        return [s for s in self._services.get(name, ()) if not same_namespace(s.meta.namespace, namespace)]

    @cached_property
    def _service_names(self) -> dict[str, set[str]]:
        names: dict[str, set[str]] = defaultdict(set)
        for service in self.of(Service):
            names[service.meta.namespace].add(service.meta.name.value)
        return names

    def service_names(self, namespace: str) -> set[str]:
        """The names of the Services of a namespace."""
        return self._service_names.get(namespace, set())

    @cached_property
    def _service_look_alikes(self) -> dict[str, Names]:
        return {namespace: Names(names) for namespace, names in self._service_names.items()}

    def similar_services(self, name: str, namespace: str) -> list[str]:
        """The names of Services of a namespace that were probably meant."""
        spaces = self._service_look_alikes if not namespace else ("", namespace)
        return [
            near
            for space in spaces
            if space in self._service_look_alikes
            for near in self._service_look_alikes[space].near(name)
        ]

    @cached_property
    def _endpoints(self) -> dict[str, list[Endpoints]]:
        return grouped(self.of(Endpoints), lambda e: e.service.value)

    def endpoints(self, service: Service) -> list[Endpoints]:
        """The hand-written endpoints of a Service."""
        found = self._endpoints.get(service.meta.name.value, ())
        return nearest(_in_namespace(found, service.meta.namespace), service.meta.folder)

    @cached_property
    def _workloads_by_label(self) -> dict[tuple[str, str], list[Workload]]:
        return grouped_many(self.of(Workload), lambda w: w.template.values.items())

    @cached_property
    def _label_keys(self) -> set[str]:
        return {key for key, _ in self._workloads_by_label}

    def knows_label(self, key: str) -> bool:
        """Whether any workload carries a label of this key."""
        return key in self._label_keys

    def set_at_run_time(self, key: str) -> bool:
        """Whether a label is added to pods when they run."""
        return self.at_run_time.sets_label(key, written=self.knows_label(key))

    @cached_property
    def at_run_time(self) -> AtRunTime:
        """What programs of these files change in the cluster."""
        return AtRunTime(self)

    def carrying(self, key: str, value: str, namespace: str) -> list[Workload]:
        """The workloads of a namespace whose pods carry a label."""
        return list(_in_namespace(self._workloads_by_label.get((key, value), ()), namespace))

    def carrying_all(self, labels: dict[str, str], namespace: str) -> list[Workload]:
        """The workloads of a namespace whose pods carry every label; the rarest decides the cost."""
        pools = [self._workloads_by_label.get(item, ()) for item in labels.items()]
        rarest = min(pools, key=len, default=())
        values = labels.items()
        return list(_in_namespace([w for w in rarest if values <= w.template.values.items()], namespace))

    def select(
        self, labels: dict[str, str], namespace: str, folder: str, source: Source | None = None
    ) -> tuple[Workload, ...]:
        """The workloads whose pods carry all labels, the nearest ones; run-time labels are taken as carried.

        Of several that have one name, those of the asker's own file are meant.
        """
        return tuple(_own_file(nearest(self._carriers(labels, namespace), folder), source))

    def _carriers(self, labels: dict[str, str], namespace: str) -> list[Workload]:
        """The workloads that a namespace sees whose pods carry all labels that are not set at run time."""
        known = self._workloads_by_label
        static = [item for item in labels.items() if item in known or not self.set_at_run_time(item[0])]
        if not static:
            return []
        rarest = min((known.get(item, ()) for item in static), key=len)
        found = [w for w in rarest if all(w.template.values.get(key) == value for key, value in static)]
        return _in_namespace(found, namespace)

    def pods_are_ambiguous(self, service: Service) -> bool:
        """Whether several folders, none of which is the Service's, have pods that its selector fits."""
        if service.selector is None:
            return False
        return ambiguous(self._carriers(service.selector.values, service.meta.namespace), service.meta.folder)

    def selected(self, service: Service) -> tuple[Workload, ...]:
        """The workloads behind a Service's selector."""
        key = id(service)
        if key not in self._selected:
            self._selected[key] = (
                self.select(
                    service.selector.values,
                    service.meta.namespace,
                    service.meta.folder,
                    service.anchor.source,
                )
                if service.selector
                else ()
            )
        return self._selected[key]

    @cached_property
    def _experiments(self) -> list[Labels]:
        rollouts = (w for w in self.of(Workload) if w.meta.kind == "Rollout")
        return [found for rollout in rollouts for found in trials(rollout.strategy)]

    def in_experiment(self, values: Mapping[str, str]) -> bool:
        """Whether a step of a Rollout starts pods with these labels for a while."""
        return any(values.items() <= found.values.items() for found in self._experiments)

    @cached_property
    def _selecting(self) -> dict[int, list[Service]]:
        return grouped_many(self.of(Service), lambda s: map(id, self.selected(s)))

    def selecting(self, workload: Workload) -> list[Service]:
        """The Services that lead to a workload's pods."""
        return self._selecting.get(id(workload), [])

    @cached_property
    def _workloads_by_namespace(self) -> dict[str, list[Workload]]:
        return grouped(self.of(Workload), lambda w: w.meta.namespace)

    def workloads(self, namespace: str) -> list[Workload]:
        """The workloads of a namespace."""
        return self._workloads_by_namespace.get(namespace, [])

    @cached_property
    def _workloads_by_name(self) -> dict[str, list[Workload]]:
        return grouped(self.of(Workload), lambda w: w.meta.name.value)

    def workloads_called(self, name: str) -> list[Workload]:
        """The workloads of a name, in whatever namespace."""
        return self._workloads_by_name.get(name, [])

    def workloads_named(self, name: str, namespace: str) -> list[Workload]:
        """The workloads of a name that a namespace sees."""
        return list(_in_namespace(self.workloads_called(name), namespace))

    @cached_property
    def _config_maps(self) -> dict[str, list[ConfigMap]]:
        return grouped(self.of(ConfigMap), lambda m: m.meta.name.value)

    def configures(self, workload: Workload, number: int | None) -> bool:
        """Whether a ConfigMap that a workload uses names a number, or a Secret may: its program may listen there."""
        names = {v.config_map.value for v in workload.template.volumes}
        for container in workload.containers:
            names |= {s.value for s in container.env_from} | {k.config_map.value for k in container.env_keys}
        space = workload.meta.namespace
        held = (found for name in names for found in _in_namespace(self._config_maps.get(name, ()), space))
        return any(
            isinstance(entry.value, Scalar) and numerals.names(entry.value.value, number)
            for found in held
            for entry in found.data.values()
        ) or self._configured_by_secret(workload)

    def _configured_by_secret(self, workload: Workload) -> bool:
        """Whether a Secret is mounted that holds files of configuration; its values are not read."""
        names = {n.name.value for n in workload.template.needs if n.kind == SECRET and n.mounted}
        return any(
            posixpath.splitext(key)[1] in _CONFIGURATION
            for name in names
            for found in _in_namespace(self._secrets.get(name, ()), workload.meta.namespace)
            for key in found.keys
        )

    @cached_property
    def _secrets(self) -> dict[str, list[Secret]]:
        return grouped(self.of(Secret), lambda secret: secret.meta.name.value)

    @cached_property
    def makers(self) -> Makers:
        """The objects whose controllers create Services and pods."""
        return Makers([*self.of(Other), *self.of(Canary)])

    @cached_property
    def _named_namespaces(self) -> dict[str, list[Namespace]]:
        return grouped(self.of(Namespace), lambda n: n.meta.name.value)

    def named_namespaces(self, name: str) -> list[Namespace]:
        """The manifests of a namespace."""
        return self._named_namespaces.get(name, [])

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """The namespaces that any object names."""
        named = {n.meta.name.value for n in self.of(Namespace)}
        metas = (getattr(r, "meta", None) for r in self.resources)
        return frozenset(named | {m.namespace for m in metas if isinstance(m, Meta) and m.namespace})

    @cached_property
    def populated(self) -> frozenset[str]:
        """The namespaces that Services or pods of the files are in; all of them where one may be in any."""
        found = frozenset(r.meta.namespace for kind in (Service, Workload) for r in self.of(kind))
        return found if "" not in found else self.namespaces


_CONFIGURATION = frozenset(
    {".cfg", ".cnf", ".conf", ".ini", ".json", ".properties", ".toml", ".xml", ".yaml", ".yml"}
)


def _in_namespace(found: Iterable[M], namespace: str) -> list[M]:
    """Those of a namespace; those that may be of it when there are none."""
    candidates = list(found)
    exact = [r for r in candidates if r.meta.namespace == namespace]
    return exact or [r for r in candidates if same_namespace(r.meta.namespace, namespace)]


def _own_file(found: list[Workload], source: Source | None) -> list[Workload]:
    """Without the namesakes, in other files, of workloads in one's own."""
    if source is None or len(found) <= 1:
        return found
    own = {w.title for w in found if w.anchor.source is source}
    return [w for w in found if w.anchor.source is source or w.title not in own]
