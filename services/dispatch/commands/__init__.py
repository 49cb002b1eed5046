"""What dispatch is asked to do, one file per concern; this one is their table of contents."""

from __future__ import annotations

from services.dispatch.commands.case import (
    CaseCommand,
)
from services.dispatch.commands.delivery import (
    DeliveryCommand,
    RecordFailure,
    RecordSent,
    StartDelivery,
)
from services.dispatch.commands.requests import (
    CancelRequest,
    CheckCallback,
    FinishRequest,
    HandBack,
    MarkReached,
    RaiseEmergency,
    RequestCommand,
    RequestPeer,
    StopKeeping,
)
from services.dispatch.commands.reviews import (
    AskReviewers,
    CloseReview,
    GiveReviewAnswer,
    ReviewCommand,
)
from services.dispatch.commands.roster import (
    ConfirmContact,
    EnrollMember,
    LeaveTeam,
    MuteMember,
    ReturnMember,
    RosterCommand,
    ShowOnTeamPage,
    StandMemberDown,
    UnmuteMember,
)
from services.dispatch.commands.team import (
    AcceptOffer,
    ActivateTeam,
    AlarmCoordinator,
    DeclineOffer,
    ExcludeMembers,
    ExpireOffer,
    NotifyMember,
    ReportTeamOverdue,
    StandTeamDown,
    TeamCommand,
)

DispatchCommand = TeamCommand | ReviewCommand | DeliveryCommand

__all__ = [
    "AcceptOffer",
    "ActivateTeam",
    "AlarmCoordinator",
    "AskReviewers",
    "CancelRequest",
    "CaseCommand",
    "CheckCallback",
    "CloseReview",
    "ConfirmContact",
    "DeclineOffer",
    "DeliveryCommand",
    "DispatchCommand",
    "EnrollMember",
    "ExcludeMembers",
    "ExpireOffer",
    "FinishRequest",
    "GiveReviewAnswer",
    "HandBack",
    "LeaveTeam",
    "MarkReached",
    "MuteMember",
    "NotifyMember",
    "RaiseEmergency",
    "RecordFailure",
    "RecordSent",
    "ReportTeamOverdue",
    "RequestCommand",
    "RequestPeer",
    "ReturnMember",
    "ReviewCommand",
    "RosterCommand",
    "ShowOnTeamPage",
    "StandMemberDown",
    "StandTeamDown",
    "StartDelivery",
    "StopKeeping",
    "TeamCommand",
    "UnmuteMember",
]
