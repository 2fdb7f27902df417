import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from cases import reference
from cases.suggestion import amount, numeral, people_count, suggest

HERE = Path(__file__).parent
LEVELS = ["一般", "较急", "紧急", "特急"]
CATEGORIES, OUTLETS, URGENCIES = reference.categories(), reference.outlets(), reference.urgencies()
TOWNSHIPS = ["樟潭街道", "湖南镇", "莲花镇", "高家镇"]
P1 = "我是湖南人，姓王，在保洁公司做了一天半，公司没提前说一声就不要我了，一天半的工资四百五十块也不给，在樟潭街道。"


def suggested(text):
    return suggest(
        text, categories=CATEGORIES, outlets=OUTLETS, urgencies=URGENCIES, township_names=TOWNSHIPS
    )


def scores(path):
    """The shares of right first categories, right ones in three, right outlets in three, urgency within a step.

    Other answers that are right too count for the first category only: the others are scored strictly.
    """
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    hits = [0, 0, 0, 0]
    for row in rows:
        found = suggested(row["text"])
        hits[0] += found.categories[0] in {row["category"], *row["category_alt"]}
        hits[1] += row["category"] in found.categories
        hits[2] += row["outlet"] in found.outlets
        hits[3] += abs(LEVELS.index(found.urgency) - LEVELS.index(row["urgency"])) <= 1
    first, three, outlets, urgency = (hit / len(rows) for hit in hits)
    print(f"\n{path.name}: {len(rows)} texts, category {first:.0%}, in three {three:.0%}, "
          f"outlets in three {outlets:.0%}, urgency within one step {urgency:.0%}")  # fmt: skip
    return first, three, outlets, urgency


@pytest.mark.parametrize(
    "path",
    [
        HERE / "labelled_texts.jsonl",
        HERE
        / "held_out_texts.jsonl",  # labelled and measured after the cue words were written; they stay unchanged
        HERE.parents[2] / "shared" / "samples.jsonl",
    ],
    ids=lambda path: path.name,
)
def test_most_suggestions_are_right(path):
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this checkout")
    first, three, outlets, urgency = scores(path)
    assert first >= 0.65
    assert three >= 0.85
    assert outlets >= 0.75
    assert urgency >= 0.80


def test_the_woman_from_hunan_is_not_from_the_town_of_that_name():
    found = suggested(P1)
    assert {"C01", "C02"} <= set(found.categories)
    assert found.urgency == "一般"
    assert found.townships == ("樟潭街道",)
    assert found.amount == 450
    assert "工资" in "".join(found.cues)


@pytest.mark.parametrize(
    ("text", "towns"),
    [
        ("湖南王大姐来问工资", ()),
        ("我从湖南来", ()),
        ("湖南镇的路灯坏了", ("湖南镇",)),
        ("从高家镇到莲花镇", ("莲花镇", "高家镇")),
    ],
)
def test_only_the_whole_name_of_a_town_counts(text, towns):
    assert suggested(text).townships == towns


def test_cues_stand_in_the_text_as_they_are_shown():
    text = "包工头欠我们十二个人工资一共十六万八，再不给就堵门。"
    found = suggested(text)
    assert found.cues
    assert all(cue in text for cue in found.cues)


@pytest.mark.parametrize("text", ["", "   ", "。", "啊", "1234567890", "😀" * 50, "长" * 20_000])
def test_a_text_that_says_nothing_still_gets_three_of_each(text):
    found = suggested(text)
    assert len(set(found.categories)) == len(set(found.outlets)) == 3
    assert found.urgency == "一般"


@given(st.text(max_size=200))
def test_any_text_gets_a_suggestion(text):
    found = suggested(text)
    assert len(set(found.categories)) == len(set(found.outlets)) == 3
    assert found.urgency in LEVELS


