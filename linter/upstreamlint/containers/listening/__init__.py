"""What listens in a container: the one answer that dials, Services, probes and health checks ask for."""

from upstreamlint.containers.listening.listen import Evidence, Listen, Listening
from upstreamlint.containers.listening.of_container import listening

__all__ = ["Evidence", "Listen", "Listening", "listening"]
