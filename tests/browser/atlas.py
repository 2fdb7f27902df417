"""Which pages there are, who opens them, and with rows of which kind."""

import itertools
import re
from collections import Counter
from datetime import date, timedelta

from django.apps import apps
from django.test import Client
from django.utils import timezone

from people.models import Seat, Unit, User
from people.selectors import duty_units
from tests.guards.test_house_rules import url_patterns

PAGES = {
    "clerk": """
        home pile search people:change_password people:set_up_factor people:devices
        people:choose_notices handover:mine
        roster:week roster:duty roster:day roster:swaps roster:accept_swap roster:refuse_swap roster:withdraw_swap
        cases:list cases:detail cases:clocks cases:correct cases:add_party cases:add_agent cases:end_agent
        cases:log_contact cases:attach cases:reopen cases:reveal_party cases:ask cases:request_list
        cases:ask_restriction cases:withdraw_restricting
        persons:detail persons:reveal_person persons:correct_person persons:correct_party persons:add_phone
        persons:add_guardian persons:end_guardian persons:merge_persons persons:tell_apart
        intake:list intake:register intake:enter_afterwards intake:window intake:detail intake:ticket intake:identify
        intake:rejoin intake:transfer intake:join intake:hold intake:leave intake:finish intake:triage intake:papers
        intake:print_paper intake:read_back intake:receive_materials intake:register_arrival intake:copy_out
        intake:require_materials intake:returned intake:take_up intake:replace_party
        intake:guide intake:advise intake:check_ins intake:check_in intake:day intake:pause intake:pause_hall
        intake:end_pause_of_hall intake:close_hall intake:post_notice intake:pair_screen
        intake:change_turn_rule intake:call_help mediation:withdraw_change
    """,
    "director": """
        home stats:today stats:rows cases:follow_up cases:rule_list cases:edit_rule cases:edit_wording
        cases:clock_book
        cases:card_list cases:deferral_list cases:enter_instruction cases:call_conference cases:remind cases:issue_card
        cases:receipts
        cases:clock_watch deadlines
        cases:edit_calendar cases:edit_clock_rule cases:ask_lifting cases:grant_restricting cases:refuse_restricting
        roster:set_seat roster:set_leader roster:set_duty roster:copy_week roster:stand_in roster:stand_in_for
        roster:fill_seat roster:deputies roster:set_deputy handover:hand_over_work cases:detail mediation:assign
        mediation:template_list mediation:edit_template mediation:edit_vague_words
        mediation:grant_change mediation:refuse_change
        mediation:committees mediation:register_committee
        mediation:mediator_list mediation:mediator_detail mediation:grade_mediator
        mediation:allowance_book mediation:set_allowance mediation:edit_grade
        mediation:sheet_list mediation:draw_up_sheet mediation:sheet_detail mediation:print_sheet
    """,
    "mediator": """
        home cases:agree_to_objection cases:refuse_objection cases:verify_request cases:send_request_back
        cases:withdraw_request mediation:list mediation:mine mediation:all mediation:accept mediation:detail
        mediation:hand_over mediation:record_consent mediation:ask_change mediation:invite_helper
        mediation:record_session mediation:keep_note mediation:draft_agreement
        mediation:record_oral_agreement mediation:give_up mediation:papers mediation:print_paper
        mediation:edit_agreement mediation:submit_agreement mediation:sign_agreement mediation:revise_agreement
        mediation:print_agreement mediation:plan_session mediation:report_to_police
        mediation:sign_record mediation:confirmation_detail mediation:hand_copy mediation:performance_list
        mediation:move_session mediation:cancel_session mediation:hold_session mediation:adjourn_session
        mediation:add_attempt mediation:correct_record mediation:add_addendum
        mediation:record_payment mediation:remind_party mediation:note_breach
        mediation:add_co_mediator mediation:remove_co_mediator mediation:declare_interest
        mediation:arbitration_detail mediation:apply_for_arbitration mediation:decline_arbitration
        mediation:accept_arbitration mediation:refuse_arbitration mediation:withdraw_arbitration
        mediation:entrustment_detail mediation:decline_assignment
        mediation:me mediation:mediator_step mediation:mediator_rows mediation:allowance_lines
        mediation:archive mediation:archive_again mediation:archive_list
    """,
    "stamp": "home mediation:set_stamp",
    "court": """
        home mediation:court_list mediation:court_all mediation:court_detail mediation:leave_note
        mediation:answer_referral mediation:send_back_referral mediation:confirmation_list
        mediation:entrustment_list mediation:entrust mediation:receive_return
    """,
    "petitions": """
        home petitions:list petitions:detail petitions:accept_petition petitions:register_petition
    """,
    "department": """
        home petitions:inbox dispatch:list dispatch:detail dispatch:accept_order
        cases:answer_request
    """,
    "unithead": "home cases:grant_deferral",
    "sysadmin": """
        home people:user_list people:create_user people:user_detail people:edit_user people:deactivate
        people:reactivate people:reset_password people:set_reach people:delivery_list
    """,
    "secadmin": "home people:user_detail people:set_policy people:add_post people:reset_factor people:remove_post",
    "auditor": "home persons:looks",
    "discipline": "home petitions:list",
}
OTHERWISE = {
    "without a log-in, by tests of their own": """
        public:home public:query public:enquire_progress public:withdraw public:rate people:login
        people:second_factor intake:screen intake:offer_screen intake:kiosk intake:kiosk_ticket
    """,
    "a fragment of a page above": """
        dispatch:panel intake:panel mediation:panel mediation:court_panel petitions:panel intake:desk intake:look_up
        intake:suggest mediation:capitals mediation:instalment_rows mediation:sessions_today mediation:similar
        kernel:tray
    """,
    "a button without a page, or an answer to a machine": """
        intake:call_next intake:heard intake:print_ticket intake:recall intake:receive intake:resume intake:no_show
        intake:undo_call intake:end_pause intake:unpair_screen intake:withdraw_notice intake:reopen_hall
        kernel:attachment mediation:session_ics kernel:live_versions kernel:read_notification kernel:read_notifications
        mediation:print_file mediation:print_return mediation:export_sheet people:end_device
        people:logout people:presence people:resume persons:make_primary persons:remove_phone roster:clear_seat
        favicon healthz metrics readyz
    """,
    "the form of a move like those above, in a state that a small demo centre does not hold": """
        mediation:pass_check mediation:fail_check mediation:approve_sheet mediation:send_back_sheet
        mediation:draw_up_again mediation:check_admissibility dispatch:answer_order dispatch:send_back_order
        cases:accept_request cases:object_to_request cases:ask_deferral cases:refuse_deferral cases:withdraw_deferral
        cases:resume_clock cases:call_back cases:correct_instruction cases:hold_conference cases:cancel_conference
        cases:print_conference cases:print_deferral
        cases:release_sweep cases:answer_card cases:appeal_card cases:close_card
        cases:send_card_back cases:withdraw_card cases:revoke_card cases:uphold_card
        dispatch:assign_order handover:detail handover:take_back_work
        intake:answer_help intake:cancel intake:enter_above intake:keep_signed intake:correct_material
        intake:scan_material intake:return_material intake:void_material intake:send_on intake:settle
        intake:supply_material intake:void_requirement
        mediation:apply_for_confirmation mediation:hand_to_court mediation:accept_confirmation
        mediation:return_application mediation:refuse_acceptance mediation:confirm_agreement
        mediation:dismiss_application mediation:withdraw_application mediation:decline_confirmation
        mediation:hand_to_commission mediation:confirm_arbitration mediation:return_to_court
        mediation:accept_referral mediation:keep_signed mediation:keep_signed_agreement
        people:send_again
        people:confirm_change people:refuse_change persons:doubt_again persons:unmerge_persons
        petitions:answer_petition petitions:send_back_petition petitions:correct_registration
        petitions:merge_petition petitions:tell_whom petitions:other_route petitions:not_accept
        petitions:no_longer_accept petitions:pass_to_justice petitions:refer_up petitions:enter_decision
        petitions:report_urgent
        petitions:hand_to_discipline petitions:forward petitions:assign_with_report petitions:conclude_petition
        petitions:forwarding_detail petitions:sign_for petitions:inform_petitioner petitions:object_to_petition
        petitions:grant_objection petitions:deny_objection petitions:dispute_duty petitions:keep_duty
        petitions:move_duty petitions:withdraw_petition petitions:route_elsewhere petitions:accept_matter
        petitions:take_up_suggestion petitions:record_inquiry petitions:tell_extension petitions:draft_opinion
        petitions:reply_to_suggestion petitions:file_report petitions:recuse_handler petitions:ask_review
        petitions:ask_rereview petitions:draft_decision petitions:enter_outcome petitions:withdraw_review
        petitions:register_return petitions:answer_return petitions:refuse_return petitions:edit_letter
        petitions:check_letter petitions:return_letter petitions:sign_letter petitions:deliver_letter
        petitions:print_letter roster:ask_swap
    """,
}
"""Addresses that are no pages of a role, and why."""
ROWS = {
    "agents": "cases.Agent",
    "agreements": "mediation.Agreement",
    "archives": "mediation.Archive",
    "arbitrations": "mediation.ArbitrationReview",
    "assignments": "mediation.Assignment",
    "cards": "cases.Card",
    "cases": "cases.Case",
    "confirmations": "mediation.JudicialConfirmation",
    "changes": "mediation.MediatorChange",
    "conferences": "cases.Conference",
    "court": "mediation.CourtReferral",
    "deferrals": "cases.Deferral",
    "deputies": "people.User",
    "dispatch": "dispatch.OrderHandling",
    "entrustments": "mediation.Entrustment",
    "grades": "mediation.Grade",
    "guardians": "people.Guardian",
    "mediation": "mediation.Mediation",
    "mediators": "people.User",
    "of": "people.User",
    "performances": "mediation.Performance",
    "parties": "cases.Party",
    "instructions": "cases.Instruction",
    "persons": "people.Person",
    "petitions": "petitions.PetitionHandling",
    "plans": "mediation.SessionPlan",
    "posts": "people.Post",
    "requests": "cases.Request",
    "restrictings": "cases.Restricting",
    "rounds": "cases.Round",
    "rules": "cases.Category",
    "seats": "people.Window",
    "swaps": "people.SeatSwap",
    "sessions": "mediation.Session",
    "sheets": "mediation.AllowanceSheet",
    "templates": "mediation.AgreementTemplate",
    "tickets": "intake.Ticket",
    "turn-rules": "intake.TurnRule",
    "users": "people.User",
    "window": "people.Window",
    "windows": "people.Window",
    "wordings": "cases.Wording",
}
"""What stands before the key in an address, and whose key it is."""
WORDS = {
    "day": lambda: [timezone.localdate().isoformat()],
    "role": lambda: ["clerk"],
    "kind": lambda: ["category", "html"],
    "number": lambda: ["1"],
    "year": lambda: ["2026"],
    "slug": lambda: ["rights", "overdue", "visits", "register-form", "taken"],
    "month": lambda: [f"{last_month():%Y-%m}"],
    "span": lambda: [f"{timezone.localdate():%Y}"],
    "step": lambda: ["plan", "archive"],
    "part": lambda: ["rows"],
    "system": lambda: ["hotline"],
}
OF_A_STATE = 10
ALIKE = 3
"""So many pages of one template are looked at: three dozen moves share a form of one note."""


