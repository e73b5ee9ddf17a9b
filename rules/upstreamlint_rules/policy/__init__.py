"""Rules about network and traffic policies."""
