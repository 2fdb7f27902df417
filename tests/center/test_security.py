import pytest
from django.core.exceptions import ValidationError
from django.core.handlers.wsgi import WSGIRequest

from governance_center import security


@pytest.mark.parametrize(
    "password", ["Aa1aaaaaaa", "Aa-aaaaaaa", "a1-aaaaaaa", "A1-AAAAAAA", "Aa1-密码很长很长"]
)
def test_three_kinds_of_characters_are_enough(password):
    security.ThreeKindsValidator().validate(password)


@pytest.mark.parametrize("password", ["", "aaaaaaaaaa", "aaaaaaaaaA", "1111111111a", "----------1"])
def test_two_kinds_are_refused(password):
    with pytest.raises(ValidationError):
        security.ThreeKindsValidator().validate(password)


def test_without_a_proxy_nobody_can_claim_another_address(rf, settings):
    settings.BEHIND_PROXY = False
    request = rf.get("/", headers={"X-Forwarded-For": "10.0.0.1"})

    assert security.client_address(request) == "127.0.0.1"


def test_behind_our_proxy_its_own_word_counts(rf, settings):
    settings.BEHIND_PROXY = True
    request = rf.get("/", headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.1"})

    assert security.client_address(request) == "10.0.0.1"


def test_the_policy_forbids_scripts_in_pages(client):
    policy = client.get("/healthz").headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'self'" in policy


def test_a_browser_set_to_english_still_gets_chinese(client):
    assert client.get("/healthz", headers={"Accept-Language": "en"}).headers["Content-Language"] == "zh-hans"


def test_who_chose_english_gets_it(client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    assert client.get("/healthz").headers["Content-Language"] == "en"


@pytest.mark.parametrize("address", ["/hall/kiosk/tickets/a%00b/", "/%00"])
def test_a_path_with_nul_is_refused(client, address):
    assert client.get(address).status_code == 400


@pytest.mark.parametrize(
    "environ",
    [
        *(
            {"CONTENT_TYPE": f"text/plain; charset{charset}"}
            for charset in ("=rot13", "=hex", "=undefined", "=idna", "*=x-none''a")
        ),
        {
            "CONTENT_TYPE": "application/x-www-form-urlencoded; charset=utf-8",
            "QUERY_STRING": "&".join(["a=1"] * 1_001),
        },
    ],
)
def test_what_django_fails_on_before_it_could_refuse_it_is_refused(environ):
    answered = []
    security.refuse_unreadable(pytest.fail)(environ, lambda status, headers: answered.append(status))

    assert answered == ["400 Bad Request"]


@pytest.mark.parametrize(
    "environ",
    [
        *(
            {"CONTENT_TYPE": content_type}
            for content_type in ("", "text/plain; charset=gb18030", "multipart/form-data; boundary=x")
        ),
        {"CONTENT_TYPE": "text/plain; charset=utf-8", "QUERY_STRING": "&".join(["a=1"] * 1_000)},
    ],
)
def test_whatever_can_be_read_goes_through(rf, environ):
    WSGIRequest(rf._base_environ(**environ))
    guarded = security.refuse_unreadable(lambda environ, start_response: "a page")

    assert guarded(environ, None) == "a page"
