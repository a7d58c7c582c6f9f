"""What was found: labelled arrays with units, ranges and status, and the run directory."""
