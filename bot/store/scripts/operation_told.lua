-- The outcome has been told: the operation is no longer open, and its record goes in a while.
-- KEYS: operation, open operations
-- ARGV: id, starts, where, seconds to keep the record
-- Returns: 1, or 0 if another worker has it
if redis.call('HGET', KEYS[1], 'starts') ~= ARGV[2] then
    return 0
end
redis.call('HSET', KEYS[1], 'state', 'told', 'told', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
