"""Objects that are parts of others: patches, overlays, templates that a program completes.

What they lack is no fault: the whole object has it. Nothing marks most of them, so an object that lacks what
every whole one has is taken for one: pods of which no container names an image, Services without ports and
selector.
"""

from __future__ import annotations

from upstreamlint.refusal.at import At

_WORKLOADS = frozenset(
    {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController", "Rollout"}
)
_COMPLETED = "image.openshift.io/triggers"
"""The annotation that has OpenShift fill in the images of containers."""
_FOLDERS = ("patch", "overlay", "kustom")


def partial(root: At, kind: str, path: str) -> bool:
    """Whether an object is part of another, by what it lacks and by the path of its file."""
    if any(word in path.lower() for word in _FOLDERS) or "$patch" in _text(root):
        return True
    if root.get("metadata").get("annotations").get(_COMPLETED).given:
        return True
    spec = root.get("spec")
    match kind:
        case "Service":
            template = spec.get("template")  # of Knative
            return not any(spec.get(f).given for f in ("ports", "selector")) and not _images(
                template.get("spec")
            )
        case "Ingress":
            return not any(spec.get(field).given for field in ("rules", "defaultBackend", "backend"))
        case "HorizontalPodAutoscaler":
            return not spec.get("scaleTargetRef").given
        case "Job":
            return not _images(spec.get("template").get("spec"))
        case "CronJob":
            return not _images(spec.get("jobTemplate").get("spec").get("template").get("spec"))
        case "Pod":
            return not _images(spec)
        case _ if kind in _WORKLOADS:
            template = spec.get("template")
            labelled = not template.get("metadata").get("labels").empty
            return not _images(template.get("spec")) or not (spec.get("selector").given or labelled)
    return False


def _images(spec: At) -> bool:
    """Whether any container names its image."""
    return any(c.get("image").given for c in spec.items("containers"))


def _text(root: At) -> str:
    node = root.root
    return node.source.text[node.start : node.end]
