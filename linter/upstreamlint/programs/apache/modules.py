"""The modules that speak to what is passed on, by the scheme of its URL: mod_proxy alone speaks to nobody."""

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


_OWN = patterns.compile(r"(?:\A|/)conf/extra/")
"""Files of the official image, which load no modules."""


def unspoken(config: Config) -> Iterator[tuple[Pass, str]]:
    """The passes of a configuration that loads mod_proxy, and not what speaks their scheme, with that module.

    A condition on such a module may drop what stands in it: nothing is said of a file with one.
    """
    unknown = [i for i in config.includes if i.fragments is None and not _OWN.search(i.pattern.value)]
    if unknown or config.faults or config.conditional or "proxy_module" not in config.modules:
        return
    for host in config.hosts:
        for one in host.passes:
            modules = _SPEAKS.get(one.url.scheme, ()) if one.url is not None else ()
            if modules and not one.unsure and config.modules.isdisjoint(modules):
                yield one, modules[0]
