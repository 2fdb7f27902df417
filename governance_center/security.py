"""Small answers to what people and browsers are not trusted with."""

from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _


class LengthValidator(MinimumLengthValidator):
    """Django's own, whose sentence has no Chinese."""

    def get_error_message(self):
        return _("密码太短，至少需要 %(length)d 个字符。") % {"length": self.min_length}


class ThreeKindsValidator:
    """A password mixes at least three of: small letters, capitals, digits, other characters."""

    kinds = (str.islower, str.isupper, str.isdigit, lambda character: not character.isalnum())

    def validate(self, password, user=None):
        if sum(any(map(kind, password)) for kind in self.kinds) < 3:
            raise ValidationError(self.get_help_text(), code="password_too_few_kinds")

    def get_help_text(self):
        return _("密码须包含大写字母、小写字母、数字、其他符号中的至少三种。")


def refuse_nul(get_response):
    """No path holds the character NUL, which PostgreSQL cannot store; forms refuse it in what is sent."""

    def refusing(request):
        if "\0" in request.path:
            raise SuspiciousOperation("NUL in an address")
        return get_response(request)

    return refusing


def refuse_unreadable(application):
    """Around Django, which fails on a few requests before its own middleware could refuse them."""

    def refusing(environ, start_response):
        if is_readable(environ):
            return application(environ, start_response)
        start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"This request cannot be read.\n"]

    return refusing


def is_readable(environ: dict) -> bool:
    """Whether the charset named, if any, is one of text, and the address has no more fields than a form may."""
    try:
        _kind, params = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
        b"a".decode(params.get("charset", "utf-8"), "replace")
    except (LookupError, ValueError):
        return False
    return environ.get("QUERY_STRING", "").count("&") < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


def csp_nonce(request):
    """The nonce under the name that django-htmx and Django 6 look for."""
    return {"csp_nonce": getattr(request, "csp_nonce", "")}


def client_address(request):
    """Where a request came from: what our proxy says, if there is one, and else the other end of the line."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR")
