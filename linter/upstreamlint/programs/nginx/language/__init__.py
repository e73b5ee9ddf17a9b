"""The language of nginx: words, directives, includes, variables, and what `nginx -t` rejects."""
