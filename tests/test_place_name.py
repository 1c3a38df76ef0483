"""Names and addresses as clerks and maps write them come to one form; what differs stays so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenmap.measure.ledger_score import compare_addresses, compare_names
from greenmap.model.address import read_address
from greenmap.model.place_name import arabic, read_name

SEATS = ("衢州市", "柯城区")
SMALL = (*SEATS, "府山街道", "望江社区")


@pytest.mark.parametrize("one, other", [
    ("望江幼儿园（二）", "衢州市柯城区望江幼儿园2"),
    ("衢州望江幼儿园", "望江 幼儿园"),
    ("第二十三中学", "第23中学"),
    ("ＡＢＣ幼儿园", "abc幼儿园"),
    ("望江托育有限公司", "望江托育"),
])  # fmt: skip
def test_one_name_written_otherwise_is_the_same(one, other):
    assert compare_names(read_name(one, SEATS), read_name(other, SEATS))[0] == 3


@pytest.mark.parametrize("one, other, against", [
    ("人民医院", "人民医院分院", "branch"),
    ("望江幼儿园", "望江幼儿园（2）", "branch"),
    ("第一小学", "第二小学", "branch"),
    ("城东幼儿园", "城西幼儿园", "contrast"),
    ("新望江幼儿园", "望江幼儿园", "contrast"),
    ("衢州市实验幼儿园", "柯城区实验幼儿园", "seat"),
])  # fmt: skip
def test_neighbours_are_told_apart(one, other, against):
    assert compare_names(read_name(one, SEATS), read_name(other, SEATS))[2] == against


@pytest.mark.parametrize("text, road, number, building", [
    ("衢州市柯城区府山街道人民路一百二十号", "人民路", "120", ""),
    ("浙江省衢州市柯城区人民路１２０号", "人民路", "120", ""),
    ("望江社区居委会人民路120", "人民路", "120", ""),
    ("人民路120-3号", "人民路", "120-3", ""),
    ("西环路118弄3号", "西环路", "118弄3", ""),
    ("锦园小区３幢2单元", "锦园小区", "", "3"),
    ("锦园小区3号楼底商", "锦园小区", "", "3"),
    ("建设路一巷5号附2号", "建设路1巷", "5", ""),
    ("县前街5号", "县前街", "5", ""),
    ("民族大道38号院2号楼", "民族大道", "38", "2"),
])  # fmt: skip
def test_addresses_are_taken_apart(text, road, number, building):
    assert read_address(text, SMALL).key == (road, number, building)


@pytest.mark.parametrize("text", ["人民路与建设路交叉口", "锦园小区对面", "人民路120号旁",
                                  "人民路"])
def test_an_address_that_says_near_what_is_not_exact(text):
    assert not read_address(text, SMALL).exact


def test_addresses_compared():
    same = [("人民路120号", "柯城区人民路一百二十号"), ("锦园小区3栋", "锦园3号楼")]
    assert all(compare_addresses(read_address(a, SMALL), read_address(b, SMALL)) == 1
               for a, b in same)
    other = [("人民路120号", "人民路12号"), ("人民路5号", "建设路5号"), ("锦园3栋", "锦园4栋")]
    assert all(compare_addresses(read_address(a, SMALL), read_address(b, SMALL)) == 0
               for a, b in other)
    assert compare_addresses(read_address("人民路", SMALL), read_address("人民路3号", SMALL)) == 0.5


@given(st.integers(1, 199))
def test_numerals_are_read_as_digits(number):
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{digits[hundreds]}百" if hundreds else ""
    text += "零" if hundreds and not tens and ones else ""
    text += ((digits[tens] if tens > 1 or hundreds else "") + "十") if tens else ""
    text += digits[ones] if ones else ""
    assert arabic(f"{text}号") == f"{number}号"


@given(st.text("望江和安小学幼儿园社区卫生站东西二三12（）() 市", min_size=1, max_size=12))
def test_a_name_is_like_itself_and_likeness_has_no_side(text):
    one, other = read_name(text, SEATS), read_name("望江东幼儿园2", SEATS)
    assert compare_names(one, one)[0] == 3 and not compare_names(one, one)[2]
    assert compare_names(one, other)[0::2] == compare_names(other, one)[0::2]
