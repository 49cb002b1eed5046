"""Audit: what happened, how fast, and what comes next. The read side; it appends nothing but seals.

In: every event of INTAKE, DISPATCH, FOLLOWUP and ROSTER. Out: views over HTTP, and the console.
"""
