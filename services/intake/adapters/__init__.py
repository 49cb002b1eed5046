"""From the formats of dispatch centers to the one internal report."""
