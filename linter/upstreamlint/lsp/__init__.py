"""The language server: what an editor asks about the wiring, answered from the texts that it holds."""
