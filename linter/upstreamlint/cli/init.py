"""`upstreamlint init`: a configuration file to start from."""

from __future__ import annotations

import os

import click

from upstreamlint.errors import UsageError
from upstreamlint.formats.columns import clean

TEMPLATE = """\
# What upstreamlint checks here, and how. Every line is optional: take the `#` away from those that you need.

# What to check when the command line names no path.
# paths: [deploy]

# Files and folders to leave out, in the manner of .gitignore.
# exclude: ["*.bak.yaml", /legacy/]

# What lives outside these files, and so is never missing: hosts, and namespace/name.
# external: ["*.corp.example", "monitoring/*"]

# Whether these files are the whole system: what they do not define does not exist.
# complete: true

# Hosts and paths that must be answered.
# expect:
#   shop.example.com/*: ok

# Whether kustomizations are built and Helm charts rendered, where a renderer is at hand.
# render: false

# Paths that are deployed together: names are looked up among the files of one list.
# scopes:
#   - [envs/staging, base]
#   - [envs/production, base]

# error, warning, info or off, by rule; `upstreamlint rules` lists them.
# severity:
#   service-selects-no-pods: warning

# Run these rules only.
# select: ["*"]

# Rules that are not reported, by file or by object.
# ignore:
#   examples/**: ["*"]
#   Service shop/legacy: [service-selects-no-pods]

# The lowest severity that makes the exit status 1: error, warning, info or never.
# fail-on: warning

# List the references that leave these files, instead of counting them.
# show-external: true

# The namespace of Kubernetes objects that name none.
# namespace: default

# The Kubernetes that the manifests are for.
# kubernetes: "1.31"

# The nginx that reads the configuration: oss, plus, openresty, tengine, angie or freenginx.
# nginx-version: "1.28.0"
# flavour: oss

# What images and commands of your own serve.
# images:
#   - image: registry.example/shop/api
#     serves: [{port: 3000, protocol: http}]
#     source: shop/api/Dockerfile
# servers:
#   - server: shopd
#     command: [[shopd]]
#     port: 7000
#     source: shopd --help
"""


@click.command("init")
def command() -> None:
    """Look at the tree and write a commented configuration file."""
    from textwrap import wrap

    from upstreamlint.run.survey import survey
    from upstreamlint.settings.config import NAMES

    for name in NAMES:
        if os.path.lexists(name):
            raise UsageError(f"`{name}` is there already")
    seen = [
        line
        for sentence in survey(["."]).lines()
        for line in wrap(clean(sentence), 100, break_on_hyphens=False)
    ]
    try:
        with open(NAMES[0], "x", encoding="utf-8", newline="\n") as stream:
            stream.write("".join(f"# {line}\n" for line in seen) + "\n" + TEMPLATE)
    except OSError as error:
        raise UsageError(
            f"`{NAMES[0]}` cannot be written: {(error.strerror or str(error)).lower()}"
        ) from error
    click.echo("\n".join([*seen, f"wrote {NAMES[0]}"]), err=True)
