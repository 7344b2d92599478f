"""Counts of a few people in what leaves the house: one to four might tell who they are, so they are kept back."""

FEW = 5
SMALL = ("hardship", "helped", "disputes", "mediated")
"""Figures that count people, or cases of people, who might be known by how few they are."""
CLASSES = ("hardship_deep", "hardship_relative", "hardship_accidental")
"""The parts of `hardship`."""
A_FEW = f"<{FEW}"
KEPT_BACK = "—"


def is_few(count: int) -> bool:
    return 0 < count < FEW


def told(count: int) -> int | str:
    return A_FEW if is_few(count) else count


def kept_back(parts: list[int], total: int) -> list[int | str]:
    """The parts and their sum: one to four is "<5", and a sum that would tell what stands behind it is not told."""
    few = [part for part in parts if is_few(part)]
    # Of two that make 3, either may be 1 or 2; one alone, all ones and all fours are told by what is left of the sum.
    safe = not few or (len(few) > 1 and len(few) < sum(few) < (FEW - 1) * len(few))
    said = [told(part) for part in (*parts, total)]
    return said if safe or is_few(total) else [*said[:-1], KEPT_BACK]
