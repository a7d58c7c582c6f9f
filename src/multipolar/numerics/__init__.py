"""Machinery that knows no economics: fixed points, homotopy, outcomes."""
