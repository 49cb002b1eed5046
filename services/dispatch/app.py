"""Dispatch's only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from schemas.jurisdiction import Jurisdiction
from schemas.subjects import CONTACTS_BUCKET, Stream
from services.dispatch.book import RosterBook
from services.dispatch.carriers.building import carriers_of, desk_of
from services.dispatch.carriers.carriers_file import read_carriers
from services.dispatch.carriers.expected import Texts
from services.dispatch.check_in_offers import CheckInOffers
from services.dispatch.circles import Circles
from services.dispatch.cumulative_policy import read_cumulative_policy
from services.dispatch.deliveries import Deliveries
from services.dispatch.duty_book import DutyBook
from services.dispatch.edge import (
    alarms,
    colleagues,
    coordinator,
    coordinator_steps,
    coverage,
    emergencies,
    exposure,
    exposure_api,
    foreseen,
    free_over_nats,
    inbound,
    inbound_replies,
    member_page,
    own_emergency,
    own_page_over_nats,
    replies,
    requests,
    requests_taken,
    reviews,
    roster,
    roster_reads,
    rota,
    rota_calendars,
    rota_page,
    short_links,
    team_load_page,
    team_page,
)
from services.dispatch.edge import carriers as carriers_edge
from services.dispatch.edge.requests_doors import Doors
from services.dispatch.enrolments import Enrolments, LeaveSigner
from services.dispatch.links import DeliverySigner, LinkSigner, RequestSigner
from services.dispatch.load_book import LoadBook
from services.dispatch.mutual_aid import read_mutual_aid
from services.dispatch.orphans import Orphans
from services.dispatch.own_pages import OwnPages, PageLinks, PageSigner
from services.dispatch.parcels import Parcels
from services.dispatch.personal import PersonalRecords
from services.dispatch.requests import RequestDesk
from services.dispatch.requests_policy import read_requests_policy
from services.dispatch.roster_policy import read_roster_policy
from services.dispatch.rota_calendars import BusyCalendars
from services.dispatch.rota_desk import RotaDesk
from services.dispatch.rota_feeds import Feeds, FeedSigner
from services.dispatch.rota_fetch import Fetcher
from services.dispatch.rota_policy import read_rota_policy
from services.dispatch.rota_warnings import RotaWarnings
from services.dispatch.session_book import SessionBook
from services.dispatch.settings import DispatchSettings
from services.dispatch.subscribers import Subscribers
from services.runtime.auth import Passes, secret_of
from services.runtime.bucket import Bucket, JetStreamBucket, MemoryBucket
from services.runtime.clock import SystemClock
from services.runtime.edge import joined
from services.runtime.host import Service
from services.runtime.policy_files import read_policy_file

if TYPE_CHECKING:
    from schemas.jurisdiction import Notice
    from services.dispatch.carriers.chosen import Carriers
    from services.runtime.broker import Responder
    from services.runtime.host import Ports


def build(ports: Ports, carriers: Carriers | None = None) -> Service:
    """Dispatch on these ports; tests pass carriers of their own."""
    settings = (
        ports.settings if isinstance(ports.settings, DispatchSettings) else DispatchSettings()
    )
    contacts, secret = _contacts(ports), _secret(settings)
    circles = _circles(ports, settings, contacts)
    numbers = read_requests_policy(settings.requests_file)
    desk = RequestDesk(ports, circles, contacts, RequestSigner(secret), numbers)
    deliveries = _deliveries(ports, settings, contacts, secret, carriers)
    carriers = deliveries.desk.carriers
    counted = read_cumulative_policy(settings.exposure_file)
    enrolments = Enrolments(ports, contacts, carriers.mail, LeaveSigner(secret), counted)
    offers = CheckInOffers(ports, enrolments, carriers.mail)
    sessions = SessionBook(ports.journal, ports.clock)
    feeds = Feeds(ports, circles.book, circles.duty, contacts, FeedSigner(secret), sessions)
    rotas = _rotas(settings, circles, RotaWarnings(ports, carriers, contacts))
    calendars = _calendars(settings, circles, contacts)
    personal, pages = PersonalRecords(contacts), PageSigner(secret)
    own = OwnPages(ports, personal, carriers, pages, circles.book.rules)
    listening = (Subscribers(ports, circles, desk), deliveries, offers, rotas)
    books = (circles.book, circles.duty, circles.loads)
    kept_up = (*books, enrolments, calendars, sessions, Orphans(desk))
    return Service(
        name="dispatch",
        router=joined(
            _of_requests(settings, desk, enrolments, LinkSigner(secret), own),
            _carriers(deliveries),
            _roster(settings, own, feeds),
            foreseen.routes(foreseen.Foresight(circles)),
            coverage.routes(coverage.CoverageEdge(ports, personal, sessions)),
            rota.routes(rota.RotaEdge(rotas)),
            rota_calendars.routes(rota_calendars.CalendarEdge(ports, feeds, calendars)),
            rota_page.routes(rota_page.CalendarPages(ports, own, feeds, calendars)),
        ),
        listeners=tuple(each for part in listening for each in part.listeners()),
        responders=_responders(circles, own),
        owned=(Stream.DISPATCH, Stream.ROSTER, Stream.ROTA),
        streamed=(rota_calendars.FILE_PATH,),
        background=(*(part.keep for part in kept_up), carriers.keep),
    )


def _responders(circles: Circles, own: OwnPages) -> tuple[Responder, ...]:
    """What other services ask."""
    free, pages = free_over_nats.FreeTimes(circles), own_page_over_nats.OwnPageLookup(own)
    return (free.responder(), pages.responder())


def _contacts(ports: Ports) -> Bucket:
    """The erasable bucket."""
    return JetStreamBucket(ports.client, CONTACTS_BUCKET) if ports.client else MemoryBucket()


def _secret(settings: DispatchSettings) -> str:
    """What every link is signed with."""
    kept = settings.link_secret
    return kept.get_secret_value() if kept else secret_of(settings.data_dir / "link-secret")


def _of_requests(
    settings: DispatchSettings,
    desk: RequestDesk,
    enrolments: Enrolments,
    signer: LinkSigner,
    own: OwnPages,
) -> APIRouter:
    """Everything that members and those who were there open without a key."""
    ports, of_requests = desk.ports, desk.signer
    doors = Doors(ports.keyring, settings.agency, is_open=settings.requests_open)
    urgent = emergencies.Emergencies(ports, desk, of_requests, signer, doors)
    taken = requests_taken.TakenRequests(ports, desk, signer, urgent)
    asking = requests.Asking(ports, desk, of_requests, doors, notice(settings))
    return joined(
        emergencies.routes(urgent),
        own_emergency.routes(own_emergency.OwnEmergency(own, urgent)),
        _of_offers(ports, signer, desk.circles, taken),
        requests_taken.routes(taken),
        requests.routes(asking),
        exposure.routes(exposure.ExposurePages(ports, enrolments, doors)),
        exposure_api.routes(exposure_api.ExposureApi(ports, enrolments, doors)),
        reviews.routes(reviews.Reviews(ports, signer)),
    )


def _of_offers(
    ports: Ports, signer: LinkSigner, circles: Circles, taken: requests_taken.TakenRequests
) -> APIRouter:
    """What members and coordinators answer from their phones, and coordinators from the console."""
    personal = PersonalRecords(taken.desk.contacts)
    of_role = colleagues.Colleagues(circles.book, personal)
    passes = Passes(secret_of(ports.settings.data_dir / "session-secret"))
    desk = coordinator_steps.CoordinatorDesk(ports, circles, passes)
    return joined(
        replies.routes(replies.Replies(ports, signer, taken.page, of_role)),
        alarms.routes(alarms.Alarms(ports, signer)),
        coordinator.routes(desk),
    )


def _circles(ports: Ports, settings: DispatchSettings, contacts: Bucket) -> Circles:
    """The books of whom to ask. They are kept in memory and follow the streams."""
    book = RosterBook(ports.journal, read_roster_policy(settings.roster_file))
    return Circles(
        ports,
        book,
        DutyBook(ports.journal, book, contacts),
        LoadBook(ports.journal, ports.clock),
        read_mutual_aid(settings.mutual_aid_file),
    )


def _roster(settings: DispatchSettings, own: OwnPages, feeds: Feeds) -> APIRouter:
    """Everything that shows or changes members: for operators, for each member, for all."""
    ports, personal, book = own.ports, own.personal, feeds.book
    pages = member_page.MemberPages(ports, own, settings.team_page, calendar=feeds.address)
    shown = team_page.TeamPage(ports, book, personal, settings.team_name)
    return joined(
        roster.routes(roster.RosterEdge(ports, personal, own)),
        roster_reads.routes(roster_reads.RosterReads(ports, book, personal)),
        member_page.routes(pages),
        team_load_page.routes(team_load_page.TeamLoads(own, book)),
        team_page.routes(shown) if settings.team_page else APIRouter(),
    )


def _rotas(settings: DispatchSettings, circles: Circles, warnings: RotaWarnings) -> RotaDesk:
    """The rotas, and what they are judged by."""
    rules = read_rota_policy(settings.rota_file)
    return RotaDesk(circles.ports, circles.book, circles.duty, rules, warnings)


def _calendars(settings: DispatchSettings, circles: Circles, contacts: Bucket) -> BusyCalendars:
    """Members' own calendars, fetched from wherever they publish them."""
    fetcher = Fetcher(frozenset(settings.calendar_servers))
    return BusyCalendars(circles.ports, contacts, fetcher, circles.duty)


