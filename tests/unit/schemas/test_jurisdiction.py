"""Whose law holds: every pack that ships, and the notice that is made of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.jurisdiction import (
    Contact,
    ContactKind,
    ExceptionCategory,
    Jurisdiction,
    Notice,
    Review,
)
from services.followup.settings import FollowupSettings
from services.runtime.policy_files import BadPolicyFile, read_policy_file, shipped_names

if TYPE_CHECKING:
    from pathlib import Path

_OF_ALL_LAWS = {
    ExceptionCategory.SUICIDE_THREAT,
    ExceptionCategory.THREAT_TO_OTHERS,
    ExceptionCategory.CHILD_ABUSE,
    ExceptionCategory.ELDER_ABUSE,
    ExceptionCategory.VULNERABLE_ADULT_ABUSE,
}


def pack(code: str) -> Jurisdiction:
    return read_policy_file(Jurisdiction, f"jurisdictions/{code}", None)


def notice(code: str, **known: object) -> Notice:
    return pack(code).notice_for(Contact.model_validate(known))


def test_the_laws_of_the_field_ship() -> None:
    assert set(shipped_names("jurisdictions")) == {
        *("default", "us-federal", "california", "colorado", "hawaii", "illinois", "louisiana"),
        *("maine", "montana", "oregon", "texas", "washington"),
    }


@pytest.mark.parametrize("code", shipped_names("jurisdictions"))
def test_every_pack_says_where_it_is_from_and_that_no_lawyer_has_read_it(code: str) -> None:
    found = pack(code)
    assert found.code == code
    assert bool(found.statutes) is (code != "default")
    assert {each.category for each in found.exceptions} >= _OF_ALL_LAWS
    assert found.reviewed_by_counsel is None
    assert found.notice_for().remarks == ("No lawyer has reviewed this notice yet.",)


def test_federal_law_excepts_a_plan_or_means_and_not_thoughts_alone() -> None:
    told = notice("us-federal")
    assert (
        told.exceptions[0] == "an explicit threat of suicide: the intent, and a plan or the means"
    )
    assert any("Thoughts of suicide alone are no exception" in line for line in told.sentences)


def test_what_a_law_was_not_read_to_say_has_no_citation() -> None:
    elders = pack("california").exception(ExceptionCategory.ELDER_ABUSE)
    assert elders
    assert elders.statute is None
    assert elders.source.startswith("not read in this law")


def test_an_everyday_talk_is_told_apart_from_one_after_an_incident() -> None:
    everyday = notice("maine", kind=ContactKind.COMPREHENSIVE)
    after = notice("maine", kind=ContactKind.CISM)
    assert any("everyday talk may not be protected" in line for line in everyday.sentences)
    assert not any("everyday" in line for line in after.sentences)
    assert everyday.version != after.version


def test_a_peer_who_was_not_designated_is_warned_of() -> None:
    known = {"kind": ContactKind.CISM}
    warned = notice("louisiana", designated=False, **known).sentences
    calm = notice("louisiana", designated=True, **known).sentences
    (more,) = set(warned) - set(calm)
    assert "designated before the incident" in more


def test_a_peer_of_another_agency_is_warned_of() -> None:
    known = {"kind": ContactKind.CISM, "designated": True}
    warned = notice("illinois", cross_agency=True, **known).sentences
    assert set(warned) > set(notice("illinois", cross_agency=False, **known).sentences)


def test_what_is_not_known_yet_is_read_strictly() -> None:
    strict = pack("default").notice_for().sentences
    limits = pack("default").protection
    assert limits.comprehensive
    assert limits.undesignated
    assert limits.cross_agency
    assert {limits.comprehensive.says, limits.undesignated.says, limits.cross_agency.says} <= {
        *strict
    }


def test_the_written_notice_is_promised_where_the_law_wants_it() -> None:
    promise = "If a peer has to tell somebody, you are told so in writing."
    assert promise in notice("california").sentences
    assert promise not in notice("oregon").sentences


def test_the_words_of_the_agencys_lawyer_replace_the_packs() -> None:
    told = pack("texas").in_own_words("First.\n\n  \n\nSecond,\nsame paragraph.\n").notice_for()
    assert told.sentences == ("First.", "Second,\nsame paragraph.")
    assert told.exceptions == ()
    assert told.version != notice("texas").version


def test_a_review_is_named_with_its_day_and_changes_the_version() -> None:
    found = pack("oregon")
    review = Review.model_validate({"on": "2026-03-02", "by_role": "county counsel"})
    reviewed = found.model_copy(update={"reviewed_by_counsel": review})
    assert reviewed.notice_for().remarks == ("Reviewed by county counsel on 2026-03-02.",)
    assert reviewed.version != found.version


def test_an_agencys_own_pack_is_read_and_a_misspelt_key_refused(tmp_path: Path) -> None:
    own = tmp_path / "ours.yaml"
    own.write_text(
        "code: ours\ntitle: Ours\nstatutes: []\nnotice: [It stays here.]\nreviewed_by_counsel: null\n"
        "exceptions:\n"
        "- {category: court_order, says: an order, statute: null, source: PROPOSAL,\n"
        "   written_notice_required: false, notify: [counsel]}\n"
    )
    assert read_policy_file(Jurisdiction, "jurisdictions/default", own).code == "ours"
    own.write_text(own.read_text().replace("notify", "notfy"))
    with pytest.raises(BadPolicyFile, match=r"exceptions\.0\.notfy: Extra inputs"):
        read_policy_file(Jurisdiction, "jurisdictions/default", own)


def test_no_category_stands_in_a_pack_twice() -> None:
    found = pack("default")
    told = found.model_dump() | {"exceptions": [*found.exceptions, found.exceptions[0]]}
    with pytest.raises(ValueError, match="suicide_threat stands there twice"):
        Jurisdiction.model_validate(told)


def test_a_name_that_does_not_ship_names_those_that_do() -> None:
    with pytest.raises(BadPolicyFile, match="utah: none of this name ships; there are california"):
        pack("utah")


def test_the_settings_take_a_name_and_no_path() -> None:
    assert FollowupSettings(jurisdiction="hawaii").jurisdiction == "hawaii"
    with pytest.raises(ValueError, match="jurisdiction"):
        FollowupSettings(jurisdiction="../cism")
