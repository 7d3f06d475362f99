"""The 46 points that the window is judged by, and the proof that each is held.

A test proves a point when it carries `@pytest.mark.point(NUMBER)`; a picture when its scene names the number.
"""
