-- A message of an operation is about to go out: by whoever has it in hand, one at a time, outcomes in turn.
-- KEYS: operation, telling (outcomes of its channel that are to be told, in order)
-- ARGV: id, starts ('' = take it on), state that it must be in, how long the message may be under way (ms)
-- Returns: {'go', starts, 1 if a message before this one may have gone out} | {'behind'} | {'held', ms} | {'lost'}
local held = redis.call('HMGET', KEYS[1], 'state', 'starts', 'posting', 'poster')
if held[1] ~= ARGV[3] or (ARGV[2] ~= '' and held[2] ~= ARGV[2]) then
    return {'lost'}
end
if ARGV[3] == 'finished' and redis.call('ZSCORE', KEYS[2], ARGV[1]) then
    if redis.call('ZRANGE', KEYS[2], 0, 0)[1] ~= ARGV[1] then
        return {'behind'}
    end
end
local posting = tonumber(held[3] or '') -- until when one is under way; 0: it is not known whether it arrived
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if posting and posting > now and held[4] ~= ARGV[2] then -- its own is over: one worker sends one at a time
    return {'held', posting - now}
end
if ARGV[2] == '' then
    held[2] = redis.call('HINCRBY', KEYS[1], 'starts', 1)
end
redis.call('HSET', KEYS[1], 'posting', now + tonumber(ARGV[4]), 'poster', held[2])
return {'go', tonumber(held[2]), posting and 1 or 0}
