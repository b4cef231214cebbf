"""A consistent copy of an archive elsewhere, and back."""
