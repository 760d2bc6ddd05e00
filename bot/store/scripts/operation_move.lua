-- Move an operation from one state to another, or keep facts in it, if it is still ours.
-- KEYS: operation
-- ARGV: starts, state from, state to (both '*': whatever it is, and stays), field, value, ...
-- Returns: who has stopped it, else 1; 0 if it was not in that state or has been taken on by another worker
if redis.call('HGET', KEYS[1], 'starts') ~= ARGV[1] then
    return 0
end
if ARGV[2] ~= '*' then
    local state = redis.call('HGET', KEYS[1], 'state')
    if state ~= ARGV[2] and state ~= ARGV[3] then -- the second: sent twice
        return 0
    end
    redis.call('HSET', KEYS[1], 'state', ARGV[3])
end
for index = 4, #ARGV, 2 do
    redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 1])
end
return redis.call('HGET', KEYS[1], 'stopped') or 1
