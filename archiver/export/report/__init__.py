"""Builds the chapters of a report from the conversations of a contract, its facts and its seals."""
