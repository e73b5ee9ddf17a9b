"""What a server is told of where it listens: the values of its flags, its variables and its files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from upstreamlint import patterns
from upstreamlint.containers.data import ServerFacts
from upstreamlint.containers.listening.listen import address
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.numerals import port as port_number
from upstreamlint.readers.compose.tree import part
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.values import frozen, replace


@frozen
class Told:
    """A value that was found, and where it is written."""

    text: str
    anchor: Anchor
    told: str
    protocol: str = ""


def protocols_of(arguments: Sequence[Scalar], facts: ServerFacts, texts: Sequence[Fragment]) -> Iterator[str]:
    """What a server is told to speak where nothing else is said."""
    yield from (value.text for value in flags(arguments, facts.protocol_flags))
    if facts.protocol_flags:
        yield from (
            match[2].strip("\"'")
            for text in texts
            for match in _SETTING.finditer(text.text)
            if f"--{match[1]}" in facts.protocol_flags
        )


def flags(
    arguments: Sequence[Scalar], names: tuple[str, ...], protocols: Mapping[str, str] | None = None
) -> Iterator[Told]:
    """The values of flags: `--bind X`, `--bind=X`, `-bX`. `protocols` are what is spoken where a flag opens a port."""
    spoken = protocols or {}
    for number, word in enumerate(arguments):
        for name in names if word.value.startswith(names) else ():
            following = arguments[number + 1] if number + 1 < len(arguments) else None
            if word.value == name and following is not None and not following.value.startswith("-"):
                if following.tag != UNKNOWN:
                    told = f"{name} {following.value}"
                    yield Told(following.value, following.anchor, told, spoken.get(name, ""))
            elif word.value.startswith(f"{name}=") or (
                len(name) == _SHORT and word.value.startswith(name) and word.value[_SHORT:][:1].isalnum()
            ):
                start = len(name) + word.value[len(name) :].startswith("=")
                if word.tag != UNKNOWN:
                    place = part(word, start, len(word.value)).anchor
                    yield Told(word.value[start:], place, word.value, spoken.get(name, ""))


_SHORT = 2


def bare(arguments: Sequence[Scalar], facts: ServerFacts) -> Told | None:
    """A flag that means all addresses when it stands alone."""
    if facts.host_bare:
        for word in arguments:
            if word.value in facts.host_flags:
                return Told("", word.anchor, word.value)
    return None


def positional(arguments: Sequence[Scalar], facts: ServerFacts) -> Iterator[Told]:
    """The bare word that a server takes for its address."""
    if facts.positional != "address":
        return
    for word in arguments:
        text = word.value
        numeric = re.search(r"\d\Z", text) is not None and address(text) is not None
        if not text.startswith("-") and numeric and word.tag != UNKNOWN:
            yield Told(text, word.anchor, text)
            return


def positional_port(arguments: Sequence[Scalar], facts: ServerFacts) -> Iterator[Told]:
    """The bare number that a server takes for its port, whatever its flags say of the address."""
    if facts.positional == "port":
        for word in arguments:
            if word.tag != UNKNOWN and port_number(word.value) is not None:
                yield Told(word.value, word.anchor, word.value)


def variables_of(variables: Mapping[str, Scalar], facts: ServerFacts, names: tuple[str, ...]) -> list[Told]:
    """The values of variables that a server reads; an empty one tells nothing."""
    found = [(name, variables[name]) for name in names if name in variables]
    return [
        Told(value.value, value.anchor, f"{name}={value.value}", facts.protocols.get(name, ""))
        for name, value in found
        if value.value and value.tag != UNKNOWN
    ]


def urls_of(variables: Mapping[str, Scalar], facts: ServerFacts) -> Iterator[Told]:
    """Each of several URLs, with `;` between them, or of several ports, of a server that takes URLs; those count over these."""
    if not facts.url_variables:
        return
    for value in variables_of(variables, facts, facts.url_variables):
        for text in value.text.split(";"):
            yield replace(value, text=text)
        return
    for value in variables_of(variables, facts, facts.port_variables):
        for text in value.text.split(";"):
            if port_number(text) is not None:
                yield replace(value, text=f"{value.protocol or 'http'}://+:{text}", protocol="")


_SETTING = patterns.compile(r"^[ \t]*([A-Za-z][\w-]{0,60})[ \t]*=[ \t]*(\S[^\r\n]{0,200})", re.MULTILINE)


def settings_of(text: Fragment, facts: ServerFacts) -> Iterator[Told]:
    """The addresses in lines `name = value` of a server's file."""
    for match in _SETTING.finditer(text.text):
        protocol = facts.settings.get(match[1])
        if protocol is not None:
            value = match[2].partition(" ")[0].strip("\"'")
            yield Told(value, text.place(*match.span(2)), match[0].strip(), protocol)
