"""Routes of VirtualServers: paths, actions, splits and matches."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.refusal.at import At
from upstreamlint.refusal.refused import Refusal, invalid, required

_PATH = patterns.compile(r"/[^\s{};\\]*")
_UNPATHED = (
    "must start with / and must not include any whitespace character, `{`, `}` or `;` "
    r"(e.g. '/',  or '/path',  or '/path/subpath-123', regex used for validation is '/[^\s{};\\]*')"
)
_ACTIONS = ("pass", "redirect", "return", "proxy")
_CODES = (301, 302, 307, 308)
_ANSWERS = (2, 4, 5)
"""The first digits of codes that may be answered."""
_WHOLE = 100
_LEAST = 2


def redirecting(code: At) -> Iterator[Refusal]:
    """What is refused of the status of a redirect."""
    if code.number is not None and code.number not in _CODES:
        known = ", ".join(f"'{one}'" for one in _CODES)
        yield invalid(code, f"status code out of accepted range. accepted values are {known}")


def route(route: At, *, inner: bool) -> Iterator[Refusal]:
    """What is refused of a route; one of a VirtualServerRoute is `inner`."""
    path = route.get("path")
    yield from _path(path)
    action, splits, matches = route.get("action"), route.get("splits"), route.get("matches")
    if action.unsure or splits.unsure or matches.unsure:
        return
    if action.given:
        yield from _action(action, pattern=path.text.startswith("~"))
    if not splits.empty:
        yield from _splits(splits)
    for match in matches.parts():
        if match.given and not match.unsure:
            yield from _match(match)
    others = () if inner else ("route", "routeSelector")
    given = [at for at in (action, splits, *map(route.get, others)) if not (at.empty and at is not action)]
    given = [at for at in given if at.given]
    if len(given) != 1:
        said = "must specify exactly one of `action`, `splits`, `route` or `routeSelector`"
        if inner or not matches.empty:
            said = "must specify exactly one of `action` or `splits`"
        place = given[1].key if given else route.anchor
        yield Refusal(route.path, f'Invalid value: "": {said}', place, lack=not given)


def _path(path: At) -> Iterator[Refusal]:
    text = path.text
    if path.unsure or text.startswith("~"):
        return
    if path.empty:
        yield required(path)
        return
    if not text.startswith(("/", "=", "^~")):
        yield invalid(path, "must start with /, ~, = or ^~")
        return
    yield from _plain(path, text.removeprefix("^~").removeprefix("=").lstrip())


def _plain(path: At, text: str) -> Iterator[Refusal]:
    if text.startswith("//"):
        yield invalid(path, "protocol-relative URIs not allowed, must not start with '//'")
    elif ".." in text.replace("\\", "/").split("/"):
        yield invalid(path, "path traversal not allowed, path must not contain '..' segments")
    elif _PATH.fullmatch(text) is None:
        yield invalid(path, _UNPATHED)


def _action(action: At, *, pattern: bool = True) -> Iterator[Refusal]:
    """What is refused of an action; behind a `pattern`, a path that it asks for may be one."""
    given = [action.get(name) for name in _ACTIONS if action.get(name).given]
    given = [at for at in given if at.step != "pass" or not at.empty]
    if any(at.unsure for at in given):
        return
    if len(given) != 1:
        said = "action must specify exactly one of `pass`, `redirect`, `return` or `proxy`"
        yield required(action, said)
    elif given[0].step == "redirect":
        yield from _redirect(given[0])
    elif given[0].step == "return":
        yield from _answer(given[0])
    elif given[0].step == "proxy" and not pattern and given[0].get("rewritePath").text:
        rewritten = given[0].get("rewritePath")
        yield from _plain(rewritten, rewritten.text)


def _redirect(redirect: At) -> Iterator[Refusal]:
    url, code = redirect.get("url"), redirect.get("code")
    if url.empty:
        yield required(url, "must specify a url")
    elif url.text and "://" not in url.text:
        yield invalid(
            url, "must contain the protocol with '://', for example http://, https:// or ${scheme}://"
        )
    if code.number:
        yield from redirecting(code)


def _answer(answer: At) -> Iterator[Refusal]:
    body, code = answer.get("body"), answer.get("code")
    if body.empty:
        yield required(body)
    elif code.number and code.number // _WHOLE not in _ANSWERS:
        yield invalid(code, "must be a valid status code either 2XX, 4XX or 5XX, for example, 200 or 402.")


def _splits(splits: At) -> Iterator[Refusal]:
    parts = splits.parts()
    weights = [part.get("weight") for part in parts]
    if any(at.unsure for at in (*parts, *weights)):
        return
    if len(parts) < _LEAST:
        yield Refusal(splits.path, 'Invalid value: "": must include at least 2 splits', splits.key)
        return
    for part, weight in zip(parts, weights, strict=True):
        if weight.number is not None and not 0 <= weight.number <= _WHOLE:
            yield invalid(weight, "must be between 0 and 100, inclusive")
        if not part.get("action").given:
            yield required(part.get("action"))
        elif not part.get("action").unsure:
            yield from _action(part.get("action"))
    if sum(weight.number or 0 for weight in weights) != _WHOLE:
        said = 'Invalid value: "": the sum of the weights of all splits must be equal to 100'
        yield Refusal(splits.path, said, splits.key)


def _match(match: At) -> Iterator[Refusal]:
    conditions, action, splits = match.get("conditions"), match.get("action"), match.get("splits")
    if conditions.empty:
        yield required(conditions, "must specify at least one condition")
    for condition in conditions.parts():
        given = [f for f in ("header", "cookie", "argument", "variable") if not condition.get(f).empty]
        if len(given) != 1 and not condition.unsure:
            said = "must specify exactly one of: `header`, `cookie`, `argument` or `variable`"
            yield Refusal(condition.path, f'Invalid value: "": {said}', condition.anchor)
    if action.given and not action.unsure:
        yield from _action(action)
    if not splits.empty:
        yield from _splits(splits)
    if action.given == (not splits.empty):
        said = "must specify exactly one of `action` or `splits`"
        yield Refusal(match.path, f'Invalid value: "": {said}', match.anchor, lack=not action.given)
