"""Platforms on which jobs are agreed, one TOML file each: words, screens, deadlines, the office's powers, and sources.

`job_platform` reads them. To add a platform, add a file; nothing else has to be changed.
"""
