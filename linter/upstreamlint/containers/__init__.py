"""Where processes run, one type for a Compose service and a container of a pod, and what is known of images."""
