"""Readers: text in, plain data with positions out. One module a language; none of them does I/O."""
