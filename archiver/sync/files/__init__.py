"""Downloads attachments and avatars, and stores them by digest."""
