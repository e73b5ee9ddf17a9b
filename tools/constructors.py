"""The constructors of types with a usual number of fields, written out; `tools/docs.py` writes them down.

Python takes longer to read the text of one than a short run takes to make all that it makes with it.
"""

from __future__ import annotations

from upstreamlint.values import holding, setting

HEAD = '''"""What makes the constructors of types with so many fields (see `values`); written by `tools/docs.py`."""

# mypy: ignore-errors

'''
FIELDS = 33
"""No type of usual runs has so many."""
ITEMS = 10
"""The same of tuples."""


def written() -> str:
    """The text of the module."""
    return HEAD + "".join((*map(setting, range(1, FIELDS)), *map(holding, range(1, ITEMS))))
