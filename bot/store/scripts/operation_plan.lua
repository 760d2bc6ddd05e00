-- An operation whose times are known: it waits until it is due, or takes its turn at once.
-- KEYS: operation, planned operations, turns of the target, sequence
-- ARGV: id, starts, now (ms), when it is due (ms, '' = at once)
-- Returns: 'planned' or 'queued'; 'lost' if another worker has it, or somebody cancelled it
if redis.call('HGET', KEYS[1], 'starts') ~= ARGV[2] then
    return 'lost'
end
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'planned' or state == 'queued' then -- sent twice
    return state
end
if state ~= 'planning' then
    return 'lost'
end
if ARGV[4] ~= '' and tonumber(ARGV[4]) > tonumber(ARGV[3]) then
    redis.call('HSET', KEYS[1], 'state', 'planned', 'planned', ARGV[3], 'runs', 0)
    redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
    return 'planned'
end
redis.call('HSET', KEYS[1], 'state', 'queued', 'decided', ARGV[3], 'runs', 0)
redis.call('ZADD', KEYS[3], redis.call('INCR', KEYS[4]), ARGV[1])
return 'queued'
