-- Write an operation down, once: the same idempotency key gives the same operation.
-- KEYS: operation, idempotency key, open operations, turns of the target, sequence, workers, [operation that it repeats or turns back]
-- ARGV: id, deadline (ms, Redis time), record, state, created (ms), seconds to remember the key, worker age limit (ms),
--       whether it takes turns on its target (1 or 0), where that operation names what it led to,
--       what it may name there already ('' = nothing)
-- Returns: {'ok', workers alive} | {'late'} | {'repeat', id} | {'retried', id}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local seen = redis.call('GET', KEYS[2])
if seen and seen ~= ARGV[1] then
    return {'repeat', seen}
end
local alive = redis.call('ZCOUNT', KEYS[6], now - tonumber(ARGV[7]), '+inf')
if seen then
    return {'ok', alive}
end
if now > tonumber(ARGV[2]) then
    return {'late'}
end
if KEYS[7] then
    local led = redis.call('HGET', KEYS[7], ARGV[9])
    if led and led ~= ARGV[10] then
        return {'retried', led}
    end
    redis.call('HSET', KEYS[7], ARGV[9], ARGV[1])
end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[6])
redis.call('HSET', KEYS[1], 'record', ARGV[3], 'state', ARGV[4], 'starts', 0)
redis.call('ZADD', KEYS[3], ARGV[5], ARGV[1])
if ARGV[4] == 'queued' and ARGV[8] == '1' then
    redis.call('ZADD', KEYS[4], redis.call('INCR', KEYS[5]), ARGV[1])
end
return {'ok', alive}
