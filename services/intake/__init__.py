"""Intake: what happened, and is it critical? Owns the stream INTAKE.

In: reports over HTTP. Out: incident_reported, incident_updated, activation_requested,
operations_ended.
"""
