"""What the law of a place says of peer support: what stays private, what may have to be told, and how.

Packs in policy/jurisdictions are this shape. They hold facts with their sources and are not legal
advice: `reviewed_by_counsel` says whether a lawyer has looked, and the notice says so too.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from schemas.envelope import Frozen, Slug

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]
"""Plain words for whoever is about to speak with a peer."""
Citation = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
"""The first twelve hex digits of a SHA-256: which words or which pack it was."""


class ContactKind(StrEnum):
    """Laws protect these two differently (docs/domain.md, section 4)."""

    CISM = "cism"
    """Support after a critical incident."""
    COMPREHENSIVE = "comprehensive"
    """Everyday peer support."""


class ExceptionCategory(StrEnum):
    """What a peer may have to tell somebody; all that is ever recorded of it."""

    SUICIDE_THREAT = "suicide_threat"
    """An intent, and a plan or means: thoughts alone are none (34 USC 50901)."""
    THREAT_TO_OTHERS = "threat_to_others"
    CHILD_ABUSE = "child_abuse"
    ELDER_ABUSE = "elder_abuse"
    VULNERABLE_ADULT_ABUSE = "vulnerable_adult_abuse"
    CRIME_TO_PREVENT = "crime_to_prevent"
    CRIME = "crime"
    """One that was admitted, or one that a law lists."""
    COURT_ORDER = "court_order"


class Notified(StrEnum):
    """Who was told. Kinds alone: no person and no office by name."""

    MHP_LEAD = "mhp_lead"
    EMERGENCY_911 = "emergency_911"
    LIFELINE_988 = "lifeline_988"
    CHILD_PROTECTIVE_SERVICES = "child_protective_services"
    ADULT_PROTECTIVE_SERVICES = "adult_protective_services"
    LAW_ENFORCEMENT = "law_enforcement"
    PROGRAM_SUPERVISOR = "program_supervisor"
    """Who supervises the program, never whoever supervises the person."""
    COURT = "court"
    COUNSEL = "counsel"
    """The program's lawyer."""


class Written(Frozen):
    """Part of a pack. A key that is misspelt is refused: what is not read would protect nobody."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Statute(Written):
    """A law, and whom it covers."""

    citation: Citation
    covers: Sentence
    says: tuple[Sentence, ...] = ()
    source: Citation


class LegalException(Written):
    """Something that a peer may, or must, tell."""

    category: ExceptionCategory
    says: Sentence
    """As the notice says it: it goes on after "A peer may have to tell somebody about"."""
    statute: Citation | None
    """None: not read in this law; it is listed because it is an exception nearly everywhere."""
    written_notice_required: bool
    """Whether the person has to be told in writing that something was told."""
    notify: Annotated[tuple[Notified, ...], Field(min_length=1)]
    """Who is told first. It is what we propose, unless `statute` says it."""
    source: Citation


class Caveat(Written):
    """What a law says, or leaves open, of one way in which a contact can differ."""

    says: Sentence
    source: Citation


class Protection(Written):
    """Where protection may end; what is None is not known to matter under this law."""

    comprehensive: Caveat | None = None
    """For an everyday talk rather than one after a critical incident."""
    undesignated: Caveat | None = None
    """For a peer who was not designated before."""
    cross_agency: Caveat | None = None
    """For a peer of another agency."""


class Review(Written):
    """A lawyer has read it."""

    on: date
    by_role: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    """Such as `county counsel`: a role, not a name."""


class Contact(Frozen):
    """What is known of a contact before it begins; None is not known yet, and read strictly."""

    kind: ContactKind | None = None
    designated: bool | None = None
    cross_agency: bool | None = None


class Notice(Frozen):
    """The limits of confidentiality as shown before a first contact."""

    jurisdiction: Slug
    version: Digest
    """Of these words: a record can say which notice was shown."""
    sentences: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    """What may have to be told; empty for an agency's own words, which say it themselves."""
    remarks: tuple[str, ...] = ()
    """Whether a lawyer has read it."""


class Jurisdiction(Written):
    """A pack."""

    code: Slug
    title: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    statutes: tuple[Statute, ...]
    notice: Annotated[tuple[Sentence, ...], Field(min_length=1)]
    protection: Protection = Protection()
    exceptions: Annotated[tuple[LegalException, ...], Field(min_length=1)]
    also_allowed: tuple[Caveat, ...] = ()
    """What else a peer may tell, without having to."""
    reviewed_by_counsel: Review | None
    own_words: tuple[str, ...] = ()
    """The notice in the words of the agency's lawyer, instead of what the pack says."""

    @model_validator(mode="after")
    def _once_each(self) -> Jurisdiction:
        told = [each.category for each in self.exceptions]
        twice = {each.value for each in told if told.count(each) > 1}
        if twice:
            raise ValueError(f"exceptions: {', '.join(sorted(twice))} stands there twice")
        return self

    @property
    def version(self) -> Digest:
        """Of all that the pack says."""
        return digest_of(self.model_dump_json())

    def in_own_words(self, text: str) -> Jurisdiction:
        """With the notice of the agency's lawyer instead; an empty line is between paragraphs."""
        told = tuple(part.strip() for part in text.split("\n\n") if part.strip())
        return self.model_copy(update={"own_words": told})

    def exception(self, category: ExceptionCategory) -> LegalException | None:
        """What the pack says of a category; None for one that is none here."""
        return next((each for each in self.exceptions if each.category is category), None)

    def notice_for(self, contact: Contact | None = None) -> Notice:
        """The notice for a contact; without one, for a contact of which nothing is known yet."""
        if self.own_words:
            return _notice(self, self.own_words, (), ())
        told = (*self.notice, *self._caveats(contact or Contact()))
        told += tuple(each.says for each in self.also_allowed)
        if any(each.written_notice_required for each in self.exceptions):
            told = (*told, "If a peer has to tell somebody, you are told so in writing.")
        return _notice(self, told, tuple(each.says for each in self.exceptions), self._remarks())

    def _caveats(self, contact: Contact) -> tuple[Sentence, ...]:
        limits = self.protection
        matters = (
            (contact.kind is not ContactKind.CISM, limits.comprehensive),
            (contact.designated is not True, limits.undesignated),
            (contact.cross_agency is not False, limits.cross_agency),
        )
        return tuple(caveat.says for applies, caveat in matters if applies and caveat)

    def _remarks(self) -> tuple[Sentence, ...]:
        review = self.reviewed_by_counsel
        if review is None:
            return ("No lawyer has reviewed this notice yet.",)
        return (f"Reviewed by {review.by_role} on {review.on.isoformat()}.",)


def digest_of(text: str) -> Digest:
    """Twelve hex digits that change with the text."""
    return sha256(text.encode()).hexdigest()[:12]


def _notice(
    pack: Jurisdiction,
    sentences: tuple[str, ...],
    exceptions: tuple[str, ...],
    remarks: tuple[str, ...],
) -> Notice:
    version = digest_of("\n".join((pack.code, *sentences, "", *exceptions, "", *remarks)))
    shown = {"sentences": sentences, "exceptions": exceptions, "remarks": remarks}
    return Notice.model_validate({"jurisdiction": pack.code, "version": version, **shown})
