"""Caddy: its Caddyfile and its JSON configuration as sites, routes and proxies."""
