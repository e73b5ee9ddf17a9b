"""The time zones that Go knows, and with it the API server: those of the archive that `time/tzdata` embeds."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path


def zones() -> tuple[str, dict[str, list[str]]]:
    """The version of Go, and by region the names in it; those without one stand under nothing."""
    asked = subprocess.run(["go", "env", "GOVERSION", "GOROOT"], check=True, capture_output=True, text=True)
    version, root = asked.stdout.split()
    found: dict[str, list[str]] = {}
    with zipfile.ZipFile(Path(root) / "lib" / "time" / "zoneinfo.zip") as archive:
        for name in sorted(entry.filename for entry in archive.infolist() if not entry.is_dir()):
            region, _, place = name.rpartition("/")
            found.setdefault(region, []).append(place)
    return version, found
