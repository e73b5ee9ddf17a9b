"""Rules about proxies that forward what they take: Caddy, HAProxy and the like."""
