"""What the real servers say of changed objects, recorded, and held against what the linter says of them.

`tools/truth/admit.py` makes the record: every object is accepted, and is changed at one place in one way. Nothing may be
said of a change that the servers accept.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / "tools" / "truth"
pytestmark = pytest.mark.skipif(not TOOLS.is_dir(), reason="the generator of changes is not here")
if TOOLS.is_dir():
    sys.path.insert(0, str(TOOLS))
    import admit

    THINGS = list(enumerate(admit.objects()))
    RECORD = admit.record()


def names(case):
    return f"{case[1]['kind']}-{case[1]['metadata']['name']}"


@pytest.mark.parametrize("case", THINGS, ids=names)
def test_changes_are_judged_as_the_servers_do(case):
    number, thing = case
    row = RECORD["objects"][number]
    texts = list(admit.sample(number, thing))
    assert len(texts) == len(row["verdicts"])
    words = iter(row["words"])
    for text, letter in zip(texts, row["verdicts"], strict=True):
        mine = admit.told(text)
        match letter:
            case "a":
                assert mine is None or (mine.refused, mine.dropped) == ((), False), text
            case "d":
                assert mine is not None, text
                assert mine.refused or mine.dropped, text
            case "r":
                assert mine is not None, text
                assert mine.refused, text
                said = next(words)
                if said >= 0:
                    assert RECORD["said"][said] in {admit.bare(s) for _, s in mine.refused}, text


def test_record_holds_all_that_is_told():
    letters = "".join(row["verdicts"] for row in RECORD["objects"])
    assert len(THINGS) == len(RECORD["objects"])
    assert letters.count("r") > 3_000
    assert letters.count("o") < 0.03 * len(letters)
