"""Carriers take messages to phones; all behind one port."""
