"""What a container of nginx writes before it starts: the templates of the official image, and `envsubst` by hand.

Basis: `20-envsubst-on-templates.sh` of the official image, which has only names replaced that are defined; GNU gettext's
`envsubst`, which without a list replaces every name, and puts nothing in place of those that are not defined.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from upstreamlint import patterns
from upstreamlint.containers.shell import MAX_TEXT
from upstreamlint.containers.tree import Tree
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.programs.nginx.language.known_variables import is_built_in
from upstreamlint.readers.fragment import PLACEHOLDER, Fragment, edited
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, frozen, replace

_ENVSUBST = patterns.compile(
    r"\benvsubst\s*+('[^']{0,2000}'|\"(?:[^\"\\]|\\.){0,2000}\"|\\?\$\S++)?\s*+<\s*+\"?([^\s\"'>]++)\"?\s*+>\s*+\"?([^\s\"';&|]+)"
)
_WRITES = patterns.compile(
    r"envsubst|\bsed\b|\bcp\b|\bmv\b|\bln\b|\btee\b|confd|gomplate|dockerize|[^2&>-]>\s{0,9}[^&\s/]{0,99}/?etc|>\s{0,9}/etc|\.sh\b|\.py\b"
)
_SHELL = patterns.compile(r"#!\s*(?:/usr)?/bin/(?:env\s+)?(?:ba|da|a|z|k)?sh\b")
_COMMENT = patterns.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_DEFINED = patterns.compile(r"\$\(|`")
"""A list that a command prints is that of the defined names: nobody prints another one."""
_ENTRY_SCRIPTS = "/docker-entrypoint.d"
_OF_IMAGES = frozenset(
    {"HOME", "HOSTNAME", "NGINX_VERSION", "NJS_RELEASE", "NJS_VERSION", "PATH", "PKG_RELEASE", "PWD", "SHLVL"}
)
"""Variables that the image or the shell sets."""


class Emptied(NamedTuple):
    """A variable of nginx itself that `envsubst` replaces by nothing, and where it is written."""

    name: str
    anchor: Anchor


@frozen
class Variables:
    """The variables of a container; unless `whole`, it may have others than these."""

    all: Mapping[str, Scalar]
    whole: bool

    def value(self, name: str) -> str | None:
        """What a variable holds, nothing where that is not known."""
        held = self.all.get(name)
        return held.value if held is not None and held.tag != UNKNOWN else None

    def text(self, name: str, default: str) -> str:
        """What a variable holds, or a default."""
        return self.value(name) or default

    def lacks(self, name: str) -> bool:
        """Whether there is no variable of a name: no one gives a container a variable called as nginx's own are."""
        if name in self.all or name in _OF_IMAGES:
            return False
        return self.whole or (name.islower() and is_built_in(name))


@frozen
class Written:
    """Texts by the paths that they are written to, each with the names in it that may have been replaced by anything.

    `known` says that nothing else is written, `certain` that one of two branches is known to be taken.
    """

    texts: Mapping[str, Fragment]
    open: frozenset[str] = frozenset()
    emptied: tuple[Emptied, ...] = ()
    known: bool = True
    certain: bool = True

    def plus(self, other: Written) -> Written:
        """This, and then the other."""
        return Written(
            {**self.texts, **other.texts},
            self.open | other.open,
            (*self.emptied, *other.emptied),
            self.known and other.known,
            self.certain and other.certain,
        )


def rendered(tree: Tree, variables: Variables) -> Written:
    """What the entry point of the official image makes of templates: `envsubst` into `conf.d`."""
    folder = variables.text("NGINX_ENVSUBST_TEMPLATE_DIR", "/etc/nginx/templates").rstrip("/")
    suffix = variables.text("NGINX_ENVSUBST_TEMPLATE_SUFFIX", ".template")
    output = variables.text("NGINX_ENVSUBST_OUTPUT_DIR", "/etc/nginx/conf.d").rstrip("/")
    chosen = _Chosen(prefix=_PREFIX.fullmatch(variables.text("NGINX_ENVSUBST_FILTER", "")), defined=True)
    made = Written({}, known=not tree.unknown(f"{folder}/*{suffix}"))
    for path, text in tree.walk(folder, (suffix,)):
        name = output + path[len(folder) :].removesuffix(suffix)
        made = made.plus(_filled(name, text, variables, chosen))
    return made


