"""Who may call whom: policies of authorization, the tokens and providers that they ask for, and ztunnel."""
