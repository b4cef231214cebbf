"""Commands that set things up, and the first run that asks its way through them."""
