"""Authelia: says whether requests may go on, for the proxies that ask it."""
