"""What programs of these files change in the cluster while they run, so that no file shows it: labels of pods, keys of objects."""

from __future__ import annotations

from functools import cached_property

from upstreamlint.documents import Scalar
from upstreamlint.graph.pod_labels import OF_ROLES, SET_BY_CONTROLLERS, SET_BY_OPERATORS
from upstreamlint.graph.running import Running
from upstreamlint.model.kubernetes import ConfigMap, Workload
from upstreamlint.model.kubernetes.rights import Rights


class AtRunTime:
    """What the scripts, the roles and the controllers of a run tell of that."""

    def __init__(self, running: Running) -> None:
        self._running = running

    def sets_label(self, key: str, *, written: bool) -> bool:
        """Whether a label is added to pods when they run; `written` says that templates of pods have it.

        One that an operator adds is not where templates write it.
        """
        if key in SET_BY_OPERATORS:
            return self._deploys_openshift or not written
        if key in SET_BY_CONTROLLERS or (self._may_label and OF_ROLES.search(key) is not None):
            return True
        return not written and self._labels_by_hand(key)

    @cached_property
    def scripts(self) -> tuple[str, ...]:
        """The scripts that change objects of the cluster."""
        held = (e.value for c in self._running.of(ConfigMap) for e in c.data.values())
        texts = [value.value for value in held if isinstance(value, Scalar)]
        texts += [word.value for w in self._running.of(Workload) for c in w.containers for word in c.words]
        return tuple(text for text in texts if "kubectl" in text)

    def _labels_by_hand(self, key: str) -> bool:
        """Whether a script labels pods with a key: `kubectl label pod $HOSTNAME role=primary`."""
        return any(" label " in script and f"{key}=" in script for script in self.scripts)

    @cached_property
    def _may_label(self) -> bool:
        """Whether a program may change pods, as those do that elect a leader and label it."""
        return any("pods" in one.changes or "*" in one.changes for one in self._running.of(Rights))

    @cached_property
    def _deploys_openshift(self) -> bool:
        return any(w.meta.kind == "DeploymentConfig" for w in self._running.of(Workload))
