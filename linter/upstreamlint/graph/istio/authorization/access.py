"""Which AuthorizationPolicies hold for a workload, and whether their rules take a caller."""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.istio import AccessRule, AccessSource, AuthorizationPolicy
from upstreamlint.model.kubernetes import Workload
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple


class Policies:
    """The AuthorizationPolicies of a run, by namespace."""

    def __init__(self, mesh: Mesh) -> None:
        self._by_namespace = grouped(mesh.index.of(AuthorizationPolicy), lambda p: p.meta.namespace)
        self._root = mesh.settings.root_namespace

    def applying(self, workload: Workload) -> list[AuthorizationPolicy]:
        """Those that hold for the pods of a workload itself: of its namespace, and of the root namespace."""
        own = self._by_namespace.get(workload.meta.namespace, [])
        root = self._by_namespace.get(self._root, []) if self._root != workload.meta.namespace else []
        return [p for p in (*own, *root) if not p.targeted and not p.dry and _selects(p, workload)]

    def denying(
        self, workload: Workload, caller: Caller, ports: set[int], *, stream: bool = False
    ) -> AuthorizationPolicy | None:
        """The policy that keeps a caller out: ALLOW policies hold, and no rule of any can take it.

        Of a `stream` nothing is known that rules ask of requests: those of ALLOW never hold then, and those of DENY
        ask for the rest (istio: `checkError` in `pilot/pkg/security/authz/model/model.go`).
        """
        applying = self.applying(workload)
        allowing = [p for p in applying if p.action == "ALLOW"]
        refused = [
            (p, r.rest if stream and r.rest is not None else r)
            for p in applying
            for r in p.rules
            if p.action == "DENY"
        ]
        denying = (p for p, r in refused if takes_all(r, caller, ports))
        if (deny := next(denying, None)) is not None:
            return deny
        taken = [r for p in allowing for r in p.rules if not stream or r.rest is None]
        if not allowing or any(may_take(r, caller, ports) for r in taken):
            return None
        return allowing[0]


class Caller(NamedTuple):
    """Who asks: a namespace and its service accounts. `nameless` is what keeps its identity from being shown, `tokenless` what takes tokens from its requests."""

    namespace: str
    accounts: frozenset[str]
    nameless: Anchor | None = None
    tokenless: Anchor | None = None


ANYONE = Caller("", frozenset())


def _selects(policy: AuthorizationPolicy, workload: Workload) -> bool:
    if policy.selector is None:
        return True
    values = workload.template.values
    return all(values.get(k) == v for k, v in policy.selector.values.items())


def takes_all(rule: AccessRule, caller: Caller, ports: set[int]) -> bool:
    """Whether a rule takes every request of a caller."""
    nameless = caller.nameless is not None and any(s.excludes for s in rule.sources)
    wanted = {str(p) for p in ports}
    named = any(
        o.ports and not o.other and wanted and wanted <= {p.value for p in o.ports} for o in rule.operations
    )
    tokenless = caller.tokenless is not None and rule.without_token
    free = not rule.sources or nameless or tokenless
    return free and (not rule.operations or named) and not rule.conditional


def may_take(rule: AccessRule, caller: Caller, ports: set[int]) -> bool:
    """Whether a rule can take requests of a caller; what cannot be told is taken to."""
    if caller.tokenless is not None and rule.by_token:
        return False
    listed = [{p.value for p in o.ports} for o in rule.operations]
    if ports and listed and all(own and not own & {str(p) for p in ports} for own in listed):
        return False
    return not rule.sources or any(_is_source(s, caller) for s in rule.sources)


def _is_source(source: AccessSource, caller: Caller) -> bool:
    if caller.nameless is not None:
        return not source.namespaces and not source.principals
    if source.namespaces and not any(_matches(n, caller.namespace) for n in source.namespaces):
        return False
    return not source.principals or any(
        "*" in (p.value, account)
        or "*" in p.value
        or p.value.endswith(f"/ns/{caller.namespace}/sa/{account}")
        for p in source.principals
        for account in caller.accounts
    )


def _matches(written: Scalar, value: str) -> bool:
    text = written.value
    if text.startswith("*"):
        return value.endswith(text[1:])
    return value.startswith(text[:-1]) if text.endswith("*") else value == text
