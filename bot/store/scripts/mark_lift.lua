-- Lift a mark on an entry point.
-- KEYS: marks of its kind, this lifting
-- ARGV: the entry point, how long a repeat is known (s)
-- Returns: the mark (JSON), '' = there was none. Sent twice, it gives what it gave the first time, and lifts no other
local lifted = redis.call('GET', KEYS[2])
if lifted then
    return lifted
end
local mark = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if mark ~= '' then
    redis.call('HDEL', KEYS[1], ARGV[1])
    redis.call('SET', KEYS[2], mark, 'EX', ARGV[2])
end
return mark
