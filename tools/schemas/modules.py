"""Go modules: their folders, downloaded if need be."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path


def module(name: str) -> Path:
    """The folder of a Go module, from `MODULES` where that has it."""
    unpacked = Path(os.environ.get("MODULES", "/nowhere")) / name
    if unpacked.is_dir():
        return unpacked
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run(
            ["go", "mod", "download", "-json", name],
            check=True,
            capture_output=True,
            text=True,
            cwd=empty,
        )
    return Path(json.loads(done.stdout)["Dir"])
