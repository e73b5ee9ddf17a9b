"""What a container of nginx writes before it starts: the templates of the official image, and `envsubst` by hand."""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint import patterns
from upstreamlint.containers.tree import Tree
from upstreamlint.readers.fragment import Fragment, substitute

_ENVSUBST = patterns.compile(
    r"\benvsubst\s*+(?:'[^']{0,2000}'|\"(?:[^\"\\]|\\.){0,2000}\"|\$\S++)?\s*+<\s*+\"?([^\s\"'>]++)\"?\s*+>\s*+\"?([^\s\"';&|]+)"
)
_WRITES = patterns.compile(
    r"envsubst|\bsed\b|\bcp\b|\bmv\b|\bln\b|\btee\b|confd|gomplate|dockerize|[^2&>-]>\s{0,9}[^&\s/]{0,99}/?etc|>\s{0,9}/etc|\.sh\b|\.py\b"
)


def rendered(tree: Tree, environment: Mapping[str, str]) -> dict[str, Fragment]:
    """What the entry point of the official image makes of templates: `envsubst` into `conf.d`."""
    folder = environment.get("NGINX_ENVSUBST_TEMPLATE_DIR", "/etc/nginx/templates").rstrip("/")
    suffix = environment.get("NGINX_ENVSUBST_TEMPLATE_SUFFIX", ".template")
    output = environment.get("NGINX_ENVSUBST_OUTPUT_DIR", "/etc/nginx/conf.d").rstrip("/")
    return {
        output + path[len(folder) :].removesuffix(suffix): substitute(text, environment)
        for path, text in tree.walk(folder, (suffix,))
    }


def followed(tree: Tree, command: str, environment: Mapping[str, str]) -> tuple[dict[str, Fragment], bool]:
    """What the `envsubst` calls of a start command make, and whether it writes nothing else."""
    text = command.replace("$$", "$")
    made: dict[str, Fragment] = {}
    for match in _ENVSUBST.finditer(text):
        source = tree.read(match[1])
        if source is None:
            return made, False
        made[match[2]] = substitute(source, environment)
    return made, not _WRITES.search(_ENVSUBST.sub(" ", text))
