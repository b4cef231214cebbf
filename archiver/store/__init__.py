"""The archive on disk: its database and its files. No other package writes SQL or knows the layout of the files."""
