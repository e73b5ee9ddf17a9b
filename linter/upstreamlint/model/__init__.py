"""Typed resources: what documents say, before anything is joined. One module or package a technology."""
