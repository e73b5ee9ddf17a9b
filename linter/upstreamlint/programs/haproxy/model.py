"""HAProxy: its configuration as frontends, backends, servers and health checks."""

from upstreamlint.programs.haproxy.config import load
from upstreamlint.programs.haproxy.types import Ask, Bind, Config, Proxy, Server, Use

__all__ = ["Ask", "Bind", "Config", "Proxy", "Server", "Use", "load"]