def _deliveries(
    ports: Ports,
    settings: DispatchSettings,
    contacts: Bucket,
    secret: str,
    carriers: Carriers | None,
) -> Deliveries:
    """The sending side, on the agency's carriers."""
    file = read_carriers(settings.carriers_file)
    own = carriers or carriers_of(file, settings)
    desk = desk_of(file, own, Texts(contacts, secret), settings, ports.clock.now)
    parcels, links = Parcels(settings, LinkSigner(secret)), DeliverySigner(secret, settings.agency)
    rules = read_roster_policy(settings.roster_file)
    pages = PageLinks(ports, PersonalRecords(contacts), PageSigner(secret), rules)
    return Deliveries(ports, desk, contacts, parcels, links, settings.send_seconds, pages)


def _carriers(deliveries: Deliveries) -> APIRouter:
    """Everything that is about messages: for operators, for providers, for phones."""
    replies_by_text = inbound_replies.ReplyDesk(deliveries)
    providers = inbound.Inbound(deliveries, replies_by_text, SystemClock())
    return joined(
        carriers_edge.routes(carriers_edge.CarrierEdge(deliveries)),
        inbound.routes(providers),
        short_links.routes(short_links.ShortLinks(deliveries)),
    )


def notice(settings: DispatchSettings) -> Notice:
    """The limits of confidentiality before anybody is chosen: of the pack, or the agency's words."""
    shipped = f"jurisdictions/{settings.jurisdiction}"
    pack = read_policy_file(Jurisdiction, shipped, settings.jurisdiction_file)
    if settings.notice_file:
        pack = pack.in_own_words(settings.notice_file.read_text(encoding="utf-8"))
    return pack.notice_for()
