"""frp: the near end of its tunnels, which is `frpc`."""
