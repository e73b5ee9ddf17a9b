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
