"""What the steps of a Rollout start beside its own pods (argo-rollouts.readthedocs.io: experiments)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping
from upstreamlint.model.kubernetes.meta import Labels, labels


def trials(strategy: Mapping | None) -> Iterator[Labels]:
    """The labels that experiments give their pods in place of the Rollout's."""
    canary = strategy.mapping("canary") if strategy is not None else None
    for step in canary.mappings("steps") if canary is not None else ():
        experiment = step.mapping("experiment")
        for template in experiment.mappings("templates") if experiment is not None else ():
            found = labels(template.at("metadata", "labels"))
            if found is not None:
                yield found
