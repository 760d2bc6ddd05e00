-- Lift a freeze.
-- KEYS: freezes, this lifting
-- ARGV: what is frozen, how long a repeat is known (s)
-- Returns: the freeze (JSON), '' = there was none. Sent twice, it gives what it gave the first time, and lifts no other
local lifted = redis.call('GET', KEYS[2])
if lifted then
    return lifted
end
local freeze = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if freeze ~= '' then
    redis.call('HDEL', KEYS[1], ARGV[1])
    redis.call('SET', KEYS[2], freeze, 'EX', ARGV[2])
end
return freeze
