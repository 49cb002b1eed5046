"""How kinds of places, exceptions and of those who are told read on a page; no rule lives here."""

from schemas.jurisdiction import ExceptionCategory, Notified
from schemas.referrals import ReferralCategory

PLACES = {
    ReferralCategory.EMERGENCY_911: "Emergency",
    ReferralCategory.LIFELINE_988: "Crisis line",
    ReferralCategory.EAP: "Employee assistance (EAP)",
    ReferralCategory.CLINICIAN: "Clinicians",
    ReferralCategory.CHAPLAIN: "Chaplains",
    ReferralCategory.MEDICAL: "Medical",
    ReferralCategory.SUBSTANCE: "Alcohol and other substances",
    ReferralCategory.FAMILY: "Family",
    ReferralCategory.FINANCIAL: "Money",
    ReferralCategory.LEGAL: "Legal",
    ReferralCategory.OTHER: "Other",
}
"""In the order in which a page shows them."""
EXCEPTIONS = {
    ExceptionCategory.SUICIDE_THREAT: "A threat of suicide, with a plan or the means",
    ExceptionCategory.THREAT_TO_OTHERS: "A threat to somebody else",
    ExceptionCategory.CHILD_ABUSE: "Abuse of a child",
    ExceptionCategory.ELDER_ABUSE: "Abuse of an elder",
    ExceptionCategory.VULNERABLE_ADULT_ABUSE: "Abuse of a vulnerable adult",
    ExceptionCategory.CRIME_TO_PREVENT: "A crime that can be prevented",
    ExceptionCategory.CRIME: "A crime",
    ExceptionCategory.COURT_ORDER: "An order of a court",
}
NOTIFIED = {
    Notified.MHP_LEAD: "The mental health lead",
    Notified.EMERGENCY_911: "911",
    Notified.LIFELINE_988: "988",
    Notified.CHILD_PROTECTIVE_SERVICES: "Child protective services",
    Notified.ADULT_PROTECTIVE_SERVICES: "Adult protective services",
    Notified.LAW_ENFORCEMENT: "Law enforcement",
    Notified.PROGRAM_SUPERVISOR: "Who supervises the program",
    Notified.COURT: "The court",
    Notified.COUNSEL: "The program's lawyer",
}
AT_ONCE = frozenset({ExceptionCategory.SUICIDE_THREAT, ExceptionCategory.THREAT_TO_OTHERS})
"""A life may be in danger: the page offers to page a professional before anything else."""
