"""A sheet of very many people, as the national template wants them: every row a good one, cells in no order."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from gridunion.sheetout import Table, write_csv, write_xlsx

HEADER = (
    "序号", "姓名", "性别", "出生日期", "民族", "就业状况", "有效证件类别", "证件号码", "学历", "技能等级", "移动电话",
    "户籍类型", "户籍所在地", "会籍变化类型", "会籍变化日期", "会籍变化原因", "政治面貌", "工作单位", "籍贯",
    "是否农民工", "八大群体", "所属社区工会", "所属网格编码",
)  # fmt: skip
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SURNAMES, _GIVEN = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗",
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华",
)
_GROUPS = (None, None, None, "快递员", "网约车司机", "货车司机")


def people(count: int, cells: Sequence[str], seed: int = 7) -> Iterator[list[str | int | None]]:
    """No two with the same number."""
    rng = Random(seed)
    for at in range(count):
        yield _person(rng, at, rng.choice(cells))


def _person(rng: Random, at: int, cell: str) -> list[str | int | None]:
    born = f"{1965 + at // 336 % 40}{1 + at // 28 % 12:02d}{1 + at % 28:02d}"
    number = _number(f"61{at // 13440:04d}{born}{at % 1000:03d}")
    name = rng.choice(_SURNAMES) + rng.choice(_GIVEN) + rng.choice(_GIVEN)
    return [
        at + 1, name, "男" if int(number[16]) % 2 else "女", f"{born[:4]}-{born[4:6]}-{born[6:]}", "汉族", "在岗",
        "居民身份证", number, rng.choice(("高中", "大学本科", "初中")), rng.choice((None, "高级")),
        f"138{at:08d}", "非农业家庭户口", "陕西省汉中市汉台区", "入会", f"20{rng.randrange(10, 24)}-05-01", None,
        "群众", f"汉中第{rng.randrange(3000)}有限公司", "陕西汉中", rng.choice("是否"), rng.choice(_GROUPS), None, cell,
    ]  # fmt: skip


def _number(first: str) -> str:
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, _WEIGHTS, strict=True)) % 11]


def write(path: Path, count: int, cells: Sequence[str]) -> Path:
    with path.open("wb") as out:
        if path.suffix == ".csv":
            write_csv(out, HEADER, people(count, cells))  # type: ignore[arg-type]
        else:
            write_xlsx(out, [Table("会员", HEADER, people(count, cells))], "")
    return path
