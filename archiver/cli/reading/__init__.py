"""Commands that show what is saved: app, status, search, guide, help, mcp."""
