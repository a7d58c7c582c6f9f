"""A question asked many times: draws, branches, variants."""
