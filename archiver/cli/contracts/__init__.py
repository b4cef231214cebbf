"""Commands about contracts: what was agreed, delivered and attached, and who is who."""
