"""nginx: one main file and its includes as upstreams, servers, locations and passes."""

from upstreamlint.programs.nginx.address import Address, parse_address
from upstreamlint.programs.nginx.build import METHODS, PASSES, load, seconds
from upstreamlint.programs.nginx.config import Config, Listen, Location, Pass, Route, Server
from upstreamlint.programs.nginx.language.include import Closure, Include, Mounts, expand
from upstreamlint.programs.nginx.language.values import Target, Value, possible, targets
from upstreamlint.programs.nginx.upstream import (
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
