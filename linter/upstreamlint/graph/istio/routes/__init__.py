"""Routes of VirtualServices: which of them take requests, and how their destinations are found."""
