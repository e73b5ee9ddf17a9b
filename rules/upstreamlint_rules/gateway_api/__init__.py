"""Rules about Gateway API."""
