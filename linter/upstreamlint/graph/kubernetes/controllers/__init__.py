"""Controllers in the files: their pods, what they are told, where they look, and what they make."""
