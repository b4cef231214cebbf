"""困ったとき, and pages for an archive that cannot be used as it is."""
