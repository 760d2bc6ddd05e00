-- Keep the outcome of an operation and its audit record, in one step.
-- With: audit_trail
-- KEYS: operation, turns of the target, planned operations, open operations, audit trail, its head,
--       [telling (outcomes of its channel that are to be told), sequence]
-- ARGV: id, starts ('' = whoever), states from (comma before and after each), result, now (ms), most audit records,
--       audit field, value, ... (none: not audited)
-- Returns: the state in which it was found if that was none of those, else 'ok'; 'lost' if another worker has it
local state = redis.call('HGET', KEYS[1], 'state')
local kept = redis.call('HMGET', KEYS[1], 'result', 'finished')
if (state == 'finished' or state == 'told') and kept[1] == ARGV[4] and kept[2] == ARGV[5] then
    return 'ok' -- sent twice
end
if not state or not string.find(ARGV[3], ',' .. state .. ',', 1, true) then
    return state or 'gone'
end
if ARGV[2] ~= '' and redis.call('HGET', KEYS[1], 'starts') ~= ARGV[2] then
    return 'lost'
end
redis.call('HSET', KEYS[1], 'state', 'finished', 'result', ARGV[4], 'finished', ARGV[5])
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('ZREM', KEYS[3], ARGV[1]) == 1 then -- it is to be told now, so it is open
    redis.call('ZADD', KEYS[4], ARGV[5], ARGV[1])
end
if KEYS[7] then
    redis.call('ZADD', KEYS[7], redis.call('INCR', KEYS[8]), ARGV[1])
end
append_to_trail(KEYS[5], KEYS[6], 6)
return 'ok'
