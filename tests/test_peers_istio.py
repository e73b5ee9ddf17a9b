"""The cases of other Istio checkers, as data: how often we agree, and where they are wrong about istiod."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from upstreamlint import rules, testing
from upstreamlint.finding import Severity
from upstreamlint.settings.config import Config

SHARED = Path(__file__).resolve().parents[2] / "shared" / "cases"
RULES = rules.load()
FLAGS = frozenset({"UH", "NC", "NR", "UC", "UF"})

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the cases of other tools are not beside the repository"
)

ISTIOCTL = {
    "IST0101": {
        "upstream-unknown",
        "destination-host-unknown",
        "upstream-port-not-served",
        "destination-rule-not-visible",
        "gateway-reference-missing",
        "gateway-selects-no-pods",
        "mirror-destination-dead",
        "subset-undefined",
    },
    "IST0109": {"virtual-services-conflict"},
    "IST0130": {"route-shadowed"},
    "IST0132": {"host-not-in-gateway"},
    "IST0145": {"gateway-servers-conflict"},
    "IST0162": {"gateway-port-not-on-service"},
    "IST0173": {"subset-selects-no-pods"},
    "IST0174": {"destination-rule-host-unknown"},
    "IST0177": {"service-entries-conflict"},
}
ANALYZERS = {
    "destinationrule.SubsetSelectPodAnalyzer",
    "gateway.ConflictingGatewayAnalyzer",
    "gateway.IngressGatewayPortAnalyzer",
    "schema.ValidationAnalyzer.VirtualService",
    "serviceentry.ConflictingServiceEntryProtocolAnalyzer",
    "virtualservice.ConflictingMeshGatewayHostsAnalyzer",
    "virtualservice.DestinationHostAnalyzer",
    "virtualservice.DestinationRuleAnalyzer",
    "virtualservice.GatewayAnalyzer",
}
ISTIOCTL_DIFFERS = {
    "VirtualService httpbin": "a Gateway without servers: the API refuses it",
    "VirtualService default/cross-test": "a Gateway without servers: the API refuses it",
    "VirtualService default/testing-service-02-test-03": "the other gateway of the same pods serves the host",
    "Gateway beta": "reported once, on the other Gateway of the pair",
    "ServiceEntry default/se-https": "reported once, on the other entry of the pair",
    "VirtualService httpbin-bogus": "its Gateway does not exist, and that is reported",
    "DestinationRule default/subsets-not-select-pods": "no route uses the subset, so no request is lost",
    "DestinationRule default/empty-topology-labels": "no route uses the subset, so no request is lost",
}
"""Findings of istioctl that say nothing of what a client gets."""

KIALI = {
    "destinationrules.DisabledMeshWideMTLSChecker": {"plaintext-to-strict-mtls"},
    "destinationrules.NoDestinationChecker": {"destination-rule-host-unknown", "subset-selects-no-pods"},
    "gateways.SelectorChecker": {"gateway-selects-no-pods"},
    "peerauthentications.DisabledMeshWideChecker": {"mtls-to-plaintext-workload"},
    "peerauthentications.DisabledNamespaceWideChecker": {"mtls-to-plaintext-workload"},
    "virtualservices.NoGatewayChecker": {"gateway-reference-missing"},
    "virtualservices.NoHostChecker": {"destination-host-unknown", "upstream-unknown"},
    "virtualservices.SubsetPresenceChecker": {"destination-rule-not-visible", "subset-undefined"},
}
KIALI_ADVICE = frozenset({"KIA0209", "KIA1108"})
KIALI_DIFFERS = {
    "TestDestRuleDifferentNamespaceFQDNName": "a rule in a namespace of neither client, service nor root",
    "TestDestRuleDifferentNamespaceHalfFQDNName": "as above, and `svc.ns` is not completed",
    "TestFailCrossNamespaceHost": "no route uses the subset, so no request is lost",
    "TestSubsetNotReferenced": "no route uses the subset, so no request is lost",
    "TestValidHostWithTwoPartName": "`svc.ns` is not completed by istiod",
    "TestValidShortSvcHost": "`svc.ns.svc` is not completed by istiod",
    "TestValidServiceNamespace": "`svc.ns` is not completed by istiod",
    "TestWronglyReferenced": "no route uses the subset, so no request is lost",
}
"""Cases where Kiali expects other than what istiod makes of the objects."""


def load(folder):
    return json.loads((SHARED / folder / "cases.json").read_text(encoding="utf-8"))["cases"]


def check(paths, *, complete=False):
    texts = {path.name: path.read_text(encoding="utf-8") for path in paths}
    return testing.check_texts(texts, RULES, Config(complete=complete)).diagnostics


def resource(subject):
    """`namespace/Kind/name#part` as the peers write it: `Kind namespace/name`."""
    *space, kind, name = subject.partition("#")[0].split("/")
    return f"{kind} {'/'.join((*space, name))}"


def test_probes_have_their_true_outcome():
    probes = json.loads((SHARED / "probes" / "probes.json").read_text(encoding="utf-8"))
    wrong = []
    for probe in probes:
        found = check([SHARED / "probes" / Path(probe["file"]).name])
        errors = [d for d in found if d.severity is Severity.ERROR]
        bad = [d for d in found if d.severity is not Severity.INFO]
        flags = {d.finding.symptom.flag for d in bad if d.finding.symptom is not None}
        truth = probe["truth"]
        right = not errors if truth == "ok" else bool(bad) and (truth not in FLAGS or truth in flags)
        if not right:
            wrong.append((probe["id"], truth, [d.rule for d in bad]))
    print(f"probes: {len(probes) - len(wrong)}/{len(probes)}", wrong)
    assert len(probes) - len(wrong) >= 21
    assert all(truth != "ok" for _, truth, _ in wrong)


def test_istioctl_cases():
    agreed, missed, added = 0, [], []
    for case in load("istioctl"):
        if case["analyzer"] not in ANALYZERS:
            continue
        paths = [SHARED / "istioctl" / name for name in case["files"]]
        if case["analyzer"].startswith("gateway."):
            paths.append(SHARED / "istioctl" / "testdata-default-ingress.yaml")
        expected = {(e["code"], e["resource"]) for e in case["expected"] if e["code"] in ISTIOCTL}
        complete = case["analyzer"] != "virtualservice.DestinationRuleAnalyzer"
        found = {(d.rule, resource(d.subject)) for d in check(paths, complete=complete)}
        for code, name in sorted(expected):
            hit = any(rule in ISTIOCTL[code] and same(name, own) for rule, own in found)
            if hit:
                agreed += 1
            elif name not in ISTIOCTL_DIFFERS:
                missed.append((case["name"], code, name))
        if not case["expected"]:
            mine = {rule for code in ISTIOCTL for rule in ISTIOCTL[code]} & {rule for rule, _ in found}
            wiring = mine - {"destination-host-unknown", "upstream-unknown", "virtual-services-conflict"}
            agreed += not wiring
            added += [(case["name"], rule) for rule in sorted(wiring)]
    total = agreed + len(missed) + len(added)
    print(f"istioctl: {agreed}/{total}, {len(ISTIOCTL_DIFFERS)} that istiod contradicts", missed, added)
    assert agreed / total >= 0.85


def same(expected, own):
    """Whether two names mean one object: the peers leave a default namespace out."""
    return own == expected or own.replace(" ", " default/", 1) == expected


def test_kiali_cases():
    agreed, differ, wrong = 0, [], []
    for case in load("kiali"):
        names = KIALI.get(case["checker"])
        if names is None:
            continue
        paths = [SHARED / "kiali" / name for name in case["files"]]
        complete = case["checker"] != "virtualservices.SubsetPresenceChecker"
        found = {d.rule for d in check(paths, complete=complete)} & names
        expected = [e for e in case["expected"] if e["code"] not in KIALI_ADVICE]
        if bool(found) == bool(expected):
            agreed += 1
        elif case["test"].partition(".")[0] in KIALI_DIFFERS:
            differ.append(case["id"])
        else:
            wrong.append((case["id"], [e["code"] for e in expected], sorted(found)))
    total = agreed + len(wrong)
    print(f"kiali: {agreed}/{total}, {len(differ)} that istiod contradicts", differ, wrong)
    assert agreed / total >= 0.85
