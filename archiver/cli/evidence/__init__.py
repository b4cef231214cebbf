"""Commands that make evidence, check it, copy it elsewhere, and erase what was saved."""
