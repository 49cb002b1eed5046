"""Followup's rules as `handle` takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.followup.aftercare_state import Aftercare, tended
from services.followup.deadlines import deadlines
from services.followup.decide import decide
from services.followup.decide.aftercare import tend
from services.followup.decide.exceptions import handle_exception
from services.followup.decide.holds import keep_ledger
from services.followup.decide.one_on_ones import decide_one
from services.followup.decide.referrals import offer_referral
from services.followup.decide.resources import keep_directory
from services.followup.feedback_rules import Counted, CountFeedback, count, counted
from services.followup.private_state import (
    Ledger,
    OneOnOneState,
    Unopened,
    evolve_ledger,
    evolve_one,
)
from services.followup.state import FollowupState, Unplanned, evolve
from services.followup.support_state import Directory, Referral, Told, kept, referred, told
from services.runtime.handle import Decider

if TYPE_CHECKING:
    from services.followup.aftercare_commands import AftercareCommand
    from services.followup.commands import FollowupCommand
    from services.followup.private_commands import LedgerCommand, OneOnOneCommand
    from services.followup.support_commands import (
        DirectoryCommand,
        ExceptionCommand,
        OfferReferral,
    )

FOLLOWUP: Decider[FollowupState, FollowupCommand] = Decider(
    stream=Stream.FOLLOWUP, initial=Unplanned(), evolve=evolve, decide=decide, deadlines=deadlines
)
REFERRAL: Decider[Referral, OfferReferral] = Decider(
    stream=Stream.FOLLOWUP,
    initial=Referral(),
    evolve=referred,
    decide=offer_referral,
    deadlines=deadlines,
)
DIRECTORY: Decider[Directory, DirectoryCommand] = Decider(
    stream=Stream.FOLLOWUP,
    initial=Directory(),
    evolve=kept,
    decide=keep_directory,
    deadlines=deadlines,
)
EXCEPTION: Decider[Told, ExceptionCommand] = Decider(
    stream=Stream.FOLLOWUP,
    initial=Told(),
    evolve=told,
    decide=handle_exception,
    deadlines=deadlines,
)
ONE_ON_ONE: Decider[OneOnOneState, OneOnOneCommand] = Decider(
    stream=Stream.FOLLOWUP,
    initial=Unopened(),
    evolve=evolve_one,
    decide=decide_one,
    deadlines=deadlines,
)
LEDGER: Decider[Ledger, LedgerCommand] = Decider(
    stream=Stream.FOLLOWUP,
    initial=Ledger(),
    evolve=evolve_ledger,
    decide=keep_ledger,
    deadlines=deadlines,
)
AFTERCARE: Decider[Aftercare, AftercareCommand] = Decider(
    stream=Stream.FOLLOWUP,
    initial=Aftercare(),
    evolve=tended,
    decide=tend,
    deadlines=deadlines,
)
"""What follows a request has the request's id: a case of FOLLOWUP that only these rules see."""
FEEDBACK: Decider[Counted, CountFeedback] = Decider(
    stream=Stream.FOLLOWUP,
    initial=Counted(),
    evolve=counted,
    decide=count,
    deadlines=lambda _event: (),
)
