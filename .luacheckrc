std = "lua51"
max_line_length = false -- the joined text begins with one long line of names
unused = false -- a script is joined from shared pieces and needs only some of their constants
-- What Redis gives to a script.
read_globals = { "redis", "cjson", "cmsgpack", "bit", "struct", "KEYS", "ARGV" }
ignore = { "431", "432" } -- joining moves functions into one another, so their names may meet a caller's
