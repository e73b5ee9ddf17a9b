"""What single directives of nginx answer, whoever asks: `return`, access rules, passwords, `error_page`; and where files are."""

from __future__ import annotations

from upstreamlint.facets.reply import Reply
from upstreamlint.numerals import decimal
from upstreamlint.programs.nginx.config import Location
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.programs.nginx.upstream import Scopes, named, setting

_PLAIN = frozenset({"$scheme = http", "$scheme != https", "$https =", "$https != on", "$https !=on"})
_SECURE = frozenset({"$scheme = https", "$scheme != http", "$https = on", "$https !="})
"""Conditions that hold for what comes without TLS, and for what comes over it."""


def returned(directives: tuple[Directive, ...], scheme: str = "") -> Reply | None:
    """The first `return` that nothing before it can step in front of; `scheme` is what the request came over, if that is known."""
    for directive in directives:
        name = directive.name.value
        if name == "if" and (holds := _holds(directive, scheme)) is not None:
            if not holds:
                continue
            return returned(directive.block or (), scheme)
        if name == "rewrite" and (moved := _moved(directive)) is not None:
            return moved
        if name in ("if", "rewrite") or "_by_lua" in name or name.startswith("js_"):
            return None
        if name == "return" and directive.args:
            status = decimal(directive.args[0].value)
            text = " ".join(["return", *(a.value for a in directive.args)])
            return Reply(
                status=302 if status is None else status,
                anchor=directive.head,
                text=f"`{text[:80]}`",
                location=directive.args[-1].value,
            )
    return None


def _holds(directive: Directive, scheme: str) -> bool | None:
    """Whether the condition of an `if` on the scheme holds; nothing where it is on something else, or the scheme is not known."""
    if not scheme:
        return None
    text = " ".join(a.value for a in directive.args).strip("() ")
    text = " ".join(text.replace('"', "").replace("'", "").split())
    if text in _PLAIN:
        return scheme == "http"
    return scheme == "https" if text in _SECURE else None


_STATUSES = {"permanent": 301, "redirect": 302, "": 302}


def _moved(directive: Directive) -> Reply | None:
    """A `rewrite` of everything to another address."""
    words = [a.value for a in directive.args]
    if len(words) < len(_REWRITE) or words[0] not in _ALL or "://" not in words[1]:
        return None
    status = _STATUSES.get("".join(words[len(_REWRITE) :]))
    text = f"`rewrite {' '.join(words)}`"
    return Reply(status=status, anchor=directive.head, text=text[:90], location=words[1]) if status else None


_REWRITE = ("regex", "replacement")
_ALL = frozenset({"^", "^(.*)$", "^(.*)", "^/(.*)$", "(.*)", ".*"})


def refused(scopes: Scopes) -> Reply | None:
    """What access rules and passwords refuse for everybody."""
    rules = next((r for s in scopes if (r := s.all("allow", "deny"))), [])
    if rules and all(d.name.value == "deny" for d in rules) and rules[0].args[0].value == "all":
        return Reply(status=403, anchor=rules[0].head, text="nobody may ask this")
    word = setting(scopes, "auth_basic")
    if word is not None and word.args and word.args[0].value != "off" and "$" not in word.args[0].value:
        return Reply(status=401, anchor=word.head, text="a password is asked for here")
    return None


def replaced(scopes: Scopes, status: int) -> bool:
    """Whether an `error_page` gives a status another one, or hands it to somebody else."""
    rules = next((r for s in scopes if (r := s.all("error_page"))), [])
    for rule in rules:
        words = [a.value for a in rule.args]
        if str(status) in words[:-1]:
            return any(w.startswith("=") for w in words) or words[-1].startswith("@") or "$" in words[-1]
    return False


def folder(scopes: Scopes, location: Location | None) -> tuple[str, int] | None:
    """The folder that files are looked for in, and how much of the path it stands for."""
    alias = next(iter(named(location.directives, "alias")), None) if location is not None else None
    if alias is not None and location is not None:
        prefix = location.path.value if location.path is not None and "~" not in location.modifier else None
        known = prefix is not None and alias.args and "$" not in alias.args[0].value
        return (alias.args[0].value.rstrip("/"), len(prefix or "")) if known else None
    root = setting(scopes, "root")
    path = root.args[0].value if root is not None and root.args else "/etc/nginx/html"
    return (path.rstrip("/"), 0) if path.startswith("/") and "$" not in path else None
