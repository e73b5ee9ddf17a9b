"""Docker Compose projects: several files in, one tree with the place of every value out."""

from upstreamlint.documents import INTERPOLATED, UNKNOWN
from upstreamlint.readers.compose.discover import Candidate, discover
from upstreamlint.readers.compose.faults import LoadFault
from upstreamlint.readers.compose.load import Loaded, load
from upstreamlint.readers.compose.tree import is_unknown

__all__ = ["INTERPOLATED", "UNKNOWN", "Candidate", "LoadFault", "Loaded", "discover", "is_unknown", "load"]
