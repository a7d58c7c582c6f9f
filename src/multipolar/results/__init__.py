"""What was found: Results with their labels, units, ranges and status, and the folder a run is kept in."""
