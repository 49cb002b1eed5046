"""Intake, dispatch, followup and audit; they meet only in `schemas`."""
