"""`make run`: the whole system under one supervisor, from an empty folder to a portal with feedback.

`main` is the order of events until all is prepared, `keep` what the process becomes then, `instance` keeps a
second one away, `ports` finds free ones, `programs` says what runs, `supervise` keeps it running, `child` is
one `program` under it, `output` what all print, and `welcome` the program that greets the newcomer.
"""
