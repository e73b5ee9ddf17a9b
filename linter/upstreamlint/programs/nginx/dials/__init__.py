"""What an nginx dials: targets and pools, the names that it sends, and its checks of health."""
