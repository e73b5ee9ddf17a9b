"""Rules about tunnel connectors and identity-aware proxies."""
