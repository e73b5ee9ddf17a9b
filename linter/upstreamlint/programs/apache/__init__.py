"""Apache httpd: its configuration as listeners, virtual hosts, and what they pass on."""

from upstreamlint.programs.apache.config import load
from upstreamlint.programs.apache.types import Balancer, Config, Listen, Member, Pass, VirtualHost

__all__ = ["Balancer", "Config", "Listen", "Member", "Pass", "VirtualHost", "load"]
