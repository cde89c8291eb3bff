import pytest

from annotations.measuring.plotting import BAR, HEIGHT, WIDTH, bar, line


def test_line_of_nothing_has_no_dots():
    assert line([], 1) == line([], 0)
    assert line([], 1).strokes == []


def test_line_goes_from_left_to_right_and_from_the_bottom_up():
    drawn = line([0, 5, 10], 10)
    assert drawn.dots == [(5.0, HEIGHT - 5), (WIDTH / 2, HEIGHT / 2), (WIDTH - 5, 5.0)]
    assert drawn.strokes == ["5.0,43.0 110.0,24.0 215.0,5.0"]


def test_gap_breaks_the_line_and_a_lone_dot_has_no_stroke():
    drawn = line([1, 2, None, 3], 3)
    assert drawn.dots[2] is None
    assert len(drawn.strokes) == 1


def test_value_above_the_top_stays_in_the_box():
    assert line([20], 10).dots == [(5.0, 5.0)]
    assert line([20], 0).dots == [(5.0, HEIGHT - 5)]


@pytest.mark.parametrize(
    ("ratio", "x", "width"),
    [(1, BAR, 0), (2, BAR, 15), (4, BAR, 30), (99, BAR, 30), (0.5, 15, 15), (0, 0, 30)],
)
def test_bar_leads_right_for_more_and_left_for_less(ratio, x, width):
    assert bar(ratio) == (x, width)
