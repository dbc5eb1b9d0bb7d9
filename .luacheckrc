std = "lua51"
max_line_length = 120
-- What Redis gives to functions, and to the two scripts around rq's keys.
read_globals = { "redis", "cjson", "cmsgpack", "struct" }
files["limiter/rq/scripts"] = { read_globals = { "KEYS", "ARGV" } }
