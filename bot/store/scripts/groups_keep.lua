-- Keep who is in the user groups that hold a role; what is kept of others is dropped.
-- KEYS: what is known of groups (the role map adds and removes them), their members
-- ARGV: group, what is known (JSON), members between blanks, ...
-- Returns: 1
for place = 1, #ARGV, 3 do
    if redis.call('HEXISTS', KEYS[1], ARGV[place]) == 1 then
        redis.call('HSET', KEYS[1], ARGV[place], ARGV[place + 1])
        redis.call('HSET', KEYS[2], ARGV[place], ARGV[place + 2])
    end
end
for _, group in ipairs(redis.call('HKEYS', KEYS[2])) do
    if redis.call('HEXISTS', KEYS[1], group) == 0 then
        redis.call('HDEL', KEYS[2], group)
    end
end
return 1
