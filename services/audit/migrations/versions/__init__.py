"""Additive steps of the views, in order; what cannot be added to is built anew beside the old."""
