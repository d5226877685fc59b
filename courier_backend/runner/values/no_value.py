"""There is no value where a rule looks for one."""


class NoValue(Exception):
    """An output could not be taken; the sentence says why. It never holds what was looked at."""
