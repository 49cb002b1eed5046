"""What the codes of NEMSIS 3.5.1 say, for those elements that are read (NHTSA v3.5.1, build 250403).

Holds tables only. An element that is not named here is never looked at, whatever it holds.
"""

from __future__ import annotations

from services.intake.commands import ResponderOutcome

REASONS = {
    "2301001": "Abdominal pain", "2301003": "Allergic reaction", "2301005": "Animal bite",
    "2301007": "Assault", "2301009": "Automated crash notification", "2301011": "Back pain",
    "2301013": "Breathing problem", "2301015": "Burns or explosion",
    "2301017": "Carbon monoxide, hazmat or inhalation", "2301019": "Cardiac arrest or death",
    "2301021": "Chest pain", "2301023": "Choking", "2301025": "Seizure",
    "2301027": "Diabetic problem", "2301029": "Electrocution or lightning",
    "2301031": "Eye problem", "2301033": "Fall", "2301035": "Fire", "2301037": "Headache",
    "2301039": "Healthcare admission", "2301041": "Heart problem",
    "2301043": "Heat or cold exposure", "2301045": "Bleeding or laceration",
    "2301047": "Industrial accident or entrapment", "2301049": "Medical alarm",
    "2301051": "Other medical call", "2301053": "Overdose or poisoning", "2301055": "Outbreak",
    "2301057": "Pregnancy or birth", "2301059": "Psychiatric problem", "2301061": "Sick person",
    "2301063": "Stab, gunshot or penetrating wound", "2301065": "Standby", "2301067": "Stroke",
    "2301069": "Traffic accident", "2301071": "Transfer or palliative care",
    "2301073": "Traumatic injury", "2301075": "Well person check",
    "2301077": "Unconscious or fainting", "2301079": "Unknown problem, person down",
    "2301081": "Drowning or diving accident", "2301083": "Air medical transport",
    "2301085": "Altered mental status", "2301087": "Intercept", "2301089": "Nausea",
    "2301091": "Vomiting", "2301093": "Hanging, strangulation or asphyxiation",
    "2301095": "Intoxicated person", "2301097": "EMS requested by law enforcement",
    "2301099": "Active shooter",
}  # fmt: skip
"""eDispatch.01 in a word or two. 2301059 covers attempted suicide too, and does not say which."""
ACTIVE_SHOOTER = "2301099"

DIED = frozenset(
    {
        "eScene.08:2708009",  # triage: black, deceased
        "eSituation.13:2813007",  # first acuity: dead without resuscitation
        "eArrest.03:3003007", "eArrest.03:3003009",  # not attempted: futile, or orders not to
        "eArrest.16:3016001", "eArrest.16:3016005",  # stopped: orders, or obvious signs of death
        "eArrest.18:3018001", "eArrest.18:3018003",  # expired in the emergency room, in the field
        "eDisposition.12:4212013", "eDisposition.12:4212015",  # before 3.5: dead at scene
        "eDisposition.12:4212017", "eDisposition.12:4212019",
        "eDisposition.19:4219007", "eDisposition.19:4219009",  # last acuity: dead
        "eDisposition.21:4221009",  # taken to a mortuary
        "eOutcome.01:20", "eOutcome.02:20",  # the hospital's word: expired
    }
)  # fmt: skip
"""NEMSIS V3 case definition "Patient Death" (2023-06-27) with the hospital's outcome, and without its
statistical proxies: no return of circulation, the rhythm on arrival, and ICD-10 R99."""
CRITICAL = frozenset(
    {
        "eArrest.01:3001003", "eArrest.01:3001005",  # the heart stopped before, or after, EMS came
        "eScene.08:2708001", "eScene.08:2708007",  # triage: immediate, expectant
        "eDisposition.19:4219001",  # last acuity: critical
    }
)  # fmt: skip
FIRST_CRITICAL = "eSituation.13:2813001"
"""The first acuity counts only until a last one is told."""
INJURED = "eSituation.02:9922005"
UNHURT = "eDisposition.28:4228005"
RESUSCITATED = frozenset({"eArrest.03:3003001", "eArrest.03:3003003", "eArrest.03:3003005"})
"""Defibrillation, ventilation or compressions by EMS; CPR by anybody is eArrest.09."""
CPR_GIVEN = "eArrest.09:"
MASS_CASUALTY = "eScene.07:9923003"
CANCELLED_ON_THE_WAY = "eDisposition.27:4227005"

OUR_OWN: dict[str, ResponderOutcome] = {
    **dict.fromkeys(("4506001", "4506003", "4506005"), ResponderOutcome.KILLED),
    **dict.fromkeys(("4506023", "4506025"), ResponderOutcome.INJURED),
    **dict.fromkeys(("4506035", "4506039"), ResponderOutcome.ASSAULTED),
    "4506041": ResponderOutcome.SERIOUSLY_INJURED,  # struck by a vehicle along the road
}
"""eOther.06, where it says what befell a crew member's body."""
GRAVEST = (
    ResponderOutcome.KILLED,
    ResponderOutcome.SERIOUSLY_INJURED,
    ResponderOutcome.ASSAULTED,
    ResponderOutcome.INJURED,
)
EXPOSED = frozenset(
    {"4506007", "4506009", "4506011", "4506015", "4506017", "4506019", "4506021"}
)  # fmt: skip
"""eOther.06: airborne, broken skin, eye, mucosa, needles, toxins. Not 4506013: intact skin."""
VIOLENCE = frozenset({"4506031", "4506033", "4506035", "4506037", "4506039"})
SEXUAL_VIOLENCE = frozenset({"4506037", "4506039"})

AGE_UNITS = {
    "2516001": 365.25,
    "2516003": 365.25 * 24,
    "2516005": 365.25 * 24 * 60,
    "2516007": 12.0,
    "2516009": 1.0,
}
"""ePatient.16: how many of the unit are a year."""

CODED = frozenset(
    {
        "eDispatch.01", "eScene.06", "eScene.07", "eScene.08", "eSituation.02", "eSituation.13",
        "eArrest.01", "eArrest.03", "eArrest.09", "eArrest.16", "eArrest.18", "eDisposition.12",
        "eDisposition.19", "eDisposition.21", "eDisposition.27", "eDisposition.28",
        "eOutcome.01", "eOutcome.02", "eOther.05", "eOther.06", "eOther.07",
    }
)  # fmt: skip
"""Elements that hold one code of a list: what is no code is not taken."""
TOLD = frozenset(
    {
        "eRecord.01", "eResponse.03", "eResponse.13", "eResponse.14", "eDispatch.06", "eTimes.01",
        "eTimes.02", "eTimes.03", "eTimes.06", "ePatient.15", "ePatient.16", "eScene.11",
        "eScene.15",
    }
)  # fmt: skip
"""Elements that hold a number, a time, an age, or where the scene is."""
