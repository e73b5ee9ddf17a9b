"""Rules about what prevents an empty pool."""
