"""The matrix of faults: real processes under load, one fault at a time, and an auditor of its own.

`stage` is what runs, `servers` and `proxies` what it runs on, `provider_log` the proxy before the simulator,
`load` the people, `faults` the table of all faults (in modules by what they strike), `quiet` and `auditor`
what is looked at afterwards, `report` the matrix, `chaos` a sequence drawn at random.
"""
