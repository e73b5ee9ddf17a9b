"""What Caddy refuses of the options before all sites, in its words, and the modules that the official image does not have.

Each wording was seen on 2.11 (`caddy adapt`). Options, directives and modules of plugins are refused by the official image alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from upstreamlint.graph.likeness import near_names
from upstreamlint.programs.caddy.names import (
    ASKS_FOR_A_WORD,
    DIRECTIVES,
    OF_SITES,
    OPTIONS,
    OPTIONS_OF_PLUGINS,
)
from upstreamlint.programs.caddy.tree import Directive
from upstreamlint.readers.fault import Fault

_AUTO = frozenset({"off", "disable_redirects", "disable_certs", "ignore_loaded_certs", "prefer_wildcard"})
_MODULES: Mapping[str, str] = {
    "acme_dns": "dns.providers",
    "dns": "dns.providers",
    "storage": "caddy.storage",
}
_STANDARD = frozenset({"caddy.storage.file_system"})


def of_options(directives: Sequence[Directive], *, official: bool) -> Iterator[Fault]:
    """What is refused of the options before all sites; `official` says that no plugin is there."""
    for directive in directives:
        name = directive.name
        near = near_names(name.value, OPTIONS, words=False) if name.value not in OPTIONS else []
        if near:
            yield Fault(name.anchor, f"unrecognized global option: {name.value} (`{near[0]}` is one)")
        elif official and name.value in OPTIONS_OF_PLUGINS:
            yield Fault(name.anchor, f"unrecognized global option: {name.value}")
            return
        elif name.value in OF_SITES:
            # Caddy reads on no further than here.
            yield Fault(
                name.anchor,
                f"unrecognized global option: {name.value}; the site has no address, or an empty one",
            )
            return
        yield from _words(directive)
        if official:
            yield from _ordered(directive)
            yield from of_modules((directive,))


def of_modules(directives: Sequence[Directive]) -> Iterator[Fault]:
    """The modules of plugins that settings ask for: options, or those of `tls`."""
    for directive in directives:
        space = _MODULES.get(directive.name.value)
        if space is None or not directive.args or "{" in directive.args[0].value:
            continue
        module = f"{space}.{directive.args[0].value}"
        if module not in _STANDARD:
            said = f"getting module named '{module}': module not registered: {module}"
            yield Fault(directive.args[0].anchor, said)


def _words(directive: Directive) -> Iterator[Fault]:
    name = directive.name.value
    wrong = next((a for a in directive.args if a.value not in _AUTO and "{" not in a.value), None)
    if name in ASKS_FOR_A_WORD and not directive.args:
        said = f"wrong argument count or unexpected line ending after '{name}'"
        yield Fault(directive.name.anchor, said)
    elif name == "auto_https" and wrong is not None:
        said = (
            "auto_https must be one of 'off', 'disable_redirects', 'disable_certs', or 'ignore_loaded_certs'"
        )
        yield Fault(wrong.anchor, said)


def _ordered(directive: Directive) -> Iterator[Fault]:
    ordered = directive.args[0] if directive.name.value == "order" and directive.args else None
    if ordered is not None and ordered.value not in DIRECTIVES and "{" not in ordered.value:
        yield Fault(ordered.anchor, f"{ordered.value} is not a registered directive")
