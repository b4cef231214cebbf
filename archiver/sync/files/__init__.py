"""Attachments and avatars: address, transfer, kept by digest."""
