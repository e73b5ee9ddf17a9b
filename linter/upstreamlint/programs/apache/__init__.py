"""Apache httpd: its configuration as listeners, virtual hosts, and what they pass on."""
