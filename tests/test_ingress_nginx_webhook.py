"""What the webhook of ingress-nginx says of annotations and paths, recorded, and held against what the linter says of them.

`tools/truth/ingress_nginx.py` makes the record, with the settings that the controller comes with.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / "tools" / "truth"
pytestmark = pytest.mark.skipif(not TOOLS.is_dir(), reason="what was asked is not here")
if TOOLS.is_dir():
    sys.path.insert(0, str(TOOLS))
    import ingress_nginx


def test_annotations_and_paths_are_judged_as_the_webhook_does():
    cases, letters = list(ingress_nginx.cases()), ingress_nginx.record()
    assert len(cases) == len(letters)
    assert letters.count("r") > 1_000
    wrong = [
        case
        for case, letter in zip(cases, letters, strict=True)
        if ingress_nginx.mine(case) != (letter == "r")
    ]
    assert wrong == []
