std = "lua51"
max_line_length = false -- the joined text begins with one long line of names
unused = false -- a script is joined from shared pieces and needs only some of their constants
-- What Redis gives to a script.
read_globals = { "redis", "cjson", "cmsgpack", "bit", "struct", "KEYS", "ARGV" }
ignore = {
  "4", -- joining moves functions into one another, so their names may meet a caller's
  "511", "532", -- what returned early leaves a block early, at the end of which may stand what was the caller's rest
  "531", "541", "581", "582", -- and what stands where it was called may be empty, a comparison after a "not", or give more than is used
}
