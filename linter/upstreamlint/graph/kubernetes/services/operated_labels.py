"""Labels that operators put on the pods of their objects, with the object's name for a value: what a Service selects such pods by.

One row a kind, from the operators' documentation and sources.
"""

from __future__ import annotations

from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.references import Candidate
from upstreamlint.model.kubernetes import Other, Service
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.values import NamedTuple


class _Row(NamedTuple):
    label: str
    group: str
    kind: str
    source: str


_ROWS = (
    _Row("prometheus", "monitoring.coreos.com", "Prometheus", "prometheus-operator: pkg/prometheus/server"),
    _Row("operator.prometheus.io/name", "monitoring.coreos.com", "Prometheus", "as above"),
    _Row("alertmanager", "monitoring.coreos.com", "Alertmanager", "prometheus-operator: pkg/alertmanager"),
    _Row("cnpg.io/cluster", "postgresql.cnpg.io", "Cluster", "cloudnative-pg.io: labels and annotations"),
    _Row(
        "cluster-name", "acid.zalan.do", "postgresql", "postgres-operator.readthedocs.io: cluster_name_label"
    ),
    _Row("strimzi.io/cluster", "kafka.strimzi.io", "Kafka", "strimzi.io: labels"),
    _Row(
        "elasticsearch.k8s.elastic.co/cluster-name",
        "elasticsearch.k8s.elastic.co",
        "Elasticsearch",
        "elastic/cloud-on-k8s: pkg/controller/elasticsearch/label",
    ),
    _Row("kibana.k8s.elastic.co/name", "kibana.k8s.elastic.co", "Kibana", "elastic/cloud-on-k8s"),
    _Row(
        "postgres-operator.crunchydata.com/cluster",
        "postgres-operator.crunchydata.com",
        "PostgresCluster",
        "access.crunchydata.com: labels",
    ),
    _Row("serving.knative.dev/service", "serving.knative.dev", "Service", "knative.dev: labels of revisions"),
    _Row("v1.min.io/tenant", "minio.min.io", "Tenant", "minio/operator: pkg/apis/minio.min.io/v2/labels.go"),
)


_CARRIED = frozenset(
    {
        "app.kubernetes.io/name",
        "app.kubernetes.io/instance",
        "app.kubernetes.io/managed-by",
        "app.kubernetes.io/version",
        "operator.prometheus.io/name",
        "operator.prometheus.io/shard",
        "operator.prometheus.io/mode",
        "controller-revision-hash",
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "prometheus",
        "alertmanager",
        "thanos-ruler",
    }
)
"""The labels that prometheus-operator gives to pods; `app` is gone since 0.48 (its CHANGELOG)."""
_OF_PROMETHEUS = ("prometheus", "alertmanager", "thanos-ruler")


def label_without_pods(index: Index, service: Service) -> Candidate | None:
    """A label that a Service of the pods of prometheus-operator asks for, and that they do not have."""
    selector = service.selector
    if selector is None or not any(key in selector.values for key in _OF_PROMETHEUS):
        return None
    strange = [entry for key, entry in selector.entries.items() if key not in _CARRIED]
    made = [
        o
        for o in index.of(Other)
        if o.meta.group == "monitoring.coreos.com"
        and selector.values.get(o.meta.kind.lower()) == o.meta.name.value
        and same_namespace(o.meta.namespace, service.meta.namespace)
        and not o.meta.patched
    ]
    if len(made) != 1 or len(strange) != 1 or _FREE in made[0].anchor.source.text:
        return None
    key, value = strange[0].key, made[0].meta.kind.lower()
    text = f"prometheus-operator gives the pods of {made[0].meta.kind} `{made[0].meta.name}` no label `{key}`"
    change = f"app.kubernetes.io/name: {value}"
    return Candidate(
        made[0].anchor, text, f"change the selector to `{change}`", strange[0].key.anchor, False, change
    )


_FREE = "podMetadata"
"""The field with which an object gives its pods further labels."""


def meant_object(index: Index, service: Service) -> Candidate | None:
    """The one object of the kind whose operator sets a label that a selector asks for, where none has the name that it asks for; certain where that is like its own."""
    selector = service.selector
    for row in _ROWS:
        wanted = selector.values.get(row.label) if selector is not None else None
        entry = selector.entries.get(row.label) if selector is not None else None
        if wanted is None or entry is None or index.knows_label(row.label):
            continue
        made = [
            o
            for o in index.of(Other)
            if (o.meta.group, o.meta.kind) == (row.group, row.kind)
            and same_namespace(o.meta.namespace, service.meta.namespace)
            and not o.meta.patched
        ]
        if len(made) == 1 and made[0].meta.name.value != wanted:
            name = made[0].meta.name
            text = f"the pods of {row.kind} `{name}` have its name for `{row.label}`"
            change = f"{row.label}: {name}"
            likely = bool(near_names(wanted, [name.value]))
            return Candidate(
                name.anchor, text, f"change the selector to `{change}`", entry.anchor, likely, change
            )
    return None
