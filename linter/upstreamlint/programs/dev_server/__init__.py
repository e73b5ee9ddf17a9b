"""The development servers of front ends, which pass on what they do not serve themselves."""
