"""What a file that leaves says beside its content: who made it, where, with what; read, and removed from a copy."""
