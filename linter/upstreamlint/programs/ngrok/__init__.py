"""ngrok: the near end of its tunnels."""
