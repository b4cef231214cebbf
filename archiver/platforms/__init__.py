"""Platforms on which jobs are agreed, one file each: words, screens, deadlines, what the office can do, with sources.

`platform` reads them; whoever adds a platform adds a file and touches nothing else.
"""
