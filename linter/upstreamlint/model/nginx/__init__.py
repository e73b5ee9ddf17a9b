"""nginx: one main file and its includes as upstreams, servers, locations and passes."""

from upstreamlint.model.nginx.address import Address, parse_address
from upstreamlint.model.nginx.build import METHODS, PASSES, load, seconds
from upstreamlint.model.nginx.config import Config, Listen, Location, Pass, Route, Server
from upstreamlint.model.nginx.include import Closure, Include, Mounts, expand
from upstreamlint.model.nginx.upstream import (
    Context,
    Method,
    Resolver,
    Scope,
    Scopes,
    Upstream,
    UpstreamServer,
    named,
    setting,
)
from upstreamlint.model.nginx.values import Target, Value, possible, targets

__all__ = [
    "Address",
    "Closure",
    "Config",
    "Context",
    "Include",
    "Listen",
    "Location",
    "METHODS",
    "Method",
    "Mounts",
    "PASSES",
    "Pass",
    "Resolver",
    "Route",
    "Scope",
    "Scopes",
    "Server",
    "Target",
    "Upstream",
    "UpstreamServer",
    "Value",
    "expand",
    "load",
    "named",
    "parse_address",
    "possible",
    "seconds",
    "setting",
    "targets",
]
