-- A planned operation is due: it takes its turn, behind what was accepted before, and is open from now on.
-- KEYS: operation, planned operations, turns of the target, sequence, open operations
-- ARGV: id, now (ms)
-- Returns: the state in which it was found; 'planned' means that it is queued now, 'early' that it is not due yet
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'planned' then
    redis.call('ZREM', KEYS[2], ARGV[1])
    return state
end
local due = redis.call('ZSCORE', KEYS[2], ARGV[1])
if due and tonumber(due) > tonumber(ARGV[2]) then
    return 'early'
end
redis.call('HSET', KEYS[1], 'state', 'queued', 'decided', ARGV[2], 'runs', 0)
local card = redis.call('HGET', KEYS[1], 'card')
if card then
    redis.call('HSET', KEYS[1], 'plan_card', card)
    redis.call('HDEL', KEYS[1], 'card')
end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[3], redis.call('INCR', KEYS[4]), ARGV[1])
redis.call('ZADD', KEYS[5], ARGV[2], ARGV[1])
return 'planned'
