"""Instances whose work is done elsewhere: what is told of them, as events; judged by our rules.

Pure. Nothing here is dispatched, timed out or stopped by us: whoever made the instance says how
its runs are. A run that was told timed out may still be completed; every other end stays.
"""
