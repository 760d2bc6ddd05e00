-- The channel was told of a plan: until it is due nothing is to be done for it, so it is not open.
-- KEYS: operation, open operations
-- ARGV: id, now (ms), card ('' = none)
-- Returns: the state in which it was found
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'planned' then
    redis.call('HSET', KEYS[1], 'announced', ARGV[2])
    redis.call('HDEL', KEYS[1], 'posting')
    redis.call('ZREM', KEYS[2], ARGV[1])
end
if state and ARGV[3] ~= '' then -- what became due meanwhile has its outcome in a message of its own
    redis.call('HSET', KEYS[1], state == 'planned' and 'card' or 'plan_card', ARGV[3])
end
return state
