from django.conf import settings
from django.utils import translation


class ChosenLanguageMiddleware:
    """Chinese, unless the person chose otherwise (Django's `set_language` keeps the choice in a cookie).

    Not Django's LocaleMiddleware: that follows the browser, and a browser set up in English by somebody else
    would turn papers and notices of a Chinese office English.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response
