-- Read a page of the audit trail and its head, as of one moment.
-- KEYS: audit trail, its head
-- ARGV: XRANGE (oldest first) or XREVRANGE, start, end, how many
-- Returns: the records, {number, digest, number of the first record of the chain that the bound left} of the head
return {
    redis.call(ARGV[1], KEYS[1], ARGV[2], ARGV[3], 'COUNT', ARGV[4]),
    redis.call('HMGET', KEYS[2], 'number', 'digest', 'first'),
}
