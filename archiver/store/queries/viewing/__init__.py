"""What the local viewer asks of the archive: pages of rooms, files, tasks, people, events, days; nothing is changed."""
