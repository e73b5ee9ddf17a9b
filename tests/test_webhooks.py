"""What the webhooks of controllers say of changed objects, recorded, and held against what the linter says of them.

`tools/truth/webhooks.py` makes the records. Nothing may be said in a webhook's name of a change that it accepts.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / "tools" / "truth"
pytestmark = pytest.mark.skipif(not TOOLS.is_dir(), reason="the generator of changes is not here")
CASES = []
if TOOLS.is_dir():
    sys.path.insert(0, str(TOOLS))
    import webhooks

    CASES = [(one, n, thing) for one in webhooks.WEBHOOKS for n, thing in enumerate(one.objects())]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0].name}-{c[2]['kind']}-{c[1]}")
def test_changes_are_judged_as_the_webhook_does(case):
    webhook, number, thing = case
    record = webhook.record()
    texts, row = list(webhooks.texts(thing)), record["objects"][number]
    assert len(texts) == len(row)
    assert row[0] == webhooks.ACCEPTED
    for text, said in zip(texts, row, strict=True):
        mine = webhook.told(text)
        if said == webhooks.ACCEPTED:
            assert mine <= {"*"}, text
        elif said >= 0:
            assert record["said"][said] in mine, text


@pytest.mark.parametrize(("name", "least"), [("knative", 600), ("cert_manager", 150), ("f5_nginx", 450)])
def test_most_of_what_is_refused_is_told(name, least):
    (webhook,) = (one for one in webhooks.WEBHOOKS if one.name == name)
    rows = webhook.record()["objects"]
    judged = [said for row in rows for said in row if said >= 0 or said == webhooks.MISSED]
    assert sum(said >= 0 for said in judged) > max(least, 0.8 * len(judged))
