"""What people ask for: the scenario document, its measures, and how they become Shocks."""
