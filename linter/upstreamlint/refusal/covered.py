"""What the checks of a kind look at beyond its schema, so that `quick` can tell that they would find nothing.

Only the usual contents of the most frequent kinds are here: what goes beyond is checked in full. A place is a field,
or a field of the items of another or of the object in it, with a dot between: `paths.path`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from upstreamlint import patterns
from upstreamlint.refusal.downward import FIELDS, RESOURCES
from upstreamlint.refusal.quantities import quantity
from upstreamlint.values import frozen

Test: TypeAlias = Callable[[str], object]
Look: TypeAlias = Callable[[dict[str, Any]], bool]
"""A test of the values of an object, by name."""

_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_label = patterns.compile(_LABEL).fullmatch
_host = patterns.compile(rf"(?:{_LABEL}\.){{0,9}}[a-z](?:[-a-z0-9]{{0,61}}[a-z0-9])?").fullmatch
_gateway = patterns.compile(rf"{_LABEL}(?:/{_LABEL})?").fullmatch
_path = patterns.compile(r"(?:/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)+/?|/").fullmatch
_value = patterns.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?").fullmatch
_natural = patterns.compile(r"[1-9][0-9]{0,4}").fullmatch
_percent = patterns.compile(r"0|[1-9][0-9]?|100").fullmatch
_some = patterns.compile(r"[1-9][0-9]{0,3}%?").fullmatch
_part = patterns.compile(r"[0-9]{1,4}|[0-9]{1,2}%|100%").fullmatch
_port = patterns.compile(r"[1-9][0-9]{0,3}|[1-5][0-9]{4}").fullmatch
_DIRECTIONS = 2
_NAMED: Mapping[str, Test] = {"metadata.name": _label, "metadata.namespace": _label}
_WHOLE: Mapping[str, frozenset[str]] = {"": frozenset({"spec"})}


@frozen
class Covered:
    """What an object may hold for the checks of its kind to have nothing to say.

    `asked` are fields that it may not have, `keys` keys of maps likewise. `texts` tests the texts of fields,
    `needed` names the fields that an object in a field must have, `single` fields whose objects have one field each,
    `short` lists of at most one item, `several` the field that each of several items must have, `distinct` the
    field that no two items may share, `looks` tests objects as a whole.
    """

    asked: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    texts: Mapping[str, Test] = _NAMED
    needed: Mapping[str, frozenset[str]] = {}
    single: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()
    several: Mapping[str, str] = {}
    distinct: Mapping[str, str] = {}
    looks: Mapping[str, Look] = {}


def _pod(fields: dict[str, Any]) -> bool:
    """Whether a pod is restarted always, asks the usual DNS, and each of its mounts names one of its volumes."""
    policy, names = fields.get("restartPolicy"), fields.get("dnsPolicy")
    if (policy is not None and policy.value != "Always") or (names is not None and names.value == "None"):
        return False
    volumes = fields.get("volumes")
    known = _names(volumes) if volumes is not None else set()
    mounts = (container.values.get("volumeMounts") for container in fields["containers"].items)
    return all(_names(mounted) <= known for mounted in mounts if mounted is not None)


def _names(items: Any) -> set[str]:
    return {item.values["name"].value for item in items.items if "name" in item.values}


def _one_source(fields: dict[str, Any]) -> bool:
    """Whether a variable has its value from one place."""
    return "valueFrom" not in fields or "value" not in fields


def _within_limits(fields: dict[str, Any]) -> bool:
    """Whether no more is asked for than the limits allow."""
    if "limits" not in fields or "requests" not in fields:
        return True
    limits = fields["limits"].values
    for name, asked in fields["requests"].values.items():
        if name not in limits:
            continue
        least, most = quantity(asked.value), quantity(limits[name].value)
        if least is None or most is None or least > most or "/" in name or name.startswith("hugepages"):
            return False
    return True


def _unprivileged(fields: dict[str, Any]) -> bool:
    """Whether privileges that may not grow are few."""
    if "allowPrivilegeEscalation" not in fields:
        return True
    return "privileged" not in fields and "add" not in (
        fields["capabilities"].values if "capabilities" in fields else ()
    )


def _tolerant(fields: dict[str, Any]) -> bool:
    """Whether a toleration is of the usual form."""
    if "key" not in fields or "tolerationSeconds" in fields:
        return False
    exists = "operator" in fields and fields["operator"].value == "Exists"
    return "value" not in fields if exists else "value" in fields and bool(_value(fields["value"].value))


def _rolling(fields: dict[str, Any]) -> bool:
    """Whether a rolling update can go on: it has a share that certainly is more than nothing."""
    if "strategy" not in fields or "rollingUpdate" not in fields["strategy"].values:
        return True
    strategy = fields["strategy"].values
    shares = strategy["rollingUpdate"].values
    some = [s for s in ("maxSurge", "maxUnavailable") if s not in shares or _some(shares[s].value)]
    return bool(some) and ("type" not in strategy or strategy["type"].value != "Recreate")


def _directed(fields: dict[str, Any]) -> bool:
    """Whether a policy names each direction once at most."""
    return "policyTypes" not in fields or len(fields["policyTypes"].items) <= _DIRECTIONS


def _inward(fields: dict[str, Any]) -> bool:
    """Whether a Service is none for a name elsewhere."""
    return "type" not in fields or fields["type"].value in ("ClusterIP", "NodePort", "LoadBalancer")


def _with_pool(fields: dict[str, Any]) -> bool:
    """Whether a pool of connections says something of HTTP or of TCP."""
    return "http" in fields or "tcp" in fields


def _with_policy(fields: dict[str, Any]) -> bool:
    """Whether a traffic policy says anything."""
    return not fields.keys().isdisjoint(("loadBalancer", "connectionPool", "outlierDetection"))


_WORKLOAD = Covered(
    asked=frozenset(
        {
            *("initContainers", "activeDeadlineSeconds", "hostNetwork"),
            *("progressDeadlineSeconds", "successThreshold", "matchExpressions"),
            *("readinessProbe.terminationGracePeriodSeconds", "volumeClaimTemplates", "volumeDevices"),
            *("hostPort", "subPathExpr", "mountPropagation", "sleep", "shareProcessNamespace"),
            *(
                "volumes.projected",
                "volumes.downwardAPI",
                "ephemeralContainers",
                "topologySpreadConstraints",
                "updateStrategy.rollingUpdate",
            ),
        }
    ),
    texts={
        **_NAMED,
        "maxUnavailable": _part,
        "fieldPath": frozenset(FIELDS).__contains__,
        "resourceFieldRef.resource": frozenset(RESOURCES).__contains__,
    },
    needed={**_WHOLE, "spec.selector": frozenset({"matchLabels"})},
    looks={
        "template.spec": _pod,
        ".spec": _rolling,
        "containers.env": _one_source,
        "resources": _within_limits,
        "containers.securityContext": _unprivileged,
        "tolerations": _tolerant,
    },
)
COVERED: Mapping[str, Covered] = {
    "v1/Service": Covered(
        asked=frozenset(
            {
                *("clusterIP", "externalName", "nodePort", "loadBalancerSourceRanges"),
                *("allocateLoadBalancerNodePorts", "loadBalancerClass", "externalTrafficPolicy"),
                *("clusterIPs", "externalIPs", "healthCheckNodePort"),
            }
        ),
        keys=frozenset({"service.beta.kubernetes.io/load-balancer-source-ranges"}),
        needed={**_WHOLE, "spec": frozenset({"ports"})},
        several={"spec.ports": "name"},
        looks={".spec": _inward},
    ),
    "v1/ConfigMap": Covered(),
    "v1/Namespace": Covered(),
    "apps/v1/Deployment": _WORKLOAD,
    "apps/v1/StatefulSet": _WORKLOAD,
    "apps/v1/DaemonSet": _WORKLOAD,
    "apps/v1/ReplicaSet": _WORKLOAD,
    "networking.k8s.io/v1/Ingress": Covered(
        asked=frozenset({"defaultBackend", "resource"}),
        keys=frozenset({"kubernetes.io/ingress.class"}),
        texts={**_NAMED, "paths.path": _path},
        needed={
            **_WHOLE,
            "spec": frozenset({"rules"}),
            "paths": frozenset({"path", "backend"}),
            "service": frozenset({"port"}),
        },
        single=frozenset({"service.port"}),
    ),
    "networking.k8s.io/v1/NetworkPolicy": Covered(
        asked=frozenset({"endPort", "except", "matchExpressions"}),
        single=frozenset({"from", "to"}),
        looks={".spec": _directed},
    ),
    **{
        f"networking.istio.io/{version}/VirtualService": Covered(
            asked=frozenset(
                {
                    *("redirect", "directResponse", "delegate", "fault", "rewrite", "mirror", "mirrors"),
                    *(
                        "mirrorPercentage",
                        "mirrorPercent",
                        "mirror_percent",
                        "retries",
                        "tls",
                        "tcp",
                        "exportTo",
                    ),
                    *("match.port", "match.gateways", "sourceNamespace", "regex"),
                }
            ),
            texts={
                **_NAMED,
                "prefix": bool,
                "spec.hosts": _host,
                "destination.host": _host,
                "subset": _label,
                "spec.gateways": _gateway,
                "weight": _natural,
                "port.number": _port,
            },
            needed={
                **_WHOLE,
                "spec": frozenset({"hosts", "http"}),
                "http": frozenset({"route"}),
                "destination.port": frozenset({"number"}),
            },
            short=frozenset({"spec.hosts"}),
            several={"http.route": "weight"},
        )
        for version in ("v1", "v1beta1", "v1alpha3")
    },
    **{
        f"networking.istio.io/{version}/DestinationRule": Covered(
            asked=frozenset(
                {
                    *("consistentHash", "localityLbSetting", "tls", "tunnel", "proxyProtocol", "exportTo"),
                    *("portLevelSettings", "h2UpgradePolicy", "consecutiveLocalOriginFailures"),
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
            needed={"subsets": frozenset({"name"})},
            looks={"trafficPolicy": _with_policy, "connectionPool": _with_pool},
            distinct={"spec.subsets": "name"},
        )
        for version in ("v1", "v1beta1", "v1alpha3")
    },
}
"""By kind, as `schema.Kind` names it."""
