"""Rules about proxies that controllers run, and that objects configure."""
