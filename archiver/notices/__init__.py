"""Who is told what, and when: notices on the desktop, by mail or messenger."""
