-- Book the next free slot of a steady rate: the generic cell rate algorithm, with one virtual clock for all processes.
-- KEYS: the clock (arrival time that is still free, in ms with fractions)
-- ARGV: ms between calls, how many may come at once
-- Returns: ms to wait before the call
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local every, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local free = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now - every * (burst - 1))
redis.call('SET', KEYS[1], string.format('%.3f', free + every), 'PX', math.ceil(math.max(free - now, 0) + every * (burst + 1) + 1000))
return math.ceil(math.max(free - now, 0))
