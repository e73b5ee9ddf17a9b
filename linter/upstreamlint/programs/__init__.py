"""Programs that stand in front of others: one folder each, with all that this program alone knows."""
