"""Read-only queries of the local viewer: pages of messages, files, tasks, people, events and days."""
