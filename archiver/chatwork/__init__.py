"""Speaks to Chatwork; knows nothing of archives."""
