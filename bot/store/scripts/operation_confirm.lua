-- Confirm an operation that waits for it: once, and before it lapses. Who may press was decided before.
-- KEYS: operation, turns of the target, sequence, planned operations
-- ARGV: id, now (ms), deadline (ms, Redis time), when it is due (ms, '' = at once), the second person ('' = it took none)
-- Returns: the state in which it was found; 'waiting' means that it is queued or planned now, 'lapsed' that it was
--          too late to confirm, 'late' that Redis came to it after the deadline
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'waiting' then
    return state
end
local time = redis.call('TIME')
if time[1] * 1000 + math.floor(time[2] / 1000) > tonumber(ARGV[3]) then
    return 'late'
end
if tonumber(redis.call('HGET', KEYS[1], 'expires')) <= tonumber(ARGV[2]) then
    return 'lapsed'
end
if ARGV[5] ~= '' then
    redis.call('HSET', KEYS[1], 'second', ARGV[5])
end
if ARGV[4] ~= '' and tonumber(ARGV[4]) > tonumber(ARGV[2]) then
    redis.call('HSET', KEYS[1], 'state', 'planned', 'planned', ARGV[2], 'decided', ARGV[2], 'runs', 0)
    redis.call('HDEL', KEYS[1], 'card') -- of the question; the plan has one of its own
    redis.call('ZADD', KEYS[4], ARGV[4], ARGV[1])
    return 'waiting'
end
redis.call('HSET', KEYS[1], 'state', 'queued', 'decided', ARGV[2], 'runs', 0)
redis.call('ZADD', KEYS[2], redis.call('INCR', KEYS[3]), ARGV[1])
return 'waiting'
