"""cloudflared: the near end of a Cloudflare tunnel."""
