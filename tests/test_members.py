"""What people do with the register."""

from tests.conftest import Someone


def test_a_worker_signs_in_and_sees_who_she_is(worker: Someone) -> None:
    page = worker.get("/me")
    assert "周素琴" in page
    assert "明珠社区第1网格" in page
