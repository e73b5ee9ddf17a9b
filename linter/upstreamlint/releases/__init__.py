"""What is put onto a cluster as one: where it is stated, and which chart or kustomization of the tree it means."""
