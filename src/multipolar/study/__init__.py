"""A question asked many times: draws, cases, and the evaluation of a scenario."""
