"""Whether a program is in a container: by the table of images, and by what a Dockerfile and mounts put there."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from functools import cache

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.containers.data import Tools
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.readers.dockerfile_lines import Instruction
    from upstreamlint.readers.dockerfile_stage import Stage

_FOLDERS = ("/bin", "/usr/bin")
_SHELLS = frozenset({"sh", "ash", "dash", "bash"})
_HIDDEN = ("/", "/bin", "/sbin", "/usr", "/usr/bin", "/usr/local", "/usr/local/bin", "/nix")
"""Folders that hold programs, and those that these lie in."""

_HARMLESS = patterns.compile(
    r"\b(?:chmod|chown|ls|cat|mv|cp|rm|ln|sed|dos2unix|mkdir|touch|echo|printf|test)\b[^;&|\n]*"
)
"""Commands that name a script without running it."""
_SCRIPT = patterns.compile(
    r"\.sh\b|(?:^|[\s&;|])\.{0,2}/\S{0,200}(?:install|setup|provision|build)|ansible|puppet|\bmake\s+install"
    r"|\|\s*(?:/bin/)?(?:ba|a)?sh\b"
)
_PROGRAMS = patterns.compile(
    r"--from=\S{1,80}(?:\s+--\S{1,80}){0,4}\s+/(?:(?:usr/)?(?:local/)?(?:s?bin/?)?|usr/?)\*?(?=\s|$)"
)
_TREE = patterns.compile(r"--from=|\.t(?:ar|gz|xz)\b|\.(?:apk|deb|rpm)\b|root|overlay")
"""A tree or an archive that is copied."""
_WHERE_PROGRAMS_LIE = patterns.compile(r"[\s\"]/(?:usr/?|(?:usr/)?(?:local/)?s?bin/?)?\Z")

_AFTER_TARGET = '"] \t\r\n'
_COMMAND_END = patterns.compile(r"[;&|]")
_FILLED_IN = patterns.compile(r"\$(?!\{?PHPIZE_DEPS)|<|`")

_WITHOUT_BASH = frozenset(
    {"apk-tools", "binutils", "build-base", "busybox", "busybox-extras", "bzip2", "ca-certificates", "cmake", "coreutils"}
    | {"curl", "dumb-init", "file", "findutils", "freetype", "freetype-dev", "g++", "gcc", "gcompat", "gettext", "git", "gmp"}
    | {"gmp-dev", "grep", "gzip", "icu-data-full", "icu-dev", "icu-libs", "iproute2", "iputils", "jpeg-dev", "jq", "krb5-libs"}
    | {"libc-dev", "libc6-compat", "libffi", "libffi-dev", "libgcc", "libintl", "libjpeg-turbo", "libjpeg-turbo-dev", "libpng"}
    | {"libpng-dev", "libpq", "libpq-dev", "libressl-dev", "libssl1.1", "libssl3", "libstdc++", "libwebp", "libxml2"}
    | {"libxml2-dev", "libxslt", "libxslt-dev", "libzip", "libzip-dev", "linux-headers", "make", "mariadb-client"}
    | {"mariadb-connector-c", "mariadb-connector-c-dev", "mariadb-dev", "musl-dev", "mysql-client", "netcat-openbsd", "nginx"}
    | {"nodejs", "npm", "oniguruma-dev", "openssh-client", "openssl", "openssl-dev", "patch", "pcre-dev", "pkgconf"}
    | {"pkgconfig", "postgresql-client", "postgresql-dev", "postgresql-libs", "procps", "py3-pip", "python2", "python3"}
    | {"python3-dev", "rsync", "sed", "shadow", "sqlite", "sqlite-dev", "sqlite-libs", "su-exec", "supervisor", "tar", "tini"}
    | {"tzdata", "unzip", "wget", "xz", "yaml-dev", "yarn", "zip", "zlib", "zlib-dev"}
)  # fmt: skip
"""Packages of Alpine that neither are bash nor ask for it, nor does what they ask for (aports: `depends`)."""


def lacks(container: Container, program: str) -> bool:
    """Whether a container is known not to have a program, by its name or path."""
    folder, name = posixpath.split(program)
    facts = container.image_facts
    if facts is None or container.incomplete or (folder and folder not in _FOLDERS):
        return False
    if not (
        _is_missing(facts.tools, name) or any(fnmatchcase(name, glob) for glob in facts.lacks)
    ) or _is_mounted(container, name, bare=not folder):
        return False
    stage = container.stage
    return stage is None or not _may_bring(stage, name)


def _is_missing(tools: Tools, name: str) -> bool:
    """Whether an image is known to come without a tool."""
    if name == "bash" and tools.bash is not None:
        return not tools.bash
    known = (
        tools.shell if name in _SHELLS else {"curl": tools.curl, "wget": tools.wget, "nc": tools.nc}.get(name)
    )
    return known is False


def _is_mounted(container: Container, name: str, *, bare: bool) -> bool:
    """Whether something is mounted that may hold a program: at it, or at a folder that is searched."""
    targets = [layer.target for layer in container.files.layers if layer.hides]
    searched = container.environment.get("PATH") if bare else None
    path = searched.value if searched is not None else ""
    return any(t in _HIDDEN or posixpath.basename(t) == name or (len(t) > 1 and t in path) for t in targets)


def _may_bring(stage: Stage, program: str) -> bool:
    """Whether the instructions of a stage may put a program into it: by name, with a tree, or by a script that they run."""
    if any(p.value == program for p in stage.packages):
        return True
    if program == "bash" and any(p.value not in _WITHOUT_BASH for p in stage.packages):
        return True
    return any(_brings(i, program) for i in stage.changes)


def _brings(change: Instruction, program: str) -> bool:
    text = change.text if change.heredoc is None else f"{change.text}\n{change.heredoc.value}"
    if _named(program).search(text) or _PROGRAMS.search(text):
        return True
    if change.name != "RUN":
        target = _WHERE_PROGRAMS_LIE.search(text.rstrip(_AFTER_TARGET))
        return program in _SHELLS and target is not None and _TREE.search(text, 0, target.start()) is not None
    unread = program == "bash" and any(map(_is_unread, _COMMAND_END.split(text)))
    return unread or _SCRIPT.search(_HARMLESS.sub("", text)) is not None


def _is_unread(command: str) -> bool:
    """Whether a variable or a file names the packages of Alpine that a command adds."""
    words = command.split()
    if "apk" not in words:
        return False
    packages = words[words.index("apk") :]
    added = packages[packages.index("add") :] if "add" in packages else []
    return "xargs" in words or any(map(_FILLED_IN.search, added))


@cache
def _named(program: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){re.escape(program)}\b")
