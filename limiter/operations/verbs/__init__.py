"""What `manage.py limiter` does, verb by verb: each module is a part of the command, and none imports another
but the base.
"""
