-- Change the grants of one subject, and say so in the audit trail, in one step.
-- With: audit_trail
-- KEYS: grants, full admins, version, this change, audit trail, its head, groups that hold a role
-- ARGV: version that was read, subject, its grants now (JSON, '' = none), when its full admin role ends ('' = has none),
--       what to answer to a repeat of this change, how long to (s), most audit records, audit field, value, ...
-- Returns: 1; 0 if the map is not as it was read. Sent twice, it finds the map moved by itself, and the answer kept
if (redis.call('GET', KEYS[3]) or '0') ~= ARGV[1] then
    return 0
end
if ARGV[3] == '' then
    redis.call('HDEL', KEYS[1], ARGV[2])
else
    redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
end
if ARGV[4] == '' then
    redis.call('ZREM', KEYS[2], ARGV[2])
else
    redis.call('ZADD', KEYS[2], ARGV[4], ARGV[2])
end
if string.sub(ARGV[2], 1, 1) == 'S' then  -- Slack is asked who is in the groups that stand there
    if ARGV[3] == '' then
        redis.call('HDEL', KEYS[7], ARGV[2])
    else
        redis.call('HSETNX', KEYS[7], ARGV[2], '')
    end
end
redis.call('INCR', KEYS[3])
redis.call('SET', KEYS[4], ARGV[5], 'EX', ARGV[6])
append_to_trail(KEYS[5], KEYS[6], 7)
return 1
