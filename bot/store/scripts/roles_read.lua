-- Read all that a decision, or a change of the role map, is judged by, as of one moment.
-- KEYS: grants, full admins, version, this change, groups that hold a role, their members, freezes, protections
-- ARGV: now (s), subject of the change, whoever asks
-- Returns: version, full admins (people, the subject left out), the answer kept for a repeat ('' = none),
--          grants (JSON or '') of the subject, and of whoever asks,
--          each group: id, what is known of it (JSON or ''), whether whoever asks is in it (1 or 0), grants;
--          each freeze, each protection (JSON)
local others = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[1], '+inf')) do
    if name ~= ARGV[2] and string.sub(name, 1, 1) ~= 'S' then  -- a group can be emptied in Slack, so it is nobody
        table.insert(others, name)
    end
end
local groups = {}
local known = redis.call('HGETALL', KEYS[5])
for place = 1, #known, 2 do
    local group = known[place]
    local members = redis.call('HGET', KEYS[6], group) or ''
    local inside = string.find(members, ' ' .. ARGV[3] .. ' ', 1, true) and 1 or 0
    table.insert(groups, {group, known[place + 1], inside, redis.call('HGET', KEYS[1], group) or ''})
end
return {
    redis.call('GET', KEYS[3]) or '0',
    others,
    redis.call('GET', KEYS[4]) or '',
    redis.call('HGET', KEYS[1], ARGV[2]) or '',
    redis.call('HGET', KEYS[1], ARGV[3]) or '',
    groups,
    redis.call('HVALS', KEYS[7]),
    redis.call('HVALS', KEYS[8]),
}
