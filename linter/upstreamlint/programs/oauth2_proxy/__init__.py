"""oauth2-proxy: signs users in, and sends them on to its upstreams."""
