-- Add a record to the audit trail; the repeat of a write whose answer was lost adds nothing.
-- KEYS: audit trail, this write
-- ARGV: most records, how long a repeat is known (s), field, value, ...
-- Returns: 1 if it was added, 0 if it was there
if not redis.call('SET', KEYS[2], '', 'NX', 'EX', ARGV[2]) then
    return 0
end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', unpack(ARGV, 3))
return 1
