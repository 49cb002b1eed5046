"""Followup: nobody is forgotten. Owns the stream FOLLOWUP.

In: team_formed, roster_exhausted, operations_ended, timers, "done" from people. Out:
followup_planned, group_windows_opened, intervention_*, check_in_*.
"""
