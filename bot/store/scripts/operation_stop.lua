-- Have an operation begin no further item; what is begun goes on.
-- KEYS: operation
-- ARGV: who stops it, deadline (ms, Redis time)
-- Returns: the state in which it was found: 'running' if it stops now, 'stopping' if it was to stop already; 'late' if
--          Redis came to it after the deadline
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'running' then
    return state or 'gone'
end
local time = redis.call('TIME')
if time[1] * 1000 + math.floor(time[2] / 1000) > tonumber(ARGV[2]) then
    return 'late'
end
return redis.call('HSETNX', KEYS[1], 'stopped', ARGV[1]) == 1 and 'running' or 'stopping'
