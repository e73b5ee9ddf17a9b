"""Images of pods that Dockerfiles among the files make, as far as names tell: what the pods' manifests do not show, those do."""
