"""Commands that make evidence, check it, and copy it elsewhere."""
