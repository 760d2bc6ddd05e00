-- Add a record to the audit trail; the repeat of a write whose answer was lost adds nothing.
-- With: audit_trail
-- KEYS: this write, audit trail, its head
-- ARGV: how long a repeat is known (s), most records, field, value, ...
-- Returns: 1 if it was added, 0 if it was there
if not redis.call('SET', KEYS[1], '', 'NX', 'EX', ARGV[1]) then
    return 0
end
append_to_trail(KEYS[2], KEYS[3], 2)
return 1
