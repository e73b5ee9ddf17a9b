"""Charts as they are written: what their templates take of values and of each other, without rendering them."""
