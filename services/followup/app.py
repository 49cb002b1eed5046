"""Followup's only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.subjects import PRIVATE_BUCKET, PRIVATE_KEYS_BUCKET, Stream
from services.followup.aftercare_book import AftercareBook
from services.followup.aftercare_desk import AftercareDesk
from services.followup.aftercare_policy import AftercareRules
from services.followup.edge import (
    card,
    check_ins,
    facilitator,
    facilitator_page,
    feedback,
    own_check_ins,
    people,
    people_page,
    private,
    sessions,
    settling,
    settling_forms,
    support,
    support_forms,
    support_pages,
)
from services.followup.feedback_desk import FeedbackDesk
from services.followup.feedback_rules import FeedbackRules
from services.followup.jurisdiction import read_jurisdiction
from services.followup.own_links import OwnLinks
from services.followup.private_desk import PrivateDesk
from services.followup.private_policy import PrivateRules
from services.followup.roster_book import RosterBook
from services.followup.session_book import SessionBook
from services.followup.session_desk import SessionDesk
from services.followup.settings import FollowupSettings
from services.followup.subscribers import Subscribers
from services.followup.support_desk import SupportDesk
from services.followup.support_policy import SupportRules
from services.followup.team_book import TeamBook
from services.runtime.auth import Passes, secret_of
from services.runtime.bucket import JetStreamBucket, MemoryBucket
from services.runtime.edge import joined
from services.runtime.host import Service
from services.runtime.policy_files import read_policy_file
from services.runtime.vault import Masters, Vault

if TYPE_CHECKING:
    from services.runtime.bucket import Bucket
    from services.runtime.host import Ports


def build(ports: Ports) -> Service:
    """Followup on these ports."""
    book = SessionBook(ports.journal, ports.clock)
    desk = SessionDesk(ports, book)
    passes = Passes(secret_of(ports.settings.data_dir / "session-secret"))
    support_desk = _support(ports)
    roster = RosterBook(ports.journal)
    private_desk = _private(ports, roster, support_desk)
    aftercare = _aftercare(ports)
    answers = _feedback(ports)
    teams = TeamBook(ports.journal, ports.clock)
    holding = facilitator.FacilitatorPages(
        desk, teams, OwnLinks(ports), passes, aftercare.book.of, private_desk.waiting
    )
    router = joined(
        settling.routes(ports, support_desk),
        sessions.routes(sessions.Scheduling(desk, passes)),
        settling_forms.routes(settling_forms.SettlingForms(desk, passes)),
        support.routes(support.Support(support_desk)),
        support_forms.routes(support_forms.SupportForms(support_desk, passes)),
        support_pages.routes(support_pages.SupportPages(support_desk, OwnLinks(ports))),
        private.routes(private.PrivateEdge(private_desk)),
        people_page.routes(people.PeoplePages(private_desk, OwnLinks(ports))),
        feedback.routes(feedback.Feedback(answers)),
        card.routes(),
        own_check_ins.routes(own_check_ins.OwnCheckIns(aftercare, OwnLinks(ports))),
        check_ins.routes(check_ins.MissedCheckIns(aftercare)),
        facilitator_page.routes(holding),
    )
    return Service(
        name="followup",
        router=router,
        listeners=Subscribers(
            ports, desk, support_desk, private_desk, aftercare=aftercare
        ).listeners(),
        owned=(Stream.FOLLOWUP,),
        background=(book.keep, aftercare.book.keep, answers.keep, roster.keep, teams.keep),
    )


def _support(ports: Ports) -> SupportDesk:
    """Referrals, places and exceptions, under the law and the numbers that the settings choose."""
    given = ports.settings
    settings = given if isinstance(given, FollowupSettings) else FollowupSettings()
    rules = read_policy_file(SupportRules, "referrals", settings.referrals_file)
    secret = secret_of(given.data_dir / "exceptions-secret")
    return SupportDesk(ports, read_jurisdiction(settings), rules, secret)


def _aftercare(ports: Ports) -> AftercareDesk:
    """What follows a request for a peer, by the numbers that the settings choose."""
    given = ports.settings
    settings = given if isinstance(given, FollowupSettings) else FollowupSettings()
    rules = read_policy_file(AftercareRules, "aftercare", settings.aftercare_file)
    return AftercareDesk(ports, rules, AftercareBook(ports.journal, ports.clock))


def _feedback(ports: Ports) -> FeedbackDesk:
    """Anonymous answers; until their week is over they lie in followup's own erasable bucket."""
    given = ports.settings
    settings = given if isinstance(given, FollowupSettings) else FollowupSettings()
    rules = read_policy_file(FeedbackRules, "feedback", settings.feedback_file)
    secret = secret_of(given.data_dir / "feedback-secret")
    return FeedbackDesk(ports, _bucket(ports, PRIVATE_BUCKET), rules, secret)


def _private(ports: Ports, roster: RosterBook, support_desk: SupportDesk) -> PrivateDesk:
    """One-on-ones, under the same law."""
    given = ports.settings
    settings = given if isinstance(given, FollowupSettings) else FollowupSettings()
    rules = read_policy_file(PrivateRules, "private", settings.private_file)
    masters = Masters(given.data_dir / "private-master")
    vault = Vault(_bucket(ports, PRIVATE_BUCKET), _bucket(ports, PRIVATE_KEYS_BUCKET), masters)
    return PrivateDesk(ports, vault, roster, support_desk.law, rules)


def _bucket(ports: Ports, name: str) -> Bucket:
    return JetStreamBucket(ports.client, name) if ports.client else MemoryBucket()
