"""Tests of objects as a whole, by the values of their fields that are not empty: for `covered`.

Each says whether the checks of the kind certainly have nothing to say of some fields; the types of what it looks at have
been tested before.
"""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.refusal.quantities import quantity
from upstreamlint.typed import Any

_value = patterns.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?").fullmatch
_key = patterns.compile(
    r"(?:[a-z0-9]{1,30}(?:[-.][a-z0-9]{1,30}){0,5}/)?[A-Za-z0-9]{1,20}(?:[-_.][A-Za-z0-9]{1,20}){0,2}"
).fullmatch
"""Keys of labels of the usual form."""
_some = patterns.compile(r"[1-9][0-9]{0,3}%?").fullmatch
_short = patterns.compile(r"[1-5]?[0-9]?[0-9]").fullmatch
"""Seconds that are less than a Deployment has to get on."""
_DIRECTIONS = 2
_CLASS = "kubernetes.io/ingress.class"
_STRONGEST = "CAP_SYS_ADMIN"


def pod(fields: dict[str, Any]) -> bool:
    """Whether a pod is restarted always, asks the usual DNS, and each of its mounts names one of its volumes."""
    policy, names = fields.get("restartPolicy"), fields.get("dnsPolicy")
    if (policy is not None and policy.value != "Always") or (names is not None and names.value == "None"):
        return False
    volumes = fields.get("volumes")
    known = _names(volumes) if volumes is not None else set()
    containers = fields["containers"].items
    first = fields["initContainers"].items if "initContainers" in fields else ()
    if first and not _names(fields["initContainers"]).isdisjoint(_names(fields["containers"])):
        return False
    mounts = (container.values.get("volumeMounts") for container in (*containers, *first))
    return all(_names(mounted) <= known for mounted in mounts if mounted is not None)


def _names(items: Any) -> set[str]:
    return {item.values["name"].value for item in items.items if "name" in item.values}


def within_limits(fields: dict[str, Any]) -> bool:
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


def unprivileged(fields: dict[str, Any]) -> bool:
    """Whether a container whose privileges may not grow has not all of them."""
    if "allowPrivilegeEscalation" not in fields or fields["allowPrivilegeEscalation"].value == "true":
        return True
    if "privileged" in fields and fields["privileged"].value == "true":
        return False
    added = fields["capabilities"].values.get("add") if "capabilities" in fields else None
    return added is None or all(item.value != _STRONGEST for item in added.items)


def tolerant(fields: dict[str, Any]) -> bool:
    """Whether a toleration is of the usual form."""
    if "key" not in fields or "tolerationSeconds" in fields or not _key(fields["key"].value):
        return False
    exists = "operator" in fields and fields["operator"].value == "Exists"
    return "value" not in fields if exists else "value" in fields and bool(_value(fields["value"].value))


def expressed(fields: dict[str, Any]) -> bool:
    """Whether an expression of a label selector has values, or none, as its operator wants."""
    return ("values" in fields) == (fields["operator"].value in ("In", "NotIn"))


def rolling(fields: dict[str, Any]) -> bool:
    """Whether a rolling update can go on: it has a share that certainly is more than nothing, and time for it."""
    if "minReadySeconds" in fields and not _short(fields["minReadySeconds"].value):
        return False
    if "progressDeadlineSeconds" in fields and (
        "minReadySeconds" in fields or fields["progressDeadlineSeconds"].value == "0"
    ):
        return False
    if "strategy" not in fields or "rollingUpdate" not in fields["strategy"].values:
        return True
    strategy = fields["strategy"].values
    shares = strategy["rollingUpdate"].values
    some = [s for s in ("maxSurge", "maxUnavailable") if s not in shares or _some(shares[s].value)]
    return bool(some) and ("type" not in strategy or strategy["type"].value != "Recreate")


def directed(fields: dict[str, Any]) -> bool:
    """Whether a policy names each direction once at most."""
    return "policyTypes" not in fields or len(fields["policyTypes"].items) <= _DIRECTIONS


def inward(fields: dict[str, Any]) -> bool:
    """Whether a Service is none for a name elsewhere, and has no port or address that its type has not."""
    kind = fields["type"].value if "type" in fields else "ClusterIP"
    if kind != "ClusterIP":
        outward = kind in ("NodePort", "LoadBalancer") and "clusterIP" not in fields
        return outward and all(_of_a_node(port.values) for port in fields["ports"].items)
    if "externalTrafficPolicy" in fields or ("clusterIP" in fields and fields["clusterIP"].value != "None"):
        return False
    return not any("nodePort" in port.values for port in fields["ports"].items)


def _of_a_node(port: dict[str, Any]) -> bool:
    """Whether a port has none of a node's own, or one that nodes give away."""
    return "nodePort" not in port or "30000" <= port["nodePort"].value <= "32767"


def classed(fields: dict[str, Any]) -> bool:
    """Whether an Ingress names its class once, by a field or by the annotation from before there was one."""
    annotations = fields["metadata"].values.get("annotations")
    return (
        annotations is None
        or _CLASS not in annotations.values
        or "ingressClassName" not in fields["spec"].values
    )


def hosted(fields: dict[str, Any]) -> bool:
    """Whether the hosts of a VirtualService are several, or one that its gateways may have."""
    hosts = [host.value for host in fields["hosts"].items]
    if len(hosts) > 1:
        return len(hosts) == len(set(hosts)) and not any(host.startswith("*") for host in hosts)
    gateways = [gateway.value for gateway in fields["gateways"].items] if "gateways" in fields else []
    return hosts != ["*"] or (bool(gateways) and "mesh" not in gateways)


def retried(fields: dict[str, Any]) -> bool:
    """Whether requests are tried again, for reasons that there are."""
    from upstreamlint.refusal.istio.http import RETRY_ON

    reasons = fields["retryOn"].value.split(",") if "retryOn" in fields else ()
    return "attempts" in fields and fields["attempts"].value != "0" and RETRY_ON.issuperset(reasons)


def encrypted(fields: dict[str, Any]) -> bool:
    """Whether connections are encrypted without a certificate of the client's own, or not at all."""
    mode = fields["mode"].value if "mode" in fields else ""
    return mode in ("DISABLE", "ISTIO_MUTUAL") or (mode == "SIMPLE" and "credentialName" not in fields)


def with_pool(fields: dict[str, Any]) -> bool:
    """Whether a pool of connections says something of HTTP or of TCP."""
    return "http" in fields or "tcp" in fields


def with_policy(fields: dict[str, Any]) -> bool:
    """Whether a traffic policy says anything."""
    return not fields.keys().isdisjoint(("loadBalancer", "connectionPool", "outlierDetection", "tls"))
