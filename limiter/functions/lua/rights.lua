-- What the caller's account may not do of all that the functions call. Reads only.
--
-- KEYS[1]  a key as the functions use them
-- reply    {names of commands}
local rights = {
  COMMANDS = {
    "DEL", "EXISTS", "GET", "HDEL", "HEXISTS", "HGET", "HGETALL", "HINCRBY", "HMGET", "HSET", "INFO", "LINDEX", "LLEN",
    "LPOP", "LPOS", "LRANGE", "LREM", "LTRIM", "PEXPIRE", "PTTL", "RPUSH", "SCAN", "SET", "TIME", "ZADD", "ZCARD",
    "ZCOUNT", "ZRANGE", "ZRANGEBYSCORE", "ZRANK", "ZREM", "ZREMRANGEBYSCORE", "ZSCAN", "ZSCORE",
  },
  FUNCTION = { "LOAD", "LIST", "DELETE" }, -- verbs that clients use
}

function rights.arguments(command, key)
  if command == "TIME" or command == "INFO" then
    return
  elseif command == "SCAN" then
    return 0
  elseif command == "DEL" or command == "EXISTS" then
    return key -- all that follow would be keys
  end
  return key, 0, 0, 0
end

function rights.missing(keys)
  local missing = {}
  for _, command in ipairs(rights.COMMANDS) do
    if not redis.acl_check_cmd(command, rights.arguments(command, keys[1])) then
      missing[#missing + 1] = command
    end
  end
  for _, verb in ipairs(rights.FUNCTION) do
    if not redis.acl_check_cmd("FUNCTION", verb, "x") then
      missing[#missing + 1] = "FUNCTION " .. verb
    end
  end
  return missing
end
