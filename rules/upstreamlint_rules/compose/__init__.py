"""Rules about Docker Compose."""
