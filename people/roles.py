"""What a post allows, and how far its sight reaches (domain.md 14; glossary.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    CLERK = "clerk", _("综合受理员")
    GUIDE = "guide", _("引导员")
    MEDIATOR = "mediator", _("调解员")
    INDUSTRY_MEDIATOR = "industry_mediator", _("行业调解员")
    STAMP_KEEPER = "stamp_keeper", _("印章管理员")
    COURT = "court", _("法院驻点干部")
    PETITION_OFFICER = "petition_officer", _("信访办理员")
    DISPATCHER = "dispatcher", _("分流员")
    HANDLER = "handler", _("承办人")
    UNIT_HEAD = "unit_head", _("单位负责人")
    TOWNSHIP_OFFICER = "township_officer", _("乡镇（街道）工作人员")
    TOWNSHIP_HEAD = "township_head", _("乡镇（街道）负责人")
    GRID_WORKER = "grid_worker", _("网格员")
    ROSTER_KEEPER = "roster_keeper", _("排班管理员")
    ANALYST = "analyst", _("研判员")
    COMMANDER = "commander", _("指挥长")
    DIRECTOR = "director", _("中心主任")
    LEADER = "leader", _("县领导")
    ENFORCEMENT = "enforcement", _("执法协调员")
    INSTRUCTOR = "instructor", _("业务指导员")
    DISCIPLINE = "discipline", _("纪检受理员")
    SYSADMIN = "sysadmin", _("系统管理员")
    SECADMIN = "secadmin", _("安全管理员")
    AUDITOR = "auditor", _("审计管理员")


class Restriction(models.TextChoices):
    """Why a matter is hidden from those who could otherwise see it (isolated file)."""

    ACCUSATION = "accusation", _("检举控告")
    VIOLENCE = "violence", _("家庭暴力")
    MINOR = "minor", _("未成年人")
    PSYCHIATRIC = "psychiatric", _("精神障碍")
    CONFIDENTIAL = "confidential", _("保密件")


WITHOUT_BUSINESS = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})
"""System, security and audit administrators see no matter, no person, no visit (GB/T 22239 8.1.4)."""

AREA_WIDE = frozenset(
    {Role.DISPATCHER, Role.ANALYST, Role.COMMANDER, Role.DIRECTOR, Role.LEADER, Role.TOWNSHIP_HEAD}
)
"""Their sight reaches the whole area of their unit. Everybody else sees what their unit holds or was shown."""

HEADS = frozenset({Role.UNIT_HEAD, Role.TOWNSHIP_HEAD, Role.DIRECTOR})
"""Who answers for a unit."""
SUPERVISORS = frozenset({Role.DIRECTOR, Role.COMMANDER, Role.LEADER})
"""Who presses units, and judges their answers."""

CORRECTS_PERSONS = frozenset(
    {
        Role.CLERK,
        Role.MEDIATOR,
        Role.INDUSTRY_MEDIATOR,
        Role.COURT,
        Role.PETITION_OFFICER,
        Role.DISPATCHER,
        Role.TOWNSHIP_OFFICER,
        Role.DIRECTOR,
    }
)
"""Who puts right what was registered of a person in their sight."""
MERGES_PERSONS = frozenset({Role.CLERK, Role.DIRECTOR})
"""Who says that two records are of one person, and takes it back."""

OPENS = {
    Role.DISCIPLINE: frozenset({Restriction.ACCUSATION}),
    Role.MEDIATOR: frozenset({Restriction.VIOLENCE, Restriction.MINOR}),
    Role.STAMP_KEEPER: frozenset(
        {Restriction.VIOLENCE, Restriction.MINOR}
    ),  # agreements of these matters bind too
    Role.PETITION_OFFICER: frozenset(
        {Restriction.PSYCHIATRIC}
    ),  # the director only sees: a desk has to answer
    Role.COURT: frozenset({Restriction.VIOLENCE, Restriction.MINOR}),  # 人身安全保护令 (反家庭暴力法 28)
    Role.DIRECTOR: frozenset({Restriction.VIOLENCE, Restriction.MINOR, Restriction.PSYCHIATRIC}),
}
"""The restricted matters a role may see, within its scope. An accusation is for the discipline role alone."""
OPENERS = {kind: frozenset(role for role, opened in OPENS.items() if kind in opened) for kind in Restriction}
"""The same, by kind."""
OPENED = [(kind.value, kind.label) for kind in Restriction if OPENERS[kind]]
"""The kinds that a form offers for a matter: of another kind nobody could open it."""
SECLUDED = frozenset(kind for kind, roles in OPENERS.items() if roles == {Role.DISCIPLINE})
"""Matters that nobody of the centre opens: the discipline desk follows them up and judges among its own people."""
RESTRICTS = frozenset({Role.DIRECTOR, Role.DISCIPLINE})
"""Who decides, of what they may open, whether a matter is hidden later or shown again; never whoever asked for it."""

ACCOUNTS = {
    "create_user": frozenset({Role.SYSADMIN}),
    "edit_user": frozenset({Role.SYSADMIN}),
    "set_reach": frozenset({Role.SYSADMIN}),
    "send_again": frozenset({Role.SYSADMIN}),
    "reset_password": frozenset({Role.SYSADMIN}),
    "deactivate": frozenset({Role.SYSADMIN, Role.SECADMIN}),
    "reactivate": frozenset({Role.SYSADMIN}),
    "add_post": frozenset({Role.SECADMIN}),
    "remove_post": frozenset({Role.SECADMIN}),
    "reset_factor": frozenset({Role.SECADMIN}),
    "set_policy": frozenset({Role.SECADMIN}),
}
"""Who does what with accounts: one makes them, another gives them rights, the third reads what both did (三权分立)."""