def test_rows_edited_by_the_centre_are_followed():
    word = reference.Cue("量子纠缠", 20)
    mine = [
        reference.Category(row.code, row.name, row.lead, row.outlets, (*row.cues, word))
        if row.code == "C22"
        else row
        for row in CATEGORIES
    ]
    found = suggest("隔壁量子纠缠", categories=mine, outlets=OUTLETS, urgencies=URGENCIES)
    assert found.categories[0] == "C22"
    assert "量子纠缠" in found.cues


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十", 10), ("十二", 12), ("二十", 20), ("三十七", 37), ("一百零五", 105), ("两千四", 2400), ("三千八", 3800),
        ("一百八", 180), ("十六万八", 168000), ("两万多"[:2], 20000), ("四万二", 42000), ("三万六千", 36000),
        ("一百二十万", 1200000), ("12,806.05", Decimal("12806.05")), ("16.8万", 168000), ("壹万贰仟捌佰零陆", 12806),
        ("六十一万二千三百", 612300), ("一千零五十", 1050),
    ],
)  # fmt: skip
def test_numbers_are_read_in_figures_and_in_words(text, number):
    assert numeral(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("欠我们十二个人工资一共十六万八，快过年了", 168000),
        ("说好一个月三千八，辞职后", 3800),
        ("扣掉全部两千四押金", 2400),
        ("赔偿12,806.05元", Decimal("12806.05")),
        ("要求支付 612,300.00 元", 612300),
        ("罚了我五万，一共卖了三瓶", 50000),
        ("花了１．５万元", 15000),
        ("欠货款四十六万元", 460000),
        ("两家吵了两次", None),
        ("种了两百多棵橘树，二十亩田", None),
        ("在320国道上", None),
        ("二〇二〇年被征收", None),
        ("", None),
    ],
)
def test_the_amount_is_the_largest_sum_of_money(text, number):
    assert suggested(text).amount == number
    assert text != "" or amount(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("我们十二个人在工地", 12),
        ("我们三十七个", None),
        ("我们三十七个人", 37),
        ("七名工人堵门", 7),
        ("二十多户业主", 20),
        ("四户十三人", 13),
        ("工人十五六人讨薪", 15),
        ("花了一万二，老人七十六", None),
        ("一家四口住亲戚家", None),
        ("来了七八个人", 7),
        ("37名农民工", 37),
        ("没说几个", None),
    ],
)
def test_the_people_named_are_counted(text, number):
    assert people_count(text) == number


def test_ten_who_gathered_are_urgent_and_ten_who_did_not_are_pressing():
    assert suggested("我们十二个人今天都来了，村里的事要说法").urgency == "紧急"
    assert suggested("有十二名家长在群里说起食堂的事").urgency == "较急"


def test_every_category_has_a_lead_outlets_and_enough_words():
    assert [row.code for row in CATEGORIES] == [f"C{n:02}" for n in range(1, 25)]
    assert [row.code for row in OUTLETS] == [f"O{n:02}" for n in range(1, 21)]
    known = {row.code for row in OUTLETS}
    for row in CATEGORIES:
        assert row.lead
        assert set(row.outlets) <= known
        assert sum(cue.weight > 0 for cue in row.cues) >= 25
        assert any(cue.weight < 0 for cue in row.cues)
        assert len({cue.word for cue in row.cues}) == len(row.cues), row.code
    assert {row.route for row in OUTLETS} <= {"intake", "mediation", "court", "petitions", "dispatch"}
    assert len({row.code for row in reference.channels()}) == len(reference.channels())


@pytest.mark.django_db
def test_the_command_answers_each_line_with_codes_and_words(tmp_path, capsys):
    asked = tmp_path / "texts.jsonl"
    asked.write_text(json.dumps({"text": P1}, ensure_ascii=False) + "\n\n" + json.dumps({"text": ""}) + "\n")
    call_command("suggest", str(asked))
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first.keys() == {"categories", "outlets", "urgency", "cues"}
    assert len(first["categories"]) == len(first["outlets"]) == 3
    assert first["urgency"] in LEVELS
    assert first["cues"]
    assert second["cues"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("line", ["工资", "[]", "{}", '{"text": 1}'])
def test_the_command_says_which_line_it_cannot_read(tmp_path, line):
    asked = tmp_path / "texts.jsonl"
    asked.write_text(line)
    with pytest.raises(CommandError, match="Line 1"):
        call_command("suggest", str(asked))
