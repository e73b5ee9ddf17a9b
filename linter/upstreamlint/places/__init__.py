"""Where a program runs, as the network sees it: which names it can resolve, and who answers to them."""
