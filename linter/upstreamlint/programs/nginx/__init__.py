"""nginx: its language, what it dials and listens on, and where its configuration comes from."""
