"""Dispatch: who goes, and do they answer? Owns the streams DISPATCH and ROSTER.

In: activation_requested, follow-up events, timers, answers from phones. Out: team_activated,
offer_*, team_formed, roster_exhausted, coordinator_alarmed, member_notified, delivery_*, member_*.
"""
