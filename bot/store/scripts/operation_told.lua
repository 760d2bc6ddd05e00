-- The outcome has been told: the operation is no longer open, and its record goes in a while.
-- With: audit_trail
-- KEYS: operation, open operations, telling, audit trail, its head
-- ARGV: id, starts, where, seconds to keep the record, most audit records,
--       audit field, value, ... (none: told where it belongs)
-- Returns: the id of the next one to be told in its channel ('' = none), or 0 if another worker has it
local held = redis.call('HMGET', KEYS[1], 'state', 'starts')
if held[2] ~= ARGV[2] then
    return 0
end
if held[1] ~= 'told' then -- else: sent twice
    redis.call('HSET', KEYS[1], 'state', 'told', 'told', ARGV[3])
    redis.call('HDEL', KEYS[1], 'posting')
    redis.call('EXPIRE', KEYS[1], ARGV[4])
    redis.call('ZREM', KEYS[2], ARGV[1])
    redis.call('ZREM', KEYS[3], ARGV[1])
    append_to_trail(KEYS[4], KEYS[5], 5)
end
return redis.call('ZRANGE', KEYS[3], 0, 0)[1] or ''
