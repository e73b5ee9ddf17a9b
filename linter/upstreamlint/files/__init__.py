"""Which files a run may read, which it looks at, and how they are opened."""
