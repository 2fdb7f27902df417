"""What carries a message out of the house. `settings.ADAPTERS` names one function for each way.

Each takes the way ("sms", "chat"), the address, the text and a key that is the same at every try, and raises `Failed`
with words that show neither address nor secret.
"""

import base64
import hashlib
import hmac
import json
import os
import time
from datetime import UTC, datetime
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import quote_plus
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 5
LONGEST_ANSWER = 64 * 1024


class Failed(Exception):
    """It was not taken. The text says why."""


class StayHere(HTTPRedirectHandler):
    """A gateway that points elsewhere is set up wrong: nothing is posted to where it points."""

    def redirect_request(self, *args):
        return None


OPENER = build_opener(StayHere)


def to_file(channel: str, address: str, text: str, key: str) -> None:
    """Append a line to the file of the outbox: for a centre without a gateway, and for trying things out."""
    now = datetime.now(UTC).isoformat()
    line = {"at": now, "channel": channel, "to": address, "text": text, "key": key}
    settings.OUTBOX_FILE.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(settings.OUTBOX_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, (json.dumps(line, ensure_ascii=False) + "\n").encode())
        os.fsync(file)
    finally:
        os.close(file)


def sms_gateway(channel: str, address: str, text: str, key: str) -> None:
    """POST {"phone", "text", "key"} as JSON to SMS_URL with the token SMS_TOKEN; any 2xx says that it was taken."""
    headers = {"Authorization": f"Bearer {settings.SMS_TOKEN}", "Idempotency-Key": key}
    post(settings.SMS_URL, {"phone": address, "text": text, "key": key}, headers)


def wecom(channel: str, address: str, text: str, key: str) -> None:
    """The robot of a WeCom group at CHAT_URL names the person by their account there."""
    asked = {"msgtype": "text", "text": {"content": text, "mentioned_list": [address]}}
    accepted(post(settings.CHAT_URL, asked))


def dingtalk(channel: str, address: str, text: str, key: str) -> None:
    """The same of a DingTalk group; each call is signed with CHAT_SECRET."""
    now = str(round(time.time() * 1000))
    sign = hmac.new(settings.CHAT_SECRET.encode(), f"{now}\n{settings.CHAT_SECRET}".encode(), hashlib.sha256)
    url = f"{settings.CHAT_URL}&timestamp={now}&sign={quote_plus(base64.b64encode(sign.digest()))}"
    asked = {"msgtype": "text", "text": {"content": text}, "at": {"atUserIds": [address]}}
    accepted(post(url, asked))


def accepted(answer: bytes) -> None:
    """Robots answer 200 with a code of their own."""
    try:
        code = json.loads(answer)["errcode"]
    except (ValueError, KeyError, TypeError):
        raise Failed(_("答复无法识别")) from None
    if code != 0:
        raise Failed(f"errcode {code}")


def post(url: str, asked: dict, headers: dict | None = None) -> bytes:
    """Post JSON, and return the answer. An address that is not http(s) is refused, not read."""
    if not url.startswith(("https://", "http://")):
        raise Failed(_("未配置网关地址"))
    headers = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    request = Request(url, json.dumps(asked, ensure_ascii=False).encode(), headers, method="POST")
    try:
        with OPENER.open(request, timeout=SECONDS) as answer:
            return answer.read(LONGEST_ANSWER)
    except HTTPError as error:
        raise Failed(f"HTTP {error.code}") from None
    except TimeoutError:
        raise Failed(_("超时")) from None
    except (OSError, HTTPException) as error:
        timed_out = isinstance(getattr(error, "reason", None), TimeoutError)
        raise Failed(_("超时") if timed_out else _("无法连接")) from None
