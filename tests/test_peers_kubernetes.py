"""Other tools' own test cases for Kubernetes wiring, where they are at hand: how often the verdicts agree."""

from __future__ import annotations

import ipaddress
import json
import re
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from upstreamlint import rules, testing
from upstreamlint.facets.judgement import Judgement
from upstreamlint.finding import Severity
from upstreamlint.graph.build import build
from upstreamlint.graph.evidence import Ladder
from upstreamlint.graph.gateway_api.references import BackendGrant, Refusal, RouteParent
from upstreamlint.graph.policy.addresses import Outside
from upstreamlint.graph.policy.decisions import Policies, Reach
from upstreamlint.graph.policy.hops import policies_of
from upstreamlint.graph.references import TargetPort
from upstreamlint.load.manifests import resources
from upstreamlint.model.kubernetes import Ingress, NetworkPolicy, Workload
from upstreamlint.settings.config import Config
from upstreamlint.source import Source

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "kubernetes"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the peers' cases are not at hand")

RULES = rules.load()
COMPLETE = Config(complete=True, namespace="default")
MEANS = {
    "dangling-horizontalpodautoscaler": {"autoscaler-target-missing"},
    "dangling-ingress": {"upstream-unknown", "upstream-port-not-served"},
    "dangling-service": {"service-selects-no-pods"},
    "invalid-target-ports": {"object-refused"},
    "Container Ports Check": {"object-refused"},
    "HorizontalPodAutoscaler has target": {"autoscaler-target-missing"},
    "Ingress targets Service": {"upstream-unknown", "upstream-port-not-served"},
    "NetworkPolicy targets Pod": {"network-policy-selects-nothing"},
    "Service Targets Pod": {"service-selects-no-pods"},
    "StatefulSet Pod Selector labels match template metadata labels": {"workload-selector-mismatch"},
    "dangling-gateway-backend": {"upstream-unknown"},
    "dangling-ingress-backend": {"upstream-unknown"},
    "dangling-networkpolicy": {"network-policy-selects-nothing"},
    "hpa-has-target": {"autoscaler-target-missing"},
    "mismatching-selector": {"workload-selector-mismatch", "object-refused"},
    "service-with-no-workload": {"service-selects-no-pods"},
    "target-port matches container-port": {"target-port-not-served", "service-selects-no-pods"},
    "POP-407": {"route-parent-missing", "upstream-unknown"},
    "POP-600": {"autoscaler-target-missing"},
    "POP-1106": {"upstream-port-not-served"},
    "POP-1402": {"upstream-port-not-served"},
}
"""Which of our rules say what a peer's check says."""


def cases(peer):
    found = json.loads((CASES / "cases.json").read_text())
    ours = [c for c in found if c["peer"] == peer and c["tier"] == "wiring" and not c.get("disputed")]
    return [c for c in ours if peer != "netpol-analyzer" or has_workloads(c)]


def has_workloads(case):
    """Some of the oracle's tables are stored without the pods that they speak of."""
    return any("containers:" in text or '"containers"' in text for text in texts_of(case).values())


def texts_of(case):
    return {name: (CASES / name).read_text() for name in case["files"]}


def resources_of(case, namespace="default"):
    found = []
    for name, text in texts_of(case).items():
        found += [r for r in resources(Source(name, text), namespace) if hasattr(r, "meta")]
    return found


def graph_of(case):
    return build(resources_of(case), Ladder(complete=True))


def reported(case, wanted):
    result = testing.check_texts(texts_of(case), RULES, COMPLETE)
    grave = [d for d in result.diagnostics if d.severity is not Severity.INFO]
    return [d for d in grave if d.rule in wanted]


def exposed(case):
    graph = graph_of(case)
    name = case["resource"][0].partition("/")[2]
    return any(graph.reaches(w) and w.meta.name.value == name for w in graph.nodes(Workload))


def agrees(case):
    expected, check = case["expected"], case["check"]
    if check.startswith("exposure-to-internet"):
        return exposed(case)
    if case["peer"] == "popeye":
        codes = {m.split()[0] for m in expected["messages"]} & set(MEANS)
        wanted = set().union(*(MEANS[c] for c in codes))
        found = [
            d for d in reported(case, wanted) if d.subject.endswith("/" + case["resource"].split("/")[1])
        ]
        return bool(codes) == bool(found) or any(d.rule in wanted for d in reported(case, wanted))
    fails = expected == "fail" if isinstance(expected, str) else expected["count"] > 0
    return bool(reported(case, MEANS[check])) == fails


