"""The modules that speak to what is passed on, by the scheme of its URL: mod_proxy alone speaks to nobody.

Debian's httpd loads what `a2enmod` has enabled, with what that depends on; of mod_proxy's modules none is enabled before.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.programs.apache.types import Config, Pass

_SPEAKS = {
    "http": ("proxy_http_module",),
    "https": ("proxy_http_module",),
    "ws": ("proxy_wstunnel_module", "proxy_http_module"),
    "wss": ("proxy_wstunnel_module", "proxy_http_module"),
    "h2": ("proxy_http2_module",),
    "h2c": ("proxy_http2_module",),
    "fcgi": ("proxy_fcgi_module",),
    "scgi": ("proxy_scgi_module",),
    "uwsgi": ("proxy_uwsgi_module",),
    "ajp": ("proxy_ajp_module",),
    "balancer": ("proxy_balancer_module",),
}
"""Any one of the modules will do."""


_OWN = patterns.compile(r"(?:\A|/)(?:conf/extra/|(?:ports|(?:conf|sites)-enabled/\*)\.conf\Z)")
"""Files of the official image and of Debian's, which load no modules."""


PROXY = "proxy_module"
SHARED = "slotmem_shm_module"
"""What mod_proxy_balancer does not start without."""
METHOD = "lbmethod_"
"""How the names of modules begin that choose a member, one of which a balancer does not start without."""
_DEFAULT = "byrequests"


def unspoken(config: Config) -> Iterator[tuple[Pass, str]]:
    """The passes of a configuration for which a module is not loaded, with that module.

    A condition on such a module may drop what stands in it: nothing is said of a file with one.
    """
    unknown = [i for i in config.includes if i.fragments is None and not _OWN.search(i.pattern.value)]
    if unknown or config.faults or config.conditional or not config.modules:
        return
    for host in config.hosts:
        for one in host.passes:
            if one.url is None or one.unsure:
                continue
            if PROXY not in config.modules:
                yield one, PROXY
                return
            modules = _SPEAKS.get(one.url.scheme, ())
            if modules and config.modules.isdisjoint(modules):
                yield one, modules[0]
            elif one.url.scheme == "balancer" and (lacks := _unbalanced(config, one)):
                yield one, lacks


def _unbalanced(config: Config, one: Pass) -> str:
    """The module that a balancer does not start without, and that is not loaded; measured on 2.4.71."""
    if SHARED not in config.modules:
        return SHARED
    host = one.url.host.lower() if one.url is not None else ""
    told = next((b.method for b in config.balancers if b.name == host), "")
    module = f"{METHOD}{one.parameter('lbmethod') or told or _DEFAULT}_module"
    return module if module not in config.modules else ""


_ENABLES = patterns.compile(r"\ba2enmod\s+((?:-\w\s+)?[\w \t-]{1,400})")
_OTHERWISE = patterns.compile(r"mods-enabled|mods-available|LoadModule|IncludeOptional|a2enmod\s+[\"'$]")


def enabled(dockerfile: str) -> frozenset[str]:
    """The modules that an image of Debian's httpd loads beside the stock ones; none where that is not all known."""
    if _OTHERWISE.search(dockerfile):
        return frozenset()
    words = {word for found in _ENABLES.finditer(dockerfile) for word in found[1].split() if word[0] != "-"}
    more = {"proxy" for word in words if word.startswith("proxy_")}
    if any(word.startswith(METHOD) for word in words):
        more |= {"proxy", "proxy_balancer"}
    if "proxy_balancer" in words | more:
        more |= {"slotmem_shm"}
    return frozenset(f"{word}_module" for word in words | more)
