-- The server's process. What one process wrote another may know in part: a replica that lagged and took over, a
-- restart from an older file.
local server = {
  known = {}, -- the id, once it was asked for: as long as this library is loaded it is the same
}

function server.id()
  if not server.known[1] then
    server.known[1] = string.match(redis.call("INFO", "server"), "run_id:(%w+)")
  end
  return server.known[1]
end
