"""Small answers to what people and browsers are not trusted with."""

from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import SuspiciousOperation, ValidationError
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


def refuse_unreadable(get_response):
    """No path holds the character NUL, which PostgreSQL cannot store; forms refuse it in what is sent.

    And nobody writes in a "charset" that Python knows and that is none, such as rot13.
    """

    def refusing(request):
        if "\0" in request.path:
            raise SuspiciousOperation("NUL in an address")
        if request.encoding and not is_text_in(request.encoding):
            request.encoding = None
            raise SuspiciousOperation("a charset that is none")
        return get_response(request)

    return refusing


def is_text_in(encoding: str) -> bool:
    """Whether bytes can be read as text in this encoding; Django has already seen that Python knows it."""
    try:
        b"a".decode(encoding, "replace")
    except (LookupError, UnicodeError):
        return False
    return True


def csp_nonce(request):
    """The nonce under the name that django-htmx and Django 6 look for."""
    return {"csp_nonce": getattr(request, "csp_nonce", "")}


def client_address(request):
    """Where a request came from: what our proxy says, if there is one, and else the other end of the line."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR")
