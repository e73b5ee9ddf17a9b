"""Is that a port of what listens there?"""

from __future__ import annotations

from upstreamlint.containers.listening.listen import Listen, Listening


def against(listening: Listening, number: int) -> tuple[Listen, ...]:
    """What says that a container serves other ports than this one: its program's configuration, or the one port that it is told."""
    if listening.closed:
        written = tuple(listen for listen in listening.listens if not listen.implied)
        return () if listening.on(number) else written or listening.listens
    # A port that is told stands beside those that the image serves anyway: a console, SSH.
    ports = {listen.port for listen in listening.listens if not listen.beside}
    taken = {None, *(listen.port for listen in listening.listens)} & {None, number}
    return listening.told if len(ports) == 1 and None not in ports and number not in taken else ()
