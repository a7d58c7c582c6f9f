"""Reads Results only: sentences, figures, the page."""
