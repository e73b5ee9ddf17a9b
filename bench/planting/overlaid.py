"""Labels that kustomizations put over what is written: what selects by one of them is right whatever stands there."""

from __future__ import annotations

import posixpath

from planting.sites import Project, Site, each, text_of
from upstreamlint.documents import Mapping

_SELECTING = ("selector", "policy peer")
_KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml"})


class Overlaid:
    """The keys of labels by the files and folders that a kustomization puts them over."""

    def __init__(self, project: Project) -> None:
        self._keys: dict[str, set[str]] = {}
        self._texts = project.files
        for path, root in project.documents:
            if posixpath.basename(path) in _KUSTOMIZATIONS:
                folder = posixpath.dirname(path)
                for entry in each(root, "resources"):
                    taken = posixpath.normpath(posixpath.join(folder, text_of(entry)))
                    self._keys.setdefault(taken, set()).update(_keys(root))

    def hides(self, site: Site) -> bool:
        """Whether a selector is written anew, so that a fault in it is none."""
        if not site.kind.endswith(_SELECTING):
            return False
        text = self._texts[site.path].text
        line = text[text.rfind("\n", 0, site.start) + 1 : site.start]
        key = line.strip(" -{\"'").partition(":")[0].strip("\"'")
        return any(
            key in keys and (site.path == taken or site.path.startswith(f"{taken}/"))
            for taken, keys in self._keys.items()
        )


def _keys(root: Mapping) -> set[str]:
    common = root.get("commonLabels")
    found = {e.key.value for e in common} if isinstance(common, Mapping) else set()
    for item in each(root, "labels"):
        pairs = item.get("pairs") if isinstance(item, Mapping) else None
        if isinstance(item, Mapping) and isinstance(pairs, Mapping):
            found |= {e.key.value for e in pairs if text_of(item.get("includeSelectors")) == "true"}
    return found
