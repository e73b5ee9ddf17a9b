"""The registry of services, and what DestinationRules and Sidecars make of its hosts."""
