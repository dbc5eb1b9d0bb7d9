"""Eight programs, or threads, at one gate, of which some are killed: whatever the race, the limits hold.

Each notes what it is given and what it gives back in one file (`log.py`), in the order in which it happens.
What is counted there is never more than was held, so a machine that stands still for a while makes no fault.
"""
