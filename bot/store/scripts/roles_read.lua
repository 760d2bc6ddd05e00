-- Read all that a change of the role map is judged by, as of one moment.
-- KEYS: grants, full admins, version, this change
-- ARGV: now (s), subject, subject of whoever asks, ...
-- Returns: version, full admins (two, the subject left out, tell enough), the answer kept for a repeat ('' = none),
--          grants (JSON or '') of each subject
local others = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[1], '+inf', 'LIMIT', 0, 2)) do
    if name ~= ARGV[2] then
        table.insert(others, name)
    end
end
local grants = redis.call('HMGET', KEYS[1], unpack(ARGV, 2))
for place, text in ipairs(grants) do
    grants[place] = text or ''
end
return {redis.call('GET', KEYS[3]) or '0', others, redis.call('GET', KEYS[4]) or '', grants}
