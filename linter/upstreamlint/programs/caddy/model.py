"""Caddy: its Caddyfile and its JSON configuration as sites, routes and proxies."""

from upstreamlint.programs.caddy.config import load
from upstreamlint.programs.caddy.imports import Finder, beside
from upstreamlint.programs.caddy.types import Config, Health, Listen, Match, Proxy, Route, Site, Transport

__all__ = [
    "Config",
    "Finder",
    "Health",
    "Listen",
    "Match",
    "Proxy",
    "Route",
    "Site",
    "Transport",
    "beside",
    "load",
]
