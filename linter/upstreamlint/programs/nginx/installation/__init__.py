"""Where an nginx runs: the layouts of images, what a container writes before it starts, and the file that it reads."""
