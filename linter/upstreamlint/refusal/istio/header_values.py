"""Values of headers with Envoy's `%VARIABLE(arguments)%`, as istiod reads them (`header_value_validator.go`)."""

from __future__ import annotations

_WRONG = "invalid header configuration. "
_LITERAL, _NAME, _FIRST, _COMMA, _QUOTE, _STRING, _CLOSE, _END = range(8)
_STEPS: dict[int, tuple[dict[str, int], int | str]] = {
    _NAME: ({"%": _LITERAL, "(": _FIRST}, _NAME),
    _FIRST: ({"[": _QUOTE, " ": _FIRST}, _STRING),
    _COMMA: ({",": _QUOTE, "]": _CLOSE, " ": _COMMA}, "Expecting ',', ']', or whitespace"),
    _QUOTE: ({'"': _STRING, " ": _QUOTE}, "Expecting '\"'"),
    _STRING: ({")": _END, '"': _COMMA}, _STRING),
    _CLOSE: (
        {")": _END, " ": _CLOSE},
        "Expecting ')' or whitespace after '{}', but found '{}'",
    ),
    _END: ({"%": _LITERAL, " ": _END}, "Expecting '%' or whitespace after"),
}
"""By what is expected within a variable: what is after a letter, and after any other one, or what is said of it."""


def problem(text: str) -> str | None:
    """What istiod says of a value; nothing if it is fine."""
    state, at = _LITERAL, 0
    while at < len(text):
        letter, after = text[at], text[at + 1 : at + 2]
        if state == _LITERAL:
            if letter == "%":
                if not after:
                    return f"{_WRONG}Un-escaped %"
                state, at = (state, at + 1) if after == "%" else (_NAME, at)
        elif state == _STRING and letter == "\\":
            if not after:
                return f"{_WRONG}Un-terminated backslash in JSON string"
            at += 1
        else:
            steps, otherwise = _STEPS[state]
            found = steps.get(letter, otherwise)
            if isinstance(found, str):
                return f"{_WRONG}{found}"
            state = found
        at += 1
    return None if state == _LITERAL else f"{_WRONG}Un-terminated variable expression '{text}'"
