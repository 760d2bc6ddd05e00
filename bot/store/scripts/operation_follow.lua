-- Plan what turns an operation off again: once, by whoever has that operation.
-- KEYS: what follows, planned operations, operation that it follows
-- ARGV: id of what follows, its record, now (ms), when it is due (ms), starts of the operation that it follows
-- Returns: the id of what follows, which may have been planned before; nil if another worker has the operation
if redis.call('HGET', KEYS[3], 'starts') ~= ARGV[5] then
    return nil
end
local known = redis.call('HGET', KEYS[3], 'followed')
if known then
    return known
end
redis.call('HSET', KEYS[3], 'followed', ARGV[1])
redis.call('HSET', KEYS[1], 'record', ARGV[2], 'state', 'planned', 'planned', ARGV[3], 'announced', ARGV[3], 'starts', 0)
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
return ARGV[1]
