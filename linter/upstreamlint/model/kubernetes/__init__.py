"""Kubernetes' own kinds."""

from __future__ import annotations

from upstreamlint.model.kubernetes.config import ConfigMap, Namespace, Other
from upstreamlint.model.kubernetes.container import PodContainer
from upstreamlint.model.kubernetes.ingress import Ingress, IngressClass
from upstreamlint.model.kubernetes.meta import Labels, LabelSelector, Meta
from upstreamlint.model.kubernetes.policy import Autoscaler, DisruptionBudget, NetworkPolicy
from upstreamlint.model.kubernetes.service import Endpoints, MadeService, Service, ServicePort
from upstreamlint.model.kubernetes.workload import Workload

__all__ = [
    "Autoscaler",
    "ConfigMap",
    "PodContainer",
    "DisruptionBudget",
    "Endpoints",
    "Ingress",
    "IngressClass",
    "LabelSelector",
    "Labels",
    "Meta",
    "Namespace",
    "NetworkPolicy",
    "Other",
    "MadeService",
    "Service",
    "ServicePort",
    "Workload",
]
