BEGIN TRANSACTION;
CREATE TABLE alarms (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	alarm_id VARCHAR NOT NULL, 
	since INTEGER, 
	reason VARCHAR, 
	item VARCHAR, 
	answered_by VARCHAR, 
	called JSON, 
	escalated_to JSON, 
	called_at VARCHAR, 
	answer_by VARCHAR, 
	answered_at VARCHAR, 
	escalated_at VARCHAR, 
	PRIMARY KEY (agency, case_id, alarm_id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE amendments (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	added_since INTEGER, 
	excluded_since INTEGER, 
	role VARCHAR, 
	reasons JSON, 
	PRIMARY KEY (agency, case_id, member_id)
);
CREATE TABLE answers (
	sequence INTEGER NOT NULL, 
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	at VARCHAR, 
	PRIMARY KEY (sequence, agency, case_id)
);
CREATE TABLE cases (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	source VARCHAR, 
	number VARCHAR, 
	incident_type VARCHAR, 
	status VARCHAR, 
	outcome VARCHAR, 
	hold VARCHAR, 
	trigger_class VARCHAR, 
	wanted_trigger VARCHAR, 
	merged_into VARCHAR, 
	merged_by VARCHAR, 
	merged_why VARCHAR, 
	missing VARCHAR, 
	exercise BOOLEAN, 
	operations_ongoing BOOLEAN, 
	review_open BOOLEAN, 
	no_coordinator BOOLEAN, 
	occurred_at VARCHAR, 
	reported_at VARCHAR, 
	requested_at VARCHAR, 
	stood_down_at VARCHAR, 
	activated_at VARCHAR, 
	form_by VARCHAR, 
	formed_at VARCHAR, 
	exhausted_at VARCHAR, 
	ended_at VARCHAR, 
	planned_at VARCHAR, 
	closed_at VARCHAR, 
	tier INTEGER, 
	wanted_tier INTEGER, 
	cancelled_through INTEGER, 
	confidence FLOAT, 
	approved JSON, 
	PRIMARY KEY (agency, case_id)
);
INSERT INTO "cases" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','city-cad','F260303-1','Medic Response, 7 per Rule','active','critical',NULL,'child_critical','child_critical',NULL,NULL,NULL,NULL,0,0,NULL,0,'2026-03-03T08:48:00.000000+00:00','2026-03-03T09:00:00.000000+00:00','2026-03-03T09:00:00.000000+00:00',NULL,'2026-03-03T09:01:00.000000+00:00','2026-03-03T11:01:00.000000+00:00','2026-03-03T09:31:00.000000+00:00',NULL,NULL,'2026-03-03T09:31:00.600000+00:00',NULL,2,2,NULL,1.0,NULL);
INSERT INTO "cases" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b',NULL,NULL,'Raised by a person',NULL,'critical',NULL,'child_critical','child_critical',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2026-03-03T08:00:00.000000+00:00','2026-03-03T09:00:00.000000+00:00','2026-03-03T12:00:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,'2026-03-03T11:00:00.000000+00:00','2026-03-03T12:00:00.000000+00:00',NULL,NULL,2,7,NULL,'null');
INSERT INTO "cases" VALUES('riverton','d339bc68-482c-51b4-8feb-c36b32652f3a','city-cad','asked','Structure fire','active','review','mode','media_interest','media_interest','af847f63-fff9-5073-8a1b-d9f630249f0b','time_place_type','within 20 minutes, same place, same kind',NULL,0,0,0,NULL,'2026-03-03T08:48:00.000000+00:00','2026-03-03T09:00:00.000000+00:00','2026-03-03T09:20:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,2,NULL,1.0,NULL);
CREATE TABLE coverage (
	agency VARCHAR NOT NULL, 
	checked_at VARCHAR, 
	gaps JSON, 
	PRIMARY KEY (agency)
);
CREATE TABLE deliveries (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	delivery_id VARCHAR NOT NULL, 
	member_id VARCHAR, 
	purpose VARCHAR, 
	channel VARCHAR, 
	parcel_id VARCHAR, 
	offer_id VARCHAR, 
	status VARCHAR, 
	failure VARCHAR, 
	next_at VARCHAR, 
	started_at VARCHAR, 
	changed_at VARCHAR, 
	"left" INTEGER, 
	PRIMARY KEY (agency, case_id, delivery_id)
);
INSERT INTO "deliveries" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','18d9a5fe-4567-56a3-ba21-b3140047a529','p-01','offer','email',NULL,NULL,'sent',NULL,NULL,'2026-03-03T09:01:06.000000+00:00','2026-03-03T09:01:06.000000+00:00',NULL);
INSERT INTO "deliveries" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','e3f02c3e-f70c-5be5-86d7-87208495f98f','p-02','offer','email',NULL,NULL,'sent',NULL,NULL,'2026-03-03T09:01:06.000000+00:00','2026-03-03T09:01:06.000000+00:00',NULL);
INSERT INTO "deliveries" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','bfc5ce74-31ff-54e5-a1af-a61817295231','p-03','offer','email',NULL,NULL,'sent',NULL,NULL,'2026-03-03T09:01:06.000000+00:00','2026-03-03T09:01:06.000000+00:00',NULL);
INSERT INTO "deliveries" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','3d46fb5d-928f-5cc6-831a-af4caf6cfe02','h-01','offer','email',NULL,NULL,'failed','permanent',NULL,'2026-03-03T09:01:06.000000+00:00','2026-03-03T09:01:06.000000+00:00',0);
CREATE TABLE drills (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	trigger_class VARCHAR, 
	reason VARCHAR, 
	tier INTEGER, 
	roles JSON, 
	earliest VARCHAR, 
	latest VARCHAR, 
	planned_at VARCHAR, 
	begun_at VARCHAR, 
	ended_at VARCHAR, 
	reached_target FLOAT, 
	answered_target FLOAT, 
	reply_seconds FLOAT, 
	form_seconds FLOAT, 
	PRIMARY KEY (agency, case_id)
);
CREATE TABLE entries (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	stream VARCHAR NOT NULL, 
	sequence INTEGER NOT NULL, 
	part INTEGER NOT NULL, 
	at VARCHAR NOT NULL, 
	step VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	lines JSON NOT NULL, 
	"key" VARCHAR, 
	UNIQUE (stream, sequence, part)
);
INSERT INTO "entries" VALUES(1,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','intake',1,0,'2026-03-03T09:00:00.000000+00:00','reported','info','Medic Response, 7 per Rule (from city-cad, number F260303-1)','[]',NULL);
INSERT INTO "entries" VALUES(2,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','intake',1,1,'2026-03-03T09:00:00.000000+00:00','screened','info','Critical: child critical, tier 2','["Rule child-arrest: patient_age: below 18; incident_type: cpr (child critical). Source: NERIS PEDIATRIC CPR"]',NULL);
INSERT INTO "entries" VALUES(3,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','intake',2,0,'2026-03-03T09:00:00.000000+00:00','activation_requested','info','The team is wanted now (tier 2)','["Policy cism, version 1"]',NULL);
INSERT INTO "entries" VALUES(4,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','intake',3,0,'2026-03-03T09:00:00.000000+00:00','case_raised','info','Child critical: a person wants the team','["On the incident: E12"]',NULL);
INSERT INTO "entries" VALUES(5,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','intake',4,0,'2026-03-03T09:00:00.000000+00:00','activation_requested','info','The team is wanted now (tier 2)','["Policy cism, version 1"]',NULL);
INSERT INTO "entries" VALUES(6,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','intake',5,0,'2026-03-03T11:00:00.000000+00:00','deactivation_requested','info','The team is not wanted any more (not needed)','[]',NULL);
INSERT INTO "entries" VALUES(7,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','intake',6,0,'2026-03-03T12:00:00.000000+00:00','activation_requested','info','The team is wanted now (tier 2)','["Policy cism, version 1"]',NULL);
INSERT INTO "entries" VALUES(8,'riverton','d339bc68-482c-51b4-8feb-c36b32652f3a','intake',7,0,'2026-03-03T09:00:00.000000+00:00','reported','info','Structure fire (from city-cad, number asked)','[]',NULL);
INSERT INTO "entries" VALUES(9,'riverton','d339bc68-482c-51b4-8feb-c36b32652f3a','intake',7,1,'2026-03-03T09:00:00.000000+00:00','screened','info','For a person to review: media interest, tier 2','["Pages nobody by itself: a person decides", "Rule child-arrest: patient_age: below 18; incident_type: cpr (media interest). Source: NERIS PEDIATRIC CPR"]',NULL);
INSERT INTO "entries" VALUES(10,'riverton','d339bc68-482c-51b4-8feb-c36b32652f3a','intake',8,0,'2026-03-03T09:00:00.000000+00:00','review_opened','info','Shall the team come? (media interest, tier 2)','["Rule media: flags: media_interest. Source: TEST: a rule"]','6a593ce9-29c9-524e-9b09-330ea33eccc3');
INSERT INTO "entries" VALUES(11,'riverton','d339bc68-482c-51b4-8feb-c36b32652f3a','intake',9,0,'2026-03-03T09:20:00.000000+00:00','review_answered','info','The team is wanted','[]','6a593ce9-29c9-524e-9b09-330ea33eccc3');
INSERT INTO "entries" VALUES(12,'riverton','d339bc68-482c-51b4-8feb-c36b32652f3a','intake',10,0,'2026-03-03T09:20:00.000000+00:00','activation_requested','info','The team is wanted now (tier 2)','["Policy cism, version 1"]',NULL);
INSERT INTO "entries" VALUES(13,'riverton','d339bc68-482c-51b4-8feb-c36b32652f3a','intake',11,0,'2026-03-03T09:05:00.000000+00:00','case_merged','info','This is case af847f63 now: within 20 minutes, same place, same kind','[]',NULL);
INSERT INTO "entries" VALUES(14,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','intake',12,0,'2026-03-03T09:05:00.000000+00:00','case_absorbed','info','Case d339bc68 is this incident: time, place and kind agree','["It brought P9"]',NULL);
INSERT INTO "entries" VALUES(15,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',1,0,'2026-03-03T09:01:00.000000+00:00','team_activated','info','Looking for 2 peers and 1 mental health professional','["May be asked, in this order: peer p-01, peer p-02, peer p-03, mental health professional h-01", "Not asked: p-07 (involved)", "Not asked: p-09 (training lapsed and stood down)"]',NULL);
INSERT INTO "entries" VALUES(16,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',2,0,'2026-03-03T09:01:00.000000+00:00','offer_extended','info','Asked peer p-01','[]','f2200cfa-0578-5f0f-a411-a545c7a5a923');
INSERT INTO "entries" VALUES(17,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',3,0,'2026-03-03T09:01:00.000000+00:00','offer_extended','info','Asked peer p-02','[]','c14dc94b-e398-5d67-bb2e-c45c0908b49f');
INSERT INTO "entries" VALUES(18,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',4,0,'2026-03-03T09:01:00.000000+00:00','offer_extended','info','Asked peer p-03','[]','e443734f-3a84-583b-b686-574ed59e835c');
INSERT INTO "entries" VALUES(19,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',5,0,'2026-03-03T09:01:00.000000+00:00','offer_extended','info','Asked mental health professional h-01','[]','fb76a287-b365-55e0-a408-34882116eba3');
INSERT INTO "entries" VALUES(20,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',7,0,'2026-03-03T09:01:06.000000+00:00','delivery_sent','info','Offer to p-01 by email','[]','18d9a5fe-4567-56a3-ba21-b3140047a529');
INSERT INTO "entries" VALUES(21,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',9,0,'2026-03-03T09:01:06.000000+00:00','delivery_sent','info','Offer to p-02 by email','[]','e3f02c3e-f70c-5be5-86d7-87208495f98f');
INSERT INTO "entries" VALUES(22,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',11,0,'2026-03-03T09:01:06.000000+00:00','delivery_sent','info','Offer to p-03 by email','[]','bfc5ce74-31ff-54e5-a1af-a61817295231');
INSERT INTO "entries" VALUES(23,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',13,0,'2026-03-03T09:01:06.000000+00:00','delivery_failed','missed','Offer to h-01 by email cannot be delivered','[]','3d46fb5d-928f-5cc6-831a-af4caf6cfe02');
INSERT INTO "entries" VALUES(24,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',14,0,'2026-03-03T09:04:00.000000+00:00','offer_accepted','info','Peer p-01 said yes','[]','f2200cfa-0578-5f0f-a411-a545c7a5a923');
INSERT INTO "entries" VALUES(25,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',15,0,'2026-03-03T09:06:00.000000+00:00','offer_declined','info','Peer p-02 said no','[]','c14dc94b-e398-5d67-bb2e-c45c0908b49f');
INSERT INTO "entries" VALUES(26,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',16,0,'2026-03-03T09:16:00.000000+00:00','offer_expired','info','No answer from mental health professional h-01 in time','[]','fb76a287-b365-55e0-a408-34882116eba3');
INSERT INTO "entries" VALUES(27,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',17,0,'2026-03-03T09:16:00.000000+00:00','offer_extended','info','Asked mental health professional h-02','[]','8e0b7dd7-ff75-543b-bf4c-ece963f4dcfe');
INSERT INTO "entries" VALUES(28,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',18,0,'2026-03-03T09:20:00.000000+00:00','offer_accepted','info','Mental health professional h-02 said yes','[]','8e0b7dd7-ff75-543b-bf4c-ece963f4dcfe');
INSERT INTO "entries" VALUES(29,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',19,0,'2026-03-03T09:31:00.000000+00:00','offer_accepted','info','Peer p-03 said yes','[]','e443734f-3a84-583b-b686-574ed59e835c');
INSERT INTO "entries" VALUES(30,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',20,0,'2026-03-03T09:31:00.000000+00:00','offer_withdrawn','info','Peer p-04 is stood down with thanks: team complete','[]','1b64ce27-43b2-5cfc-9f6a-58605e329897');
INSERT INTO "entries" VALUES(31,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','dispatch',21,0,'2026-03-03T09:31:00.000000+00:00','team_formed','info','Complete: peer p-01, peer p-03, mental health professional h-02','[]',NULL);
INSERT INTO "entries" VALUES(32,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',22,0,'2026-03-03T09:01:00.000000+00:00','team_activated','info','Looking for 2 peers and 1 mental health professional','["May be asked, in this order: peer p-01, peer p-02, peer p-03, mental health professional h-01", "Not asked: p-07 (involved)", "Not asked: p-09 (training lapsed and stood down)"]',NULL);
INSERT INTO "entries" VALUES(33,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',23,0,'2026-03-03T09:01:00.000000+00:00','offer_extended','info','Asked peer p-01','[]','15396096-70bc-533b-aa66-f77c635734c8');
INSERT INTO "entries" VALUES(34,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',24,0,'2026-03-03T09:01:00.000000+00:00','offer_extended','info','Asked peer p-02','[]','54c3a432-a53b-58a4-92fa-89bb5ae8360c');
INSERT INTO "entries" VALUES(35,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',25,0,'2026-03-03T09:01:00.000000+00:00','offer_extended','info','Asked peer p-03','[]','af23030b-5858-51b5-9d2e-32f0c50bb96d');
INSERT INTO "entries" VALUES(36,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',26,0,'2026-03-03T09:01:00.000000+00:00','offer_extended','info','Asked mental health professional h-01','[]','3fefe401-faab-5175-a6b7-b991aae8b45d');
INSERT INTO "entries" VALUES(37,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',27,0,'2026-03-03T09:04:00.000000+00:00','offer_accepted','info','Peer p-01 said yes','[]','15396096-70bc-533b-aa66-f77c635734c8');
INSERT INTO "entries" VALUES(38,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',28,0,'2026-03-03T09:06:00.000000+00:00','offer_declined','info','Peer p-02 said no','[]','54c3a432-a53b-58a4-92fa-89bb5ae8360c');
INSERT INTO "entries" VALUES(39,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',29,0,'2026-03-03T09:16:00.000000+00:00','offer_expired','info','No answer from mental health professional h-01 in time','[]','3fefe401-faab-5175-a6b7-b991aae8b45d');
INSERT INTO "entries" VALUES(40,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',30,0,'2026-03-03T09:16:00.000000+00:00','offer_extended','info','Asked mental health professional h-02','[]','2ec487f7-0930-5e89-8835-2e21fbc54be5');
INSERT INTO "entries" VALUES(41,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',31,0,'2026-03-03T09:20:00.000000+00:00','offer_accepted','info','Mental health professional h-02 said yes','[]','2ec487f7-0930-5e89-8835-2e21fbc54be5');
INSERT INTO "entries" VALUES(42,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',32,0,'2026-03-03T09:31:00.000000+00:00','offer_accepted','info','Peer p-03 said yes','[]','af23030b-5858-51b5-9d2e-32f0c50bb96d');
INSERT INTO "entries" VALUES(43,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',33,0,'2026-03-03T09:31:00.000000+00:00','offer_withdrawn','info','Peer p-04 is stood down with thanks: team complete','[]','d46aeaa4-2a7a-5cbb-a3f3-d98f5b17f87a');
INSERT INTO "entries" VALUES(44,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',34,0,'2026-03-03T09:31:00.000000+00:00','team_formed','info','Complete: peer p-01, peer p-03, mental health professional h-02','[]',NULL);
INSERT INTO "entries" VALUES(45,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',35,0,'2026-03-03T10:00:00.000000+00:00','team_widened','info','The incident is graver than was known; the team is now 2 peers and 1 mental health professional','["Who said yes stays, and nobody is asked again for the same place"]',NULL);
INSERT INTO "entries" VALUES(46,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','dispatch',36,0,'2026-03-03T11:00:00.000000+00:00','team_stood_down','info','Nobody is asked any more, with thanks to all (not needed)','[]',NULL);
INSERT INTO "entries" VALUES(47,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','followup',1,0,'2026-03-03T09:31:00.600000+00:00','followup_planned','info','6 sessions and 8 check-ins','[]',NULL);
INSERT INTO "entries" VALUES(48,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','followup',2,0,'2026-03-03T15:00:00.000000+00:00','intervention_held','info','Defusing for responders: held','[]','defusing-responders');
INSERT INTO "entries" VALUES(49,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','followup',3,0,'2026-03-03T20:48:00.000000+00:00','intervention_missed','missed','Defusing for dispatchers: not held in its window','[]','defusing-dispatchers');
INSERT INTO "entries" VALUES(50,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','followup',4,0,'2026-03-06T08:48:00.000000+00:00','check_in_fell_due','info','Check-in 1 for responders: due; p-01 is reminded','[]','check-in-1-responders');
INSERT INTO "entries" VALUES(51,'riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','followup',5,0,'2026-03-06T08:48:00.000000+00:00','check_in_fell_due','info','Check-in 1 for dispatchers: due; p-03 is reminded','[]','check-in-1-dispatchers');
INSERT INTO "entries" VALUES(52,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','followup',6,0,'2026-03-03T09:31:00.600000+00:00','followup_planned','info','6 sessions and 8 check-ins','[]',NULL);
INSERT INTO "entries" VALUES(53,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','followup',7,0,'2026-03-03T11:00:00.000000+00:00','followup_cancelled','info','The team is not wanted: what was planned and not yet done is not needed','[]',NULL);
INSERT INTO "entries" VALUES(54,'riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','followup',8,0,'2026-03-03T12:00:00.000000+00:00','followup_planned','info','6 sessions and 8 check-ins','[]',NULL);
CREATE TABLE exceptions (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	category VARCHAR, 
	recorded_at VARCHAR, 
	notice_due_at VARCHAR, 
	notice_sent_at VARCHAR, 
	notice_required BOOLEAN, 
	PRIMARY KEY (agency, case_id)
);
CREATE TABLE feedback (
	agency VARCHAR NOT NULL, 
	quarter VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	batch VARCHAR NOT NULL, 
	answered INTEGER, 
	tallies JSON, 
	shown_from VARCHAR, 
	PRIMARY KEY (agency, quarter, kind, batch)
);
CREATE TABLE glass (
	agency VARCHAR NOT NULL, 
	event_id VARCHAR NOT NULL, 
	broken_at VARCHAR, 
	reason VARCHAR, 
	broken_by VARCHAR, 
	on_behalf_of VARCHAR, 
	shown BOOLEAN, 
	PRIMARY KEY (agency, event_id)
);
CREATE TABLE holds (
	agency VARCHAR NOT NULL, 
	hold_id VARCHAR NOT NULL, 
	scope VARCHAR, 
	reason VARCHAR, 
	set_by VARCHAR, 
	lift_reason VARCHAR, 
	lifted_by VARCHAR, 
	set_at VARCHAR, 
	lifted_at VARCHAR, 
	PRIMARY KEY (agency, hold_id)
);
CREATE TABLE members (
	agency VARCHAR NOT NULL, 
	member_id VARCHAR NOT NULL, 
	role VARCHAR, 
	discipline VARCHAR, 
	station VARCHAR, 
	down_for VARCHAR, 
	available BOOLEAN, 
	has_hours BOOLEAN, 
	designated_from DATE, 
	designated_until DATE, 
	left_on DATE, 
	training_valid_until DATE, 
	contact_confirmed_on DATE, 
	confirmed_on DATE, 
	competencies JSON, 
	muted_until VARCHAR, 
	PRIMARY KEY (agency, member_id)
);
INSERT INTO "members" VALUES('riverton','p-01','peer','fire','s-1',NULL,1,NULL,'2024-01-01',NULL,NULL,'2027-01-01','2026-01-01',NULL,'[]',NULL);
INSERT INTO "members" VALUES('riverton','c-01','coordinator','fire','s-1',NULL,1,NULL,'2024-01-01',NULL,NULL,'2027-01-01','2026-01-01',NULL,'[]',NULL);
CREATE TABLE offers (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	offer_id VARCHAR NOT NULL, 
	since INTEGER, 
	member_id VARCHAR, 
	role VARCHAR, 
	status VARCHAR, 
	reason VARCHAR, 
	offered_at VARCHAR, 
	expires_at VARCHAR, 
	answered_at VARCHAR, 
	arrives_at VARCHAR, 
	PRIMARY KEY (agency, case_id, offer_id)
);
INSERT INTO "offers" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','f2200cfa-0578-5f0f-a411-a545c7a5a923',2,'p-01','peer','accepted',NULL,'2026-03-03T09:01:00.000000+00:00','2026-03-03T09:16:00.000000+00:00','2026-03-03T09:04:00.000000+00:00',NULL);
INSERT INTO "offers" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','c14dc94b-e398-5d67-bb2e-c45c0908b49f',3,'p-02','peer','declined',NULL,'2026-03-03T09:01:00.000000+00:00','2026-03-03T09:16:00.000000+00:00','2026-03-03T09:06:00.000000+00:00',NULL);
INSERT INTO "offers" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','e443734f-3a84-583b-b686-574ed59e835c',4,'p-03','peer','accepted',NULL,'2026-03-03T09:01:00.000000+00:00','2026-03-03T09:16:00.000000+00:00','2026-03-03T09:31:00.000000+00:00',NULL);
INSERT INTO "offers" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','fb76a287-b365-55e0-a408-34882116eba3',5,'h-01','mhp','expired',NULL,'2026-03-03T09:01:00.000000+00:00','2026-03-03T09:16:00.000000+00:00','2026-03-03T09:16:00.000000+00:00',NULL);
INSERT INTO "offers" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','8e0b7dd7-ff75-543b-bf4c-ece963f4dcfe',17,'h-02','mhp','accepted',NULL,'2026-03-03T09:16:00.000000+00:00','2026-03-03T09:31:00.000000+00:00','2026-03-03T09:20:00.000000+00:00',NULL);
INSERT INTO "offers" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','15396096-70bc-533b-aa66-f77c635734c8',23,'p-01','peer','accepted',NULL,'2026-03-03T09:01:00.000000+00:00','2026-03-03T09:16:00.000000+00:00','2026-03-03T09:04:00.000000+00:00',NULL);
INSERT INTO "offers" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','54c3a432-a53b-58a4-92fa-89bb5ae8360c',24,'p-02','peer','declined',NULL,'2026-03-03T09:01:00.000000+00:00','2026-03-03T09:16:00.000000+00:00','2026-03-03T09:06:00.000000+00:00',NULL);
INSERT INTO "offers" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','af23030b-5858-51b5-9d2e-32f0c50bb96d',25,'p-03','peer','accepted',NULL,'2026-03-03T09:01:00.000000+00:00','2026-03-03T09:16:00.000000+00:00','2026-03-03T09:31:00.000000+00:00',NULL);
INSERT INTO "offers" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','3fefe401-faab-5175-a6b7-b991aae8b45d',26,'h-01','mhp','expired',NULL,'2026-03-03T09:01:00.000000+00:00','2026-03-03T09:16:00.000000+00:00','2026-03-03T09:16:00.000000+00:00',NULL);
INSERT INTO "offers" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','2ec487f7-0930-5e89-8835-2e21fbc54be5',30,'h-02','mhp','accepted',NULL,'2026-03-03T09:16:00.000000+00:00','2026-03-03T09:31:00.000000+00:00','2026-03-03T09:20:00.000000+00:00',NULL);
INSERT INTO "offers" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','1b64ce27-43b2-5cfc-9f6a-58605e329897',NULL,'p-04','peer','withdrawn','team_complete',NULL,NULL,'2026-03-03T09:31:00.000000+00:00',NULL);
INSERT INTO "offers" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','d46aeaa4-2a7a-5cbb-a3f3-d98f5b17f87a',NULL,'p-04','peer','withdrawn','team_complete',NULL,NULL,'2026-03-03T09:31:00.000000+00:00',NULL);
CREATE TABLE one_on_ones (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	kind VARCHAR, 
	opened_at VARCHAR, 
	overdue_at VARCHAR, 
	closed_at VARCHAR, 
	erase_at VARCHAR, 
	erased_at VARCHAR, 
	PRIMARY KEY (agency, case_id)
);
CREATE TABLE places (
	agency VARCHAR NOT NULL, 
	resource_id VARCHAR NOT NULL, 
	organisation VARCHAR, 
	category VARCHAR, 
	public_line VARCHAR, 
	web VARCHAR, 
	hours VARCHAR, 
	disciplines JSON, 
	confirmed_on DATE, 
	stale_at VARCHAR, 
	removed_at VARCHAR, 
	PRIMARY KEY (agency, resource_id)
);
CREATE TABLE planned (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	item VARCHAR NOT NULL, 
	since INTEGER, 
	number INTEGER, 
	about INTEGER, 
	facilitators INTEGER, 
	kind VARCHAR, 
	name VARCHAR, 
	audience VARCHAR, 
	crew VARCHAR, 
	leads VARCHAR, 
	source VARCHAR, 
	miss_reason VARCHAR, 
	cancel_reason VARCHAR, 
	shortage VARCHAR, 
	mhp_required BOOLEAN, 
	opens_at VARCHAR, 
	target_at VARCHAR, 
	closes_at VARCHAR, 
	fell_due_at VARCHAR, 
	done_at VARCHAR, 
	missed_at VARCHAR, 
	declined_at VARCHAR, 
	dropped_at VARCHAR, 
	cancelled_at VARCHAR, 
	starts_at VARCHAR, 
	ends_at VARCHAR, 
	held_by JSON, 
	slots JSON, 
	PRIMARY KEY (agency, case_id, item)
);
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','defusing-responders',1,NULL,NULL,1,'session','defusing','responders',NULL,'peer','US Coast Guard 1999',NULL,NULL,NULL,0,'2026-03-03T08:48:00.000000+00:00','2026-03-03T16:48:00.000000+00:00','2026-03-03T20:48:00.000000+00:00',NULL,'2026-03-03T15:00:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','defusing-dispatchers',1,NULL,NULL,1,'session','defusing','dispatchers',NULL,'peer','US Coast Guard 1999',NULL,NULL,NULL,0,'2026-03-03T08:48:00.000000+00:00','2026-03-03T16:48:00.000000+00:00','2026-03-03T20:48:00.000000+00:00',NULL,NULL,'2026-03-03T20:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','one-on-one-responders',1,NULL,NULL,1,'session','one_on_one','responders',NULL,'peer','US Coast Guard 1999',NULL,NULL,NULL,0,'2026-03-03T08:48:00.000000+00:00','2026-03-04T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','one-on-one-dispatchers',1,NULL,NULL,1,'session','one_on_one','dispatchers',NULL,'peer','US Coast Guard 1999',NULL,NULL,NULL,0,'2026-03-03T08:48:00.000000+00:00','2026-03-04T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','debriefing-responders',1,NULL,NULL,1,'session','debriefing','responders',NULL,'mhp','US Coast Guard 1999',NULL,NULL,NULL,1,'2026-03-04T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00','2026-03-13T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','debriefing-dispatchers',1,NULL,NULL,1,'session','debriefing','dispatchers',NULL,'mhp','US Coast Guard 1999',NULL,NULL,NULL,1,'2026-03-04T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00','2026-03-13T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','defusing-responders',8,NULL,NULL,1,'session','defusing','responders',NULL,'peer','US Coast Guard 1999',NULL,NULL,NULL,0,'2026-03-03T08:48:00.000000+00:00','2026-03-03T16:48:00.000000+00:00','2026-03-03T20:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','defusing-dispatchers',8,NULL,NULL,1,'session','defusing','dispatchers',NULL,'peer','US Coast Guard 1999',NULL,NULL,NULL,0,'2026-03-03T08:48:00.000000+00:00','2026-03-03T16:48:00.000000+00:00','2026-03-03T20:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','one-on-one-responders',8,NULL,NULL,1,'session','one_on_one','responders',NULL,'peer','US Coast Guard 1999',NULL,NULL,NULL,0,'2026-03-03T08:48:00.000000+00:00','2026-03-04T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','one-on-one-dispatchers',8,NULL,NULL,1,'session','one_on_one','dispatchers',NULL,'peer','US Coast Guard 1999',NULL,NULL,NULL,0,'2026-03-03T08:48:00.000000+00:00','2026-03-04T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','debriefing-responders',8,NULL,NULL,1,'session','debriefing','responders',NULL,'mhp','US Coast Guard 1999',NULL,NULL,NULL,1,'2026-03-04T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00','2026-03-13T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','debriefing-dispatchers',8,NULL,NULL,1,'session','debriefing','dispatchers',NULL,'mhp','US Coast Guard 1999',NULL,NULL,NULL,1,'2026-03-04T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00','2026-03-13T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','check-in-1-responders',1,1,NULL,NULL,'check_in','check_in','responders',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-06T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00','2026-03-07T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','check-in-1-dispatchers',1,1,NULL,NULL,'check_in','check_in','dispatchers',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-06T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00','2026-03-07T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','check-in-2-responders',1,2,NULL,NULL,'check_in','check_in','responders',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-10T08:48:00.000000+00:00','2026-03-10T08:48:00.000000+00:00','2026-03-11T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','check-in-2-dispatchers',1,2,NULL,NULL,'check_in','check_in','dispatchers',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-10T08:48:00.000000+00:00','2026-03-10T08:48:00.000000+00:00','2026-03-11T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','check-in-3-responders',1,3,NULL,NULL,'check_in','check_in','responders',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-17T08:48:00.000000+00:00','2026-03-17T08:48:00.000000+00:00','2026-03-18T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','check-in-3-dispatchers',1,3,NULL,NULL,'check_in','check_in','dispatchers',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-17T08:48:00.000000+00:00','2026-03-17T08:48:00.000000+00:00','2026-03-18T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','check-in-4-responders',1,4,NULL,NULL,'check_in','check_in','responders',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-31T08:48:00.000000+00:00','2026-03-31T08:48:00.000000+00:00','2026-04-01T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','check-in-4-dispatchers',1,4,NULL,NULL,'check_in','check_in','dispatchers',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-31T08:48:00.000000+00:00','2026-03-31T08:48:00.000000+00:00','2026-04-01T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','check-in-1-responders',8,1,NULL,NULL,'check_in','check_in','responders',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-06T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00','2026-03-07T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','check-in-1-dispatchers',8,1,NULL,NULL,'check_in','check_in','dispatchers',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-06T08:48:00.000000+00:00','2026-03-06T08:48:00.000000+00:00','2026-03-07T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','check-in-2-responders',8,2,NULL,NULL,'check_in','check_in','responders',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-10T08:48:00.000000+00:00','2026-03-10T08:48:00.000000+00:00','2026-03-11T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','check-in-2-dispatchers',8,2,NULL,NULL,'check_in','check_in','dispatchers',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-10T08:48:00.000000+00:00','2026-03-10T08:48:00.000000+00:00','2026-03-11T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','check-in-3-responders',8,3,NULL,NULL,'check_in','check_in','responders',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-17T08:48:00.000000+00:00','2026-03-17T08:48:00.000000+00:00','2026-03-18T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','check-in-3-dispatchers',8,3,NULL,NULL,'check_in','check_in','dispatchers',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-17T08:48:00.000000+00:00','2026-03-17T08:48:00.000000+00:00','2026-03-18T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','check-in-4-responders',8,4,NULL,NULL,'check_in','check_in','responders',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-31T08:48:00.000000+00:00','2026-03-31T08:48:00.000000+00:00','2026-04-01T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
INSERT INTO "planned" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','check-in-4-dispatchers',8,4,NULL,NULL,'check_in','check_in','dispatchers',NULL,NULL,'Follow-up calls at 1, 2 and 4 weeks',NULL,NULL,NULL,NULL,'2026-03-31T08:48:00.000000+00:00','2026-03-31T08:48:00.000000+00:00','2026-04-01T08:48:00.000000+00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','[]');
CREATE TABLE positions (
	sequence INTEGER NOT NULL, 
	stream VARCHAR NOT NULL, 
	PRIMARY KEY (stream)
);
INSERT INTO "positions" VALUES(12,'intake');
INSERT INTO "positions" VALUES(36,'dispatch');
INSERT INTO "positions" VALUES(8,'followup');
INSERT INTO "positions" VALUES(2,'roster');
CREATE TABLE rankings (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	candidates JSON, 
	excluded JSON, 
	neighbours JSON, 
	PRIMARY KEY (agency, case_id)
);
INSERT INTO "rankings" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800','[["p-01", "peer", "available", []], ["p-02", "peer", "available", []], ["p-03", "peer", "available", []], ["h-01", "mhp", "available", []]]','[["p-07", ["involved"]], ["p-09", ["training_lapsed", "stood_down"]]]','[]');
INSERT INTO "rankings" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b','[]','[["p-07", ["involved"]], ["p-09", ["training_lapsed", "stood_down"]]]','[]');
CREATE TABLE referrals (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	category VARCHAR, 
	offered_at VARCHAR, 
	PRIMARY KEY (agency, case_id)
);
CREATE TABLE requests (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	asked_at VARCHAR, 
	alarmed_at VARCHAR, 
	reached_at VARCHAR, 
	closed_at VARCHAR, 
	emergency_at VARCHAR, 
	is_taken BOOLEAN, 
	category VARCHAR, 
	rounds INTEGER, 
	PRIMARY KEY (agency, case_id)
);
CREATE TABLE reviews (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	review_id VARCHAR NOT NULL, 
	kind VARCHAR, 
	trigger_class VARCHAR, 
	incident_type VARCHAR, 
	answer VARCHAR, 
	tier INTEGER, 
	occurred_at VARCHAR, 
	opened_at VARCHAR, 
	backup_at VARCHAR, 
	answer_by VARCHAR, 
	escalated_at VARCHAR, 
	overdue_at VARCHAR, 
	answered_at VARCHAR, 
	reasons JSON, 
	PRIMARY KEY (agency, case_id, review_id)
);
INSERT INTO "reviews" VALUES('riverton','d339bc68-482c-51b4-8feb-c36b32652f3a','6a593ce9-29c9-524e-9b09-330ea33eccc3','activate','media_interest','Structure fire','raise',2,'2026-03-03T08:48:00.000000+00:00','2026-03-03T09:00:00.000000+00:00','2026-03-03T09:30:00.000000+00:00','2026-03-03T11:00:00.000000+00:00',NULL,NULL,'2026-03-03T09:20:00.000000+00:00','["flags: media interest (media interest)"]');
CREATE TABLE searches (
	agency VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	since INTEGER, 
	surplus INTEGER, 
	places JSON, 
	queue JSON, 
	drill BOOLEAN, 
	paused_at VARCHAR, 
	owned_at VARCHAR, 
	owner VARCHAR, 
	owned_why VARCHAR, 
	PRIMARY KEY (agency, case_id)
);
INSERT INTO "searches" VALUES('riverton','2a5bf62a-26e8-5a41-b613-0aa91822d800',1,1,'{"peer": 2, "mhp": 1}','{"peer": ["p-01", "p-02", "p-03"], "mhp": ["h-01"]}',0,NULL,NULL,NULL,NULL);
INSERT INTO "searches" VALUES('riverton','af847f63-fff9-5073-8a1b-d9f630249f0b',22,1,'{"peer": 2, "mhp": 1}','{}',0,NULL,NULL,NULL,NULL);
CREATE INDEX cases_by_merge ON cases (agency, merged_into);
CREATE INDEX cases_by_number ON cases (agency, number);
CREATE INDEX cases_by_outcome ON cases (agency, outcome, hold, reported_at);
CREATE INDEX cases_by_report ON cases (agency, reported_at);
CREATE INDEX reviews_open ON reviews (agency, answered_at);
CREATE INDEX entries_by_case ON entries (agency, case_id, id);
CREATE INDEX drills_by_plan ON drills (agency, planned_at);
CREATE INDEX requests_by_time ON requests (agency, asked_at);
CREATE INDEX referrals_by_time ON referrals (agency, offered_at);
CREATE INDEX exceptions_by_time ON exceptions (agency, recorded_at);
CREATE INDEX offers_by_time ON offers (agency, offered_at);
CREATE INDEX deliveries_by_time ON deliveries (agency, started_at);
CREATE INDEX alarms_open ON alarms (agency, answered_at);
COMMIT;
