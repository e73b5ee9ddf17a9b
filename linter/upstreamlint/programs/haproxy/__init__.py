"""HAProxy: its configuration as frontends, backends, servers and health checks."""
