"""Shell text cut into words and simple commands, each where it is written.

Two readers share the rules about quotes. `words` is what Compose makes of a `command` that is one string: no
shell, no variables, and nothing from the first `;`, `&`, `|`, `<` or `>` on (mattn/go-shellwords). `script` is
what a POSIX shell runs, as far as it can be told without running it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from upstreamlint import patterns
from upstreamlint.documents import INTERPOLATED, UNKNOWN, Scalar
from upstreamlint.readers.fragment import Fragment
from upstreamlint.values import NamedTuple, field, frozen

MAX_TEXT = 65_536
"""Longer scripts are programs of their own; they are not looked into."""
_VARIABLE = patterns.compile(r"\$(?:(\w+|[@*#?$!-])|\{(\w+)(?::?[-=]([^{}]*))?\})", re.ASCII)
_ASSIGNMENT = patterns.compile(r"[A-Za-z_]\w*=", re.ASCII)
_HEREDOC = patterns.compile(r"<<-?[ \t]*[\"'\\]?(\w+)[\"']?")
_REDIRECTION = patterns.compile(r"[0-9]*(?:&>>?|>>|>\||>&|<&|<<<|[<>])")
_OPERATOR = patterns.compile(r"&&|\|\||;;|[;&|()\n]")
_OPENS = frozenset({"if", "while", "until", "for", "case", "select"})
_CLOSES = frozenset({"fi", "done", "esac"})
_GOES_ON = frozenset({"then", "else", "elif", "do", "!", "{", "}", "time"})
_EXPORTS = frozenset({"export", "declare", "readonly", "typeset"})
_LISTS = frozenset({"for", "case", "select"})
"""Words after which no command stands, up to the end of the line."""


class _Token(NamedTuple):
    """A word, an operator, or (`redirects`) the start of a redirection."""

    text: str
    start: int
    end: int
    operator: bool = False
    redirects: bool = False
    tag: str = ""
    positional: bool = False
    quoted: bool = False


@frozen
class Simple:
    """One command of a script: its words, and the variables that are set for it.

    `certain` is false in branches, loops, functions and after `||`: it may not run. `background` says that the script
    goes on while it runs (`&`).
    """

    words: tuple[Scalar, ...]
    variables: Mapping[str, Scalar] = field(default_factory=dict)
    certain: bool = True
    background: bool = False


def words(text: Fragment) -> tuple[Scalar, ...]:
    """The words of a string that Compose starts."""
    found = []
    for token in _Lexer(text.text, None).tokens():
        if token.operator or token.redirects:
            break
        found.append(_scalar(text, token))
    return tuple(found)


def script(
    text: Fragment, variables: Mapping[str, Scalar], arguments: Sequence[Scalar] = ()
) -> Iterator[Simple]:
    """The commands of a script, in its order; `arguments` are what `$@` stands for."""
    if len(text.text) > MAX_TEXT:
        return
    known = dict(variables)
    unsure: set[str] = set()
    for tokens, certain, background in _groups(_Lexer(text.text, known)):
        found = _simple(text, tokens, arguments, certain=certain, background=background)
        if found.words and found.words[0].value in _EXPORTS:
            found = Simple((), dict(_assigned(found.words[1:])), certain)
        if found.words:
            yield found
        else:
            # What a branch or a function gives a variable, it may have when it is used.
            unsure.update(() if certain else found.variables.keys() - variables.keys())
            known.update(
                (name, value._replace(tag=UNKNOWN) if name in unsure else value)
                for name, value in found.variables.items()
                if certain or name in unsure
            )


def _groups(lexer: _Lexer) -> Iterator[tuple[list[_Token], bool, bool]]:
    """The words between operators, without those that only hold a script together; whether they run for certain, and beside what follows."""
    depth = functions = 0
    after = ""
    group: list[_Token] = []
    end = len(lexer.text)
    for token in chain(lexer.tokens(), (_Token("\n", end, end, operator=True),)):
        if not token.operator:
            group.append(token)
            continue
        if token.text == "(" and group:
            # `name() {`: what follows runs when it is called.
            functions += 1
            group = []
        elif token.text == ")" and depth:
            group = []
        words, group = group, []
        while words and not words[0].quoted and words[0].text in _OPENS | _CLOSES | _GOES_ON:
            word = words.pop(0).text
            depth += (word in _OPENS) - (word in _CLOSES and depth > 0)
            functions -= word == "}" and functions > 0
            words = [] if word in _LISTS else words
        if words:
            yield words, not depth and not functions and after != "||", token.text == "&"
        after = token.text


def _simple(
    text: Fragment, tokens: list[_Token], arguments: Sequence[Scalar], *, certain: bool, background: bool
) -> Simple:
    found: list[Scalar] = []
    variables: dict[str, Scalar] = {}
    skips = False
    for token in tokens:
        if skips or token.redirects:
            skips = token.redirects
        elif token.positional:
            found.extend(arguments)
        elif not found and _ASSIGNMENT.match(token.text):
            variables.update(_assigned([_scalar(text, token)]))
        elif token.tag == INTERPOLATED and not token.quoted and re.search(r"\s", token.text):
            found.extend(_scalar(text, token)._replace(value=one) for one in token.text.split())
        else:
            found.append(_scalar(text, token))
    return Simple(tuple(found), variables, certain, background)


def _assigned(pairs: Sequence[Scalar]) -> Iterator[tuple[str, Scalar]]:
    for pair in pairs:
        name, equals, value = pair.value.partition("=")
        if equals:
            yield name, pair._replace(value=value, start=min(pair.start + len(name) + 1, pair.end))


def _scalar(text: Fragment, token: _Token) -> Scalar:
    """A token as a value that stands where it is written, so that `part` finds places in it."""
    anchor = text.place(token.start, token.end)
    plain = text.text[token.start : token.end] == token.text
    return Scalar(token.text, plain, anchor.source, anchor.start, anchor.end, token.tag)


class _Lexer:
    """The state of one reading. `variables` is missing where no shell reads the text."""

    def __init__(self, text: str, variables: Mapping[str, Scalar] | None) -> None:
        self.text = text
        self.variables = variables
        self.at = 0
        self.tag = ""

    def tokens(self) -> Iterator[_Token]:
        text, shell = self.text, self.variables is not None
        blank = " \t\r" if shell else " \t\r\n"
        ends: list[str] = []
        while self.at < len(text):
            char = text[self.at]
            if char in blank:
                self.at += 1
            elif text.startswith("\\\n", self.at):
                self.at += 2
            elif shell and char == "#":
                end = text.find("\n", self.at)
                self.at = end if end >= 0 else len(text)
            elif shell and (heredoc := _HEREDOC.match(text, self.at)) and text[heredoc.start() + 2] != "<":
                ends.append(heredoc[1])
                self.at = heredoc.end()
            elif match := (redirection := _REDIRECTION.match(text, self.at)) or _OPERATOR.match(
                text, self.at
            ):
                start, self.at = self.at, match.end()
                if match[0] == "\n":
                    self._skip_documents(ends)
                yield _Token(match[0], start, match.end(), redirection is None, redirection is not None)
            else:
                yield self._word()

    def _skip_documents(self, ends: list[str]) -> None:
        """Go to the end of the here-documents of a line."""
        for name in ends:
            close = re.compile(rf"^[ \t]*{name}[ \t\r]*$", re.MULTILINE).search(self.text, self.at)
            self.at = close.end() if close else len(self.text)
        ends.clear()

    def _word(self) -> _Token:
        text, start, shell = self.text, self.at, self.variables is not None
        out: list[str] = []
        self.tag = ""
        quoted = False
        while self.at < len(text):
            char = text[self.at]
            if char in " \t\r\n;&|<>" or (shell and char in "()"):
                break
            if char == "'":
                end = text.find("'", self.at + 1)
                end = end if end >= 0 else len(text)
                out.append(text[self.at + 1 : end])
                self.at, quoted = end + 1, True
            elif char == '"':
                self.at += 1
                while self.at < len(text) and text[self.at] != '"':
                    out.append(self._char(escapes='$`"\\\n'))
                self.at, quoted = self.at + 1, True
            else:
                out.append(self._char(escapes=""))
        self.at = min(self.at, len(text))
        positional = shell and text[start : self.at] in ('"$@"', "$@", "$*", '"$*"', "${@}", '"${@}"')
        return _Token("".join(out), start, self.at, tag=self.tag, positional=positional, quoted=quoted)

    def _char(self, escapes: str) -> str:
        """The next character, or what a variable or an escape stands for; `escapes` are those of the quotes."""
        text, at = self.text, self.at
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            self.at += 2
            following = text[at + 1]
            if following == "\n":
                return ""
            return (
                following
                if not escapes or following in escapes or self.variables is None
                else char + following
            )
        if self.variables is not None and char == "`":
            end = text.find("`", at + 1)
            return self._unknown(end + 1 if end >= 0 else len(text))
        if self.variables is not None and text.startswith("$(", at):
            return self._unknown(_closing(text, at + 2))
        match = _VARIABLE.match(text, at) if self.variables is not None and char == "$" else None
        if match is None:
            self.at += 1
            return char
        return self._variable(match)

    def _variable(self, match: re.Match[str]) -> str:
        value = (self.variables or {}).get(match[1] or match[2])
        if value is not None and value.tag != UNKNOWN:
            text = value.value or match[3] or ""
        elif value is None and match[3] is not None and "$" not in match[3]:
            text = match[3]
        else:
            return self._unknown(match.end())
        self.at = match.end()
        self.tag = self.tag or INTERPOLATED
        return text

    def _unknown(self, end: int) -> str:
        start, self.at = self.at, end
        self.tag = UNKNOWN
        return self.text[start:end]


def _closing(text: str, at: int) -> int:
    """The offset after the `)` that closes what is open."""
    depth = 1
    while at < len(text) and depth:
        depth += (text[at] == "(") - (text[at] == ")")
        at += 1
    return at
