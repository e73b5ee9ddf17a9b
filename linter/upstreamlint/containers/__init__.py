"""Where processes run, and what is known of them without looking into them."""
