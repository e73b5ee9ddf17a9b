"""Inside a container of a Compose project: the engine's DNS, networks, and published ports."""

from upstreamlint.places.compose.look_up import look_up
from upstreamlint.places.compose.world import World

__all__ = ["World", "look_up"]