def counted(peer, judge):
    verdicts = {case["name"]: judge(case) for case in cases(peer)}
    wrong = sorted(name for name, good in verdicts.items() if not good)
    print(f"\n{peer}: {len(verdicts) - len(wrong)}/{len(verdicts)} agree; not: {', '.join(wrong) or '-'}")
    return len(verdicts) - len(wrong)


FLOORS = {"kube-linter": 4, "kube-score": 26, "kubescape": 29, "livelint": 1, "popeye": 10}


@pytest.mark.parametrize("peer", FLOORS)
def test_verdicts_agree(peer):
    assert counted(peer, agrees) >= FLOORS[peer]


GATEWAY_FLOOR = 20
REASONS = {
    "NoMatchingParent": Refusal.NO_PARENT,
    "NotAllowedByListeners": Refusal.NOT_ALLOWED,
    "NoMatchingListenerHostname": Refusal.NO_HOSTNAME,
}


def same_conditions(case):
    graph = graph_of(case)
    conditions = [
        c for c in case["expected"]["conditions"] if not c.get("resource", "").startswith("Gateway/")
    ]
    if not conditions:
        wanted = case["expected"]["verdict"] == "fail"
        return any(r.broken for r in graph.refs if not isinstance(r.owner, Workload)) == wanted
    return all(holds(graph, c) for c in conditions)


def holds(graph, condition):
    _, _, name = condition.get("resource", "//").rpartition("/")
    good = condition["status"] == "True"
    if condition["type"] == "Accepted":
        found = [r for r in graph.references(RouteParent) if r.route.meta.name.value == name]
        section = condition.get("parent", "").partition("#")[2]
        found = [r for r in found if not section or (r.parent.section and r.parent.section.value == section)]
        broken = [r for r in found if r.broken]
        return (
            bool(found) and not broken
            if good
            else {r.refusal for r in broken} == {REASONS[condition["reason"]]}
        )
    owned = [
        (r, r.owner if isinstance(r, BackendGrant) else r.dial.route.owner)
        for r in graph.refs
        if isinstance(r, BackendGrant) or (isinstance(r, Judgement) and r.dial.route is not None)
    ]
    broken = [r for r, owner in owned if r.broken and name in ("", owner.meta.name.value)]
    if condition["reason"] == "RefNotPermitted":
        return any(isinstance(r, BackendGrant) for r in broken)
    return bool(broken) != good


def test_gateway_api_conditions_agree():
    assert counted("gateway-api", same_conditions) >= GATEWAY_FLOOR


NETPOL_FLOOR = 22
EVERYTHING = "All Connections"
PROTOCOLS = ("TCP", "UDP", "SCTP")
CONTROLLER = "{ingress-controller}"


def owners(case):
    """What the oracle calls a pod: its owner, if it names one."""
    named = {}
    for text in texts_of(case).values():
        todo = list(yaml.safe_load_all(text))
        while todo:
            document = todo.pop()
            if not isinstance(document, dict):
                continue
            todo += document.get("items") or []
            head = document.get("metadata") or {}
            for owner in (o for o in head.get("ownerReferences") or () if o.get("kind") != "Node"):
                key = head.get("namespace") or "default", head.get("name")
                named[key] = f"{key[0]}/{owner['name']}[{owner.get('kind', 'Pod')}]"
    return named


def parsed(text):
    """`TCP 80,90-91` as ports by protocol; nothing for everything."""
    if text == EVERYTHING:
        return None
    ports = defaultdict(set)
    for protocol, listed in re.findall(r"(TCP|UDP|SCTP) ([\d,-]+)", text):
        for item in listed.strip(",").split(","):
            first, _, last = item.partition("-")
            ports[protocol].add((int(first), int(last or first)))
    return dict(ports)


