"""Inside a pod: the cluster's DNS and its Services."""

from upstreamlint.places.pods.look_up import look_up

__all__ = ["look_up"]
