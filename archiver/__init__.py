"""Keeps the conversation of contracted Chatwork rooms, and proves what was kept."""
