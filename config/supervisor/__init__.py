"""`make run`: the whole system under one supervisor, from an empty folder to a portal with feedback.

`main` is the order of events, `instance` keeps a second one away, `ports` finds free ones, `programs`
says what runs, `supervise` keeps it running, `child` is one program under it, `output` what all of them
print, and `welcome` is the program that greets the newcomer.
"""
