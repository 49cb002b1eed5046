"""The smallest policy that holds together, in two files, for tests that damage it."""

from __future__ import annotations

from typing import Any

import yaml

from services.intake.pack.sources import shipped

PACK = """\
policy: ours
version: 1
screening: screening
title: Ours
clocks:
  reply_within: {auto_page: PT15M, auto_plan: PT1H}
  form_team_within: PT2H
  surplus: 1   # as we like it
  check_in_grace: P1D
  pages_until: P10D
interventions:
  talk:
    kind: one_on_one
    target_after: P1D
    closes_after: P3D
    leads: peer
    waits_for_operations: false
    source: ours
  debriefing:
    kind: debriefing
    opens_after: P1D
    target_after: P3D
    closes_after: P10D
    leads: mhp
    mhp_required: true
    waits_for_operations: true
    source: ours
check_ins:
  standard:
    - {after: P3D, source: ours}
triggers:
  child_death:
    label: Death of a child
    tier: 2
    mode: auto_page
    team:
      - {role: peer, count: 2}
      - {role: mhp, count: 1}
    interventions: [talk, debriefing]
    check_ins: standard
    source: ours
"""


def _few(words: Any) -> Any:
    """The same vocabulary with one phrase in each list: quick to read."""
    if isinstance(words, dict):
        return {name: _few(inner) for name, inner in words.items()}
    return words[:1] if isinstance(words, list) else words


SCREENING = """\
signals:
  child: {flags: [pediatric_cpr]}
  staged: {flags: [mayday]}
rules:
  - id: child
    trigger: child_death
    outcome: review
    all_of: [child]
    unless: [staged]
    source: ours
""" + yaml.safe_dump({"vocabulary": _few(yaml.safe_load(shipped("screening"))["vocabulary"])})
WHOLE = PACK.replace("screening: screening\n", "") + SCREENING
"""Both in one text."""
