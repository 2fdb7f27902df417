"""The papers that people bring: a few small real files, drawn once. However large a demo, the store holds each once."""

from dataclasses import dataclass
from functools import cache
from io import BytesIO

import pylopdf_fonts_zh_cn
import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kernel.attachments import checked_type, store

PAGE = """
#set document(date: none)
#set page(width: 300pt, height: 400pt, margin: 24pt, fill: rgb("{paper}"))
#set text(font: "Noto Sans SC", size: 15pt, lang: "zh")
#align(center, text(size: 20pt)[{title}])
#v(10pt)
{lines}
"""
RECEIPT = "微信转账凭证.png"
LETTER = "授权委托书.pdf"
RULING = "民事裁定书.pdf"
SHEETS = {
    RECEIPT: (
        "ffffff",
        "微信转账",
        "转账金额 #h(1fr) ¥450.00",
        "收款人 #h(1fr) 王冬梅",
        "付款人 #h(1fr) 衢州市禾泽保洁有限公司",
        "当前状态 #h(1fr) 对方已收款",
    ),
    LETTER: (
        "ffffff",
        "授权委托书",
        "委托人因纠纷调解一事，委托下列人员为代理人。",
        "权限：代为参加调解，代为承认、放弃、变更请求，签署调解协议，代收款项。",
        "委托人（签名）：#box(width: 5em, stroke: (bottom: 1pt))",
    ),
    RULING: (
        "ffffff",
        "民事裁定书",
        "申请人共同申请司法确认调解协议一案，本院审查终结。",
        "裁定：申请人达成的调解协议有效。一方拒绝履行的，对方可以申请执行。",
        "审判员#h(3em)书记员",
    ),
    "工资条照片.jpg": (
        "e8e0cf",
        "工资条",
        "出勤 #h(1fr) 22 天",
        "计件 #h(1fr) 3,960.00",
        "已付 #h(1fr) 0.00",
    ),
    "转账截图.png": (
        "ffffff",
        "银行转账",
        "金额 #h(1fr) ¥6,000.00",
        "附言 #h(1fr) 定金",
        "状态 #h(1fr) 成功",
    ),
    "现场照片.jpg": (
        "b9c4c0",
        "现场",
        "#rect(width: 100%, height: 190pt, fill: gradient.linear(gray, olive))",
    ),
    "合同复印件.pdf": ("ffffff", "合同书", "甲方：", "乙方：", "双方经协商一致，订立本合同。", "（以下略）"),
    "借条照片.jpg": ("efe6d0", "借条", "今借到人民币叁万元整，一年内还清。", "借款人：#h(3em)（指印）"),
    "票据扫描件.pdf": (
        "ffffff",
        "门诊收费票据",
        "西药费 #h(1fr) 286.40",
        "检查费 #h(1fr) 320.00",
        "合计 #h(1fr) 606.40",
    ),
}
BROUGHT = tuple(name for name in SHEETS if name not in {RECEIPT, LETTER, RULING})


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies in the store, as a row of an attachment tells of it."""

    name: str
    content_type: str
    size: int
    sha256: str


def paper(name: str) -> SimpleUploadedFile:
    """The file as somebody would upload it."""
    return SimpleUploadedFile(name, drawn(name))


@cache
def drawn(name: str) -> bytes:
    colour, title, *lines = SHEETS[name]
    page = PAGE.format(paper=colour, title=title, lines="\n\n".join(lines)).encode()
    kind = "pdf" if name.endswith(".pdf") else "png"
    fonts = [str(pylopdf_fonts_zh_cn.serif_path().parent)]
    content = typst.compile(page, format=kind, ppi=96.0, font_paths=fonts, ignore_system_fonts=True)
    return as_photograph(content) if name.endswith(".jpg") else content


def as_photograph(content: bytes) -> bytes:
    photograph = BytesIO()
    Image.open(BytesIO(content)).convert("RGB").save(photograph, "JPEG", quality=80)
    return photograph.getvalue()


def keep(name: str) -> Kept:
    """As kernel.attachments.attach, up to the row."""
    file = paper(name)
    return Kept(name, checked_type(file), file.size, store(file))
