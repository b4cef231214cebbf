"""How things stand: what is observed of the archive and this computer, and what that means."""
