"""Inside a pod: the cluster's DNS and its Services."""

from upstreamlint.places.pods.look_up import from_cluster, look_up

__all__ = ["from_cluster", "look_up"]
