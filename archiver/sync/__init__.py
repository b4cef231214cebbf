"""The sync: reads what is new and changed in Chatwork into the archive."""
