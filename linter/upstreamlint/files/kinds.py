"""What a file is, told by its name and, where many programs use the name, by its first bytes."""

from __future__ import annotations

import re

from upstreamlint import patterns
from upstreamlint.files.readable import decode
from upstreamlint.values import StrEnum

SNIFFED = 65536
"""So many bytes are looked at."""


class Kind(StrEnum):
    """The reader that a file is for. Which of its formats a YAML file holds is told by its content, later."""

    YAML = "yaml"
    NGINX = "nginx"
    DOCKERFILE = "dockerfile"
    ENV = "env"
    QUADLET = "quadlet"
    CADDY = "caddy"
    HAPROXY = "haproxy"
    APACHE = "apache"


# Our own configuration and baseline wire nothing.
_OWN = ("upstreamlint.", ".upstreamlint.", ".upstreamlint-baseline.")
_YAML = (".yaml", ".yml", ".json")
_NO_DOCKERFILE = frozenset(
    {"dockerignore", "go", "html", "js", "md", "py", "rb", "rs", "rst", "sh", "ts", "txt"}
)
QUADLETS = (".container", ".pod", ".network", ".image", ".build", ".kube")
_STAGES = frozenset({"dev", "development", "docker", "local", "prod", "production", "staging", "test"})
_APACHE = frozenset({"httpd.conf", "apache2.conf", "httpd-vhosts.conf", "000-default.conf"})
_APACHE_TEXT = patterns.compile(r"^[ \t]*<VirtualHost\s[^>\n]{1,200}>", re.MULTILINE)
_NGINX_FOLDERS = frozenset({"nginx", "conf.d", "sites-enabled", "sites-available", "templates"})
_NGINX_TEXT = patterns.compile(
    r"^[ \t]*(?:(?:server|events|http|stream)\s*\{|(?:upstream|location|map|geo|split_clients)\s[^;{}<>]{0,500}\{"
    r"|(?:proxy_pass|fastcgi_pass|uwsgi_pass|grpc_pass|scgi_pass)\s[^;{}]{1,500};)",
    re.MULTILINE,
)

_ENDED = patterns.compile(r";[ \t]*(?:#.*)?$|;[ \t]*\}", re.MULTILINE)
"""nginx ends its directives; other formats with blocks of such names (HOCON) do not."""


def kind_of_name(name: str) -> Kind | None:
    """The kind that a file's name alone tells; nothing for all others."""
    lower = name.lower()
    if lower.endswith(_YAML):
        return None if lower.startswith(_OWN) else Kind.YAML
    if lower == "nginx.conf":
        return Kind.NGINX
    if lower == "caddyfile" or (lower.startswith("caddyfile.") and lower.rpartition(".")[2] in _STAGES):
        return Kind.CADDY
    if lower.endswith(".cfg") and lower.startswith("haproxy"):
        return Kind.HAPROXY
    if lower in _APACHE:
        return Kind.APACHE
    if lower.startswith(("dockerfile", "containerfile")):
        stem, _, suffix = lower.partition(".")
        named = stem in ("dockerfile", "containerfile") and suffix not in _NO_DOCKERFILE
        return Kind.DOCKERFILE if named else None
    if lower.endswith(".dockerfile"):
        return Kind.DOCKERFILE
    if lower.endswith(".env") or lower.startswith(".env."):
        return Kind.ENV
    return None


def is_assertion(name: str) -> bool:
    """Whether a file says what a step of a test expects (kuttl.dev and kyverno.github.io/chainsaw: naming of files), and is never applied."""
    return ("assert" in name or "error" in name) and _ASSERTION.match(name) is not None


_ASSERTION = patterns.compile(r"(?:\d+-(?:[\w.-]*-)?(?:assert|errors?)|assert)\b[\w.-]*\.ya?ml\Z")


def is_quadlet(data: bytes) -> bool:
    """Whether the start of a file is a unit from which systemd makes a container (Podman's Quadlet)."""
    return _QUADLET.search(data) is not None


_QUADLET = patterns.compile(rb"^\[(?:Container|Pod|Network|Image|Build|Kube)\]", re.MULTILINE)


def kind_of_text(data: bytes) -> Kind | None:
    """What the start of a file reads like that `may_be_proxy`."""
    text = decode(data)
    if text is None:
        return None
    if _NGINX_TEXT.search(text) is not None and _ENDED.search(text) is not None:
        return Kind.NGINX
    return Kind.APACHE if _APACHE_TEXT.search(text) is not None else None


def may_be_proxy(name: str, folder: str) -> bool:
    """Whether a file's text has to tell whether it is for nginx or httpd; `folder` is the name of the folder it is in."""
    if name.endswith((".conf", ".nginx", ".conf.template", ".conf.tmpl", ".conf.j2", ".vhost")):
        return True
    if name.startswith("nginx.conf"):
        return True
    if folder in _NGINX_FOLDERS:
        return "." not in name or name.endswith((".template", ".inc"))
    return False
