"""TLS in a mesh: what clients speak, what workloads demand, and the certificates of gateways."""
