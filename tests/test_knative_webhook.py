"""What the webhook of Knative Serving says of changed objects, recorded, and held against what the linter says of them.

`tools/truth/knative.py` makes the record. Nothing may be said in the webhook's name of a change that it accepts.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / "tools" / "truth"
pytestmark = pytest.mark.skipif(not TOOLS.is_dir(), reason="the generator of changes is not here")
if TOOLS.is_dir():
    sys.path.insert(0, str(TOOLS))
    import knative

    THINGS = list(enumerate(knative.objects()))
    RECORD = knative.record()


@pytest.mark.parametrize("case", THINGS, ids=lambda case: f"{case[1]['kind']}-{case[1]['metadata']['name']}")
def test_changes_are_judged_as_the_webhook_does(case):
    number, thing = case
    texts, row = list(knative.texts(thing)), RECORD["objects"][number]
    assert len(texts) == len(row)
    assert row[0] == knative.ACCEPTED
    for text, said in zip(texts, row, strict=True):
        mine = knative.told(text)
        if said == knative.ACCEPTED:
            assert mine <= {"*"}, text
        elif said >= 0:
            assert RECORD["said"][said] in mine, text


def test_most_of_what_is_refused_is_told():
    judged = [said for row in RECORD["objects"] for said in row if said >= 0 or said == knative.MISSED]
    assert sum(said >= 0 for said in judged) > max(600, 0.8 * len(judged))
