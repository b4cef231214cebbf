"""Commands that save: sync, rescue, recover, daemon."""
