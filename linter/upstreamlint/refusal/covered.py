"""What the checks of a kind look at beyond its schema, so that `quick` can tell that they would find nothing.

Only the usual contents of the most frequent kinds are here: what goes beyond is checked in full. A place is a field,
or a field of the items of another or of the object in it, with a dot between: `paths.path`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from upstreamlint import patterns
from upstreamlint.refusal import looks
from upstreamlint.refusal.downward import FIELDS, RESOURCES
from upstreamlint.typed import Any, TypeAlias
from upstreamlint.values import frozen

Test: TypeAlias = Callable[[str], object]
Look: TypeAlias = Callable[[dict[str, Any]], bool]
"""A test of the values of an object, by name."""

_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_label = patterns.compile(_LABEL).fullmatch
_host = patterns.compile(rf"(?:{_LABEL}\.){{0,9}}[a-z](?:[-a-z0-9]{{0,61}}[a-z0-9])?").fullmatch
_any_host = patterns.compile(
    rf"\*|(?:\*\.)?(?:{_LABEL}\.){{0,9}}[a-z](?:[-a-z0-9]{{0,61}}[a-z0-9])?"
).fullmatch
_header = patterns.compile(r"[A-Za-z0-9][-A-Za-z0-9]{0,99}").fullmatch
_gateway = patterns.compile(rf"{_LABEL}(?:/{_LABEL})?").fullmatch
_path = patterns.compile(r"(?:/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)+/?|/").fullmatch
_value = patterns.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?").fullmatch
_natural = patterns.compile(r"[1-9][0-9]{0,4}").fullmatch
_percent = patterns.compile(r"0|[1-9][0-9]?|100").fullmatch
_part = patterns.compile(r"[0-9]{1,4}|[0-9]{1,2}%|100%").fullmatch
_port = patterns.compile(r"[1-9][0-9]{0,3}|[1-5][0-9]{4}").fullmatch
_NAMED: Mapping[str, Test] = {"metadata.name": _label, "metadata.namespace": _label}
_WHOLE: Mapping[str, frozenset[str]] = {"": frozenset({"spec"})}


@frozen
class Covered:
    """What an object may hold for the checks of its kind to have nothing to say.

    `asked` are fields that it may not have, `keys` keys of maps likewise. `texts` tests the texts of fields, `names` the
    keys of maps. `needed` names the fields that an object in a field must have, `single` fields whose objects have one
    field each, `apart` fields of which one may be there, `several` the field that each of several items must have, `distinct` the field that no two items may share,
    `looks` tests objects as a whole, `answered` are fields that they, or the schema, answer for: with the others, all that
    the checks of a kind ask.
    """

    asked: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    texts: Mapping[str, Test] = _NAMED
    names: Mapping[str, Test] = {}
    needed: Mapping[str, frozenset[str]] = {}
    single: frozenset[str] = frozenset()
    apart: Mapping[str, frozenset[str]] = {}
    several: Mapping[str, str] = {}
    distinct: Mapping[str, str] = {}
    looks: Mapping[str, Look] = {}
    answered: frozenset[str] = frozenset()


_WORKLOAD = Covered(
    asked=frozenset(
        {
            *("activeDeadlineSeconds", "hostNetwork", "minDomains", "ephemeralContainers"),
            *("readinessProbe.terminationGracePeriodSeconds", "volumeClaimTemplates", "volumeDevices"),
            *("hostPort", "subPathExpr", "mountPropagation", "sleep", "shareProcessNamespace"),
            *("volumes.projected", "volumes.downwardAPI", "updateStrategy.rollingUpdate"),
            *("nodeSelectorTerms.matchExpressions", "preference.matchExpressions"),
            *("initContainers.livenessProbe", "initContainers.readinessProbe", "initContainers.startupProbe"),
            *("initContainers.restartPolicy", "initContainers.lifecycle"),
        }
    ),
    texts={
        **_NAMED,
        "maxUnavailable": _part,
        "fieldPath": frozenset(FIELDS).__contains__,
        "resourceFieldRef.resource": frozenset(RESOURCES).__contains__,
        "livenessProbe.successThreshold": "1".__eq__,
        "startupProbe.successThreshold": "1".__eq__,
    },
    needed={**_WHOLE, "spec.selector": frozenset({"matchLabels"})},
    apart={"env": frozenset({"value", "valueFrom"})},
    distinct={"initContainers": "name", "topologySpreadConstraints": "topologyKey"},
    looks={
        "template.spec": looks.pod,
        ".spec": looks.rolling,
        "resources": looks.within_limits,
        "securityContext": looks.unprivileged,
        "tolerations": looks.tolerant,
        "matchExpressions": looks.expressed,
    },
    answered=frozenset(
        {
            *("capabilities.add", "containers.name", "ports.containerPort", "selector.matchLabels"),
            *("spec.dnsConfig", "spec.dnsPolicy", "spec.restartPolicy", "spec.terminationGracePeriodSeconds"),
            *(
                "spec.minReadySeconds",
                "spec.progressDeadlineSeconds",
                "strategy.type",
                "volumeMounts.name",
                "volumes.name",
            ),
            "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms",
        }
    ),
)
COVERED: Mapping[str, Covered] = {
    "v1/Service": Covered(
        asked=frozenset(
            {
                *("externalName", "loadBalancerSourceRanges", "clusterIPs", "externalIPs"),
                *("allocateLoadBalancerNodePorts", "loadBalancerClass", "healthCheckNodePort"),
                "sessionAffinityConfig",
            }
        ),
        keys=frozenset({"service.beta.kubernetes.io/load-balancer-source-ranges"}),
        needed={**_WHOLE, "spec": frozenset({"ports"})},
        several={"spec.ports": "name"},
        looks={".spec": looks.inward},
        answered=frozenset({"ports.nodePort", "spec.sessionAffinity"}),
    ),
    "v1/ConfigMap": Covered(),
    "v1/Namespace": Covered(),
    "v1/Secret": Covered(
        texts={**_NAMED, "type": "Opaque".__eq__},
        answered=frozenset({"data..dockerconfigjson", "stringData..dockerconfigjson"}),
    ),
    "apps/v1/Deployment": _WORKLOAD,
    "apps/v1/StatefulSet": _WORKLOAD,
    "apps/v1/DaemonSet": _WORKLOAD,
    "apps/v1/ReplicaSet": _WORKLOAD,
    "networking.k8s.io/v1/Ingress": Covered(
        asked=frozenset({"resource"}),
        texts={**_NAMED, "paths.path": _path},
        needed={
            **_WHOLE,
            "spec": frozenset({"rules"}),
            "paths": frozenset({"path", "backend"}),
            "service": frozenset({"port"}),
        },
        single=frozenset({"service.port"}),
        looks={"": looks.classed},
        answered=frozenset({"annotations.kubernetes.io/ingress.class", "port.name", "port.number"}),
    ),
    "networking.k8s.io/v1/NetworkPolicy": Covered(
        asked=frozenset({"endPort", "except"}),
        single=frozenset({"from", "to"}),
        looks={".spec": looks.directed, "matchExpressions": looks.expressed},
        answered=frozenset({"ipBlock.cidr", "ports.port", "spec.policyTypes"}),
    ),
    **{
        f"networking.istio.io/{version}/VirtualService": Covered(
            asked=frozenset(
                {
                    *("redirect", "directResponse", "delegate", "fault", "rewrite", "mirror", "mirrors"),
                    *("mirrorPercentage", "mirrorPercent", "mirror_percent", "corsPolicy", "tls", "tcp"),
                    *("http.headers", "route.headers", "exportTo", "regex"),
                    *("match.port", "match.gateways", "sourceNamespace", "sourceLabels"),
                }
            ),
            texts={
                **_NAMED,
                "prefix": bool,
                "spec.hosts": _any_host,
                "destination.host": _host,
                "subset": _label,
                "spec.gateways": _gateway,
                "weight": _natural,
                "port.number": _port,
            },
            names={"headers": _header, "withoutHeaders": _header},
            needed={
                **_WHOLE,
                "spec": frozenset({"hosts", "http"}),
                "http": frozenset({"route"}),
                "destination.port": frozenset({"number"}),
            },
            several={"http.route": "weight"},
            looks={".spec": looks.hosted, "retries": looks.retried},
            answered=frozenset({"match.queryParams"}),
        )
        for version in ("v1", "v1beta1", "v1alpha3")
    },
    **{
        f"networking.istio.io/{version}/DestinationRule": Covered(
            asked=frozenset(
                {
                    *("consistentHash", "localityLbSetting", "zoneAwareLbSetting", "warmup", "tunnel"),
                    *("proxyProtocol", "exportTo", "portLevelSettings", "h2UpgradePolicy", "tcp.idleTimeout"),
                    *("consecutiveLocalOriginFailures", "workloadSelector"),
                }
            ),
            texts={
                **_NAMED,
                "spec.host": _host,
                "subsets.name": _label,
                "subsets.labels": _value,
                "maxEjectionPercent": _percent,
                "minHealthPercent": _percent,
            },
            names={"subsets.labels": _value},
            needed={"subsets": frozenset({"name"})},
            distinct={"spec.subsets": "name"},
            looks={
                "trafficPolicy": looks.with_policy,
                "connectionPool": looks.with_pool,
                "trafficPolicy.tls": looks.encrypted,
            },
            answered=frozenset(
                {
                    *("http.http1MaxPendingRequests", "http.http2MaxRequests", "http.maxConcurrentStreams"),
                    *("http.maxRequestsPerConnection", "http.maxRetries", "tcp.maxConnections"),
                    *("tls.credentialName", "tls.mode"),
                }
            ),
        )
        for version in ("v1", "v1beta1", "v1alpha3")
    },
}
"""By kind, as `schema.Kind` names it."""
