"""Whom a BackendTLSPolicy believes: ConfigMaps of its own namespace with a certificate under `ca.crt`.

Gateway API, `BackendTLSPolicyValidation.caCertificateRefs`: where none can be resolved, the policy is not accepted
(`NoValidCACertificate`), and requests to its backends are answered with a status of 5xx.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.gateway_api.references import PolicyAuthority
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.references import Candidate
from upstreamlint.model.kubernetes import ConfigMap
from upstreamlint.model.kubernetes.nearest import same_namespace, same_tree
from upstreamlint.programs.managed.attached import AttachedPolicy

_KEY = "ca.crt"


def authorities(index: Index) -> Iterator[PolicyAuthority]:
    """The ConfigMaps that policies name; one that names several works with any of them."""
    for policy in index.of(AttachedPolicy):
        if len(policy.authorities) == 1 and not policy.meta.patched:
            yield from _authority(index, policy)


def _authority(index: Index, policy: AttachedPolicy) -> Iterator[PolicyAuthority]:
    name, folder = policy.authorities[0], policy.meta.folder
    own = {
        m.meta.name.value: m
        for m in index.of(ConfigMap)
        if same_namespace(m.meta.namespace, policy.meta.namespace)
    }
    found = own.get(name.value)
    near: tuple[Candidate, ...] = ()
    if found is not None:
        lacks = bool(found.keys) and _KEY not in found.keys and not found.meta.patched
        verdict = Verdict.CONFLICT if lacks else Verdict.FOUND
        near = (Candidate(found.anchor, "this ConfigMap", ""),) if lacks else ()
    elif is_placeholder(name.value):
        return
    else:
        around = [n for n, m in own.items() if same_tree(m.meta.folder, folder) and _KEY in m.keys]
        like = near_names(name.value, around)
        near = tuple(
            Candidate(own[n].meta.name.anchor, f"ConfigMap `{n}`", n, certain=sole(name.value, like))
            for n in like[:1]
        )
        verdict = index.ladder.absent(name.value, folder, near=bool(near))
        # What brings certificates (trust-manager, OpenShift) is seldom beside what names them.
        verdict = Verdict.EXTERNAL if verdict is Verdict.ABSENT and not index.ladder.complete else verdict
    yield PolicyAuthority(
        wanted=name.value,
        anchor=name.anchor,
        owner=policy,
        verdict=verdict,
        near=near,
        policy=policy,
        config_map=found,
    )
