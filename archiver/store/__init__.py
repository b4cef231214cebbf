"""The only place that knows SQL and where bytes lie."""
