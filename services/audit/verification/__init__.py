"""Tamper evidence: chains over the streams, signed checkpoints of them, and who recomputes both."""
