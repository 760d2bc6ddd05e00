-- A worker takes an operation on; whoever held it before is fenced off by the count of starts.
-- KEYS: operation, turns of its target
-- ARGV: id, 1 if it stands first there, or whoever takes it on has no need to
-- Returns: all fields of the operation, flat; empty if there is no such operation
if redis.call('EXISTS', KEYS[1]) == 0 then
    return {}
end
if ARGV[2] ~= '1' and redis.call('ZSCORE', KEYS[2], ARGV[1]) then
    return {'behind'}
end
redis.call('HINCRBY', KEYS[1], 'starts', 1)
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'queued' then
    redis.call('HSET', KEYS[1], 'state', 'running')
end
if state ~= 'finished' and state ~= 'told' and state ~= 'planned' then -- nothing of the command runs in these
    redis.call('HINCRBY', KEYS[1], 'runs', 1)
end
return redis.call('HGETALL', KEYS[1])
