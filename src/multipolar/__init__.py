"""Multipolar: what-if questions about a multipolar world economy."""

__version__ = "0.1.0"
