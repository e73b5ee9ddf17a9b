"""PHP-FPM: runs PHP for the proxies that ask it, at a port or a socket."""
