"""Is that a port of what listens there?"""

from __future__ import annotations

from upstreamlint.containers.listening.listen import Evidence, Listen, Listening


def against(listening: Listening, number: int) -> tuple[Listen, ...]:
    """What says that a container serves other ports than this one: its program's configuration, or the one port that it is told."""
    if listening.closed:
        written = tuple(listen for listen in listening.listens if not listen.implied)
        return () if listening.on(number) else written or listening.listens
    if listening.others:
        return ()
    # A port that is told stands beside those that the image serves anyway: a console, SSH; a store in the same
    # container, at its own port, is none of those that are meant.
    own = tuple(listen for listen in listening.listens if not (listen.beside or _is_of_store(listen)))
    if own and all(listen.socket for listen in own):
        return own
    ports = {listen.port for listen in own}
    taken = {None, *(listen.port for listen in listening.listens)} & {None, number}
    return listening.told if len(ports) == 1 and None not in ports and number not in taken else ()


def _is_of_store(listen: Listen) -> bool:
    """Whether it is the default of a server that speaks no HTTP."""
    return listen.evidence is Evidence.SERVER and listen.protocol not in ("", "http")