def edges_of(policies, workloads):
    """The ports where an answer may change."""
    cuts = {1, 65536}
    for policy in policies:
        for rule in (*(policy.ingress or ()), *(policy.egress or ())):
            for port in rule.ports:
                for written in (port.port, port.end_port):
                    if written is not None and written.value.isdigit():
                        cuts |= {int(written.value), int(written.value) + 1}
    for workload in workloads:
        for container in workload.containers:
            for port in container.ports:
                cuts |= {port.number, port.number + 1}
    return sorted(cuts)


def allowed(world, cuts, source, destination):
    """The ports that get through, by protocol; nothing for everything."""
    ports = {}
    for protocol in PROTOCOLS:
        spans = []
        for first, after in pairwise(cuts):
            if world.reach(source, destination, protocol, first).reach is Reach.ALLOWED:
                if spans and spans[-1][1] == first - 1:
                    spans[-1] = (spans[-1][0], after - 1)
                else:
                    spans.append((first, after - 1))
        if spans:
            ports[protocol] = set(spans)
    return None if all(ports.get(p) == {(1, 65535)} for p in PROTOCOLS) else ports


def same_connections(case):
    resources = resources_of(case)
    graph = build(resources, Ladder(complete=True))
    policies = [r for r in resources if isinstance(r, NetworkPolicy)]
    world: Policies = policies_of(graph)
    titles = owners(case)
    groups = {}
    for workload in graph.nodes(Workload):
        key = workload.meta.namespace, workload.meta.name.value
        groups.setdefault(titles.get(key, f"{key[0]}/{key[1]}[{workload.meta.kind}]"), workload)
    cuts = edges_of(policies, groups.values())
    expected = {(a, b): parsed(c) for a, b, c in case["expected"]["connections"]}
    inside = {
        pair: ports for pair, ports in expected.items() if not any(e.endswith("[External]") for e in pair)
    }
    routed = {b: p for (a, b), p in inside.items() if a == CONTROLLER}
    inside = {pair: ports for pair, ports in inside.items() if pair[0] != CONTROLLER}
    found = {}
    for one, source in groups.items():
        for other, destination in groups.items():
            ports = allowed(world, cuts, source, destination)
            if one != other and ports != {}:
                found[one, other] = ports
    return (
        found == inside
        and outside_agrees(world, cuts, groups, expected)
        and routes_agree(graph, groups, routed)
    )


def outside_agrees(world, cuts, groups, expected):
    blocks = sorted({(e, *bounds(e)) for pair in expected for e in pair if e.endswith("[External]")}, key=str)
    for _, first, last in blocks:
        for address in {first, last}:
            end = Outside(ipaddress.ip_network(f"{address}/32"))
            for title, workload in groups.items():
                for pair, ways in (((end, workload), "in"), ((workload, end), "out")):
                    rows = [
                        ports
                        for (a, b), ports in expected.items()
                        if (within(address, a) and b == title)
                        if ways == "in"
                    ] or [
                        p
                        for (a, b), p in expected.items()
                        if ways == "out" and a == title and within(address, b)
                    ]
                    if allowed(world, cuts, *pair) != (rows[0] if rows else {}):
                        return False
    return True


def bounds(end):
    first, _, last = end.removesuffix("[External]").partition("-")
    return ipaddress.ip_address(first), ipaddress.ip_address(last or first)


def within(address, end):
    if not end.endswith("[External]"):
        return False
    first, last = bounds(end)
    return first <= address <= last


def routes_agree(graph, groups, routed):
    found = defaultdict(set)
    titles = {id(w): t for t, w in groups.items()}
    routes = [r for r in graph.routes if isinstance(r.owner, Ingress)]
    ports = {id(e.head) for r in routes for e in graph.heads(r)}
    for target in graph.references(TargetPort):
        if id(target.port) in ports and target.number is not None and id(target.workload) in titles:
            found[titles[id(target.workload)]].add((target.number, target.number))
    return not routes or all(
        ports is None or ports.get("TCP", set()) <= merged(found[title]) for title, ports in routed.items()
    )


def merged(spans):
    return spans | {(a, d) for a, b in spans for c, d in spans if c == b + 1}


def test_connections_agree():
    assert counted("netpol-analyzer", same_connections) >= NETPOL_FLOOR


def test_floors_name_peers():
    found = json.loads((CASES / "cases.json").read_text())
    assert set(FLOORS) <= set(Counter(c["peer"] for c in found))