_PREFIX = patterns.compile(r"\^?(\w*)")
"""Filters that are looked into; of others nobody knows which names they take."""


def followed(tree: Tree, command: str, folder: str, variables: Variables, *, official: bool) -> Written:
    """What the `envsubst` calls of a start command make, and of the scripts that it runs, as far as those are known.

    `official` says that the entry point of the official image runs first, with the scripts in its folder.
    """
    texts = [command.replace("$$", "$")]
    if official:
        texts += [text.text for _, text in tree.walk(_ENTRY_SCRIPTS, (".sh",))]
    made = Written({})
    for text in _with_scripts(tree, texts, folder):
        for match in _ENVSUBST.finditer(text):
            source = (Tree((), None).plus(made.texts).read(match[2])) or tree.read(
                posixpath.join(folder, match[2])
            )
            if source is None:
                return replace(made, known=False)
            if match[3] in made.texts:
                made = replace(made, certain=False)
            else:
                made = made.plus(_filled(match[3], source, variables, _chosen(match[1], variables)))
        if _WRITES.search(_ENVSUBST.sub(" ", text)):
            made = replace(made, known=False)
    return made


def _with_scripts(tree: Tree, texts: list[str], folder: str) -> Iterator[str]:
    """Command lines without the scripts that they run, and what is in those."""
    seen: set[str] = set()
    todo = list(texts)
    while todo:
        text = _COMMENT.sub("", todo.pop(0))
        kept = []
        for word in text.split(" "):
            path = posixpath.join(folder, word.strip("\"'\n;"))
            script = tree.read(path) if "/" in word or word.endswith(".sh") else None
            if script is None or not _is_script(path, script):
                kept.append(word)
            elif path not in seen:
                seen.add(path)
                todo.append(script.text)
        yield " ".join(kept)


def _is_script(path: str, text: Fragment) -> bool:
    return len(text.text) <= MAX_TEXT and (path.endswith(".sh") or _SHELL.match(text.text) is not None)


@frozen
class _Chosen:
    """The names that an `envsubst` replaces.

    Those in `names`, all without; `defined` leaves those that are not defined as they are. `prefix` is that of the only
    ones, and missing where nobody knows it.
    """

    names: frozenset[str] | None = None
    prefix: re.Match[str] | None = _PREFIX.fullmatch("")
    defined: bool = False

    def takes(self, name: str) -> bool:
        """Whether a name is replaced, or may be."""
        if self.names is not None:
            return name in self.names
        return self.prefix is None or name.startswith(self.prefix[1])


def _chosen(listed: str | None, variables: Variables) -> _Chosen:
    """What a list on the command line chooses. In double quotes, the shell puts values in its place first."""
    if listed is None:
        return _Chosen()
    if _DEFINED.search(listed):
        return _Chosen(defined=True)
    if listed[0] != "'":
        listed = _PLAIN.sub(lambda m: variables.value(m[1] or m[2]) or "", listed)
    return _Chosen(frozenset(m[1] or m[2] for m in PLACEHOLDER.finditer(listed)))


_PLAIN = patterns.compile(r"(?<!\\)\$(?:\{(\w+)\}|(\w+))", re.ASCII)


def _filled(path: str, text: Fragment, variables: Variables, chosen: _Chosen) -> Written:
    """A text after `envsubst`. Every position inside a value is that of its placeholder."""
    values: list[tuple[int, int, str]] = []
    left: set[str] = set()
    emptied: list[Emptied] = []
    for match in PLACEHOLDER.finditer(text.text):
        name = match[1] or match[2]
        value = variables.value(name) if chosen.takes(name) else None
        if value is not None and chosen.prefix is not None:
            values.append((match.start(), match.end(), value))
        elif not chosen.takes(name) or (chosen.defined and variables.lacks(name)):
            continue
        elif variables.lacks(name):
            values.append((match.start(), match.end(), ""))
            if is_built_in(name):
                emptied.append(Emptied(name, text.place(match.start(), match.end())))
        else:
            left.add(name)
    return Written({path: edited(text, values)}, frozenset(left), tuple(emptied))
