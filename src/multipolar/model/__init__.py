"""One economy, one year, one solve: World, Shocks and Parameters in, an Outcome out; arrays only."""