def last_month() -> date:
    return timezone.localdate().replace(day=1) - timedelta(days=1)


def keys(label: str) -> list[int]:
    """Of the newest rows in each state; of people the first, who have a name of their own in the demo."""
    if label == "people.User":
        return list(User.objects.order_by("pk").values_list("pk", flat=True)[:OF_A_STATE])
    model = apps.get_model(label)
    names = {field.name for field in model._meta.concrete_fields}
    of = [name for name in ("route", "state") if name in names]
    seen: Counter = Counter()
    found = []
    for row in model.objects.order_by("-pk").values_list("pk", *of):
        seen[row[1:]] += 1
        if seen[row[1:]] <= OF_A_STATE:
            found.append(row[0])
    return found


def values(route: str, name: str) -> list:
    if name in WORDS:
        return WORDS[name]()
    if "duty/" in route:
        return list(duty_units().values_list("pk", flat=True))
    if "committees/<" in route:
        return list(Unit.objects.filter(kind=Unit.Kind.COMMITTEE).values_list("pk", flat=True))
    if "stand-in/<" in route:
        return list(Seat.objects.today().values_list("pk", flat=True))
    before = re.sub(r"<str:kind>/", "", route).partition("<int:pk>")[0].rstrip("/").rpartition("/")[2]
    return keys(ROWS[before])


def addresses(route: str):
    names = re.findall(r"<(?:\w+:)?(\w+)>", route)
    for words in itertools.product(*(values(route, name) for name in names)):
        filled = route
        for name, word in zip(names, words, strict=True):
            filled = re.sub(rf"<(?:\w+:)?{name}>", str(word), filled)
        yield f"/{filled}"


def pages() -> dict[str, list[str]]:
    """By role: an address of each of its pages, but of pages that share a template only so many."""
    by_name = dict(reversed([(name, route) for name, _entry, route in url_patterns()]))
    shown: Counter = Counter()
    found: dict[str, list[str]] = {}
    for username in PAGES:
        client = Client()
        client.force_login(User.objects.get(username=username))
        mine = found[username] = []
        for name in PAGES[username].split():
            address, template = first_open(client, by_name[name])
            shown[template] += 1
            if shown[template] <= ALIKE or name == "home":
                mine.append(address)
    return found


def first_open(client, route: str) -> tuple[str, str]:
    """The first address that is a page, and its template."""
    for address in addresses(route):
        answer = client.get(address)
        if answer.status_code == 200 and b"</html>" in answer.content:
            return address, answer.templates[0].name
    raise AssertionError(f"{route} opens to nobody")
