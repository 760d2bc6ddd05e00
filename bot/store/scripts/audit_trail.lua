-- Not a script by itself: it is put in front of those that have a line `-- With: audit_trail`, and is the one place
-- that adds to the audit trail. Each record carries its number, the digest of the one before it, and its own over all
-- of that, each part with its length in front (docs/decisions/0011-the-audit-trail-is-a-chain.md).

-- Note which record of the chain is the first that the bound has left, so that what else is gone there is missed.
local function note_first(trail, head)
    local known = redis.call('HGET', head, 'first_id')
    if known and #redis.call('XRANGE', trail, '-', known, 'COUNT', 1) > 0 then
        return -- the trimming has not come so far
    end
    local from = '-'
    while from do -- ends at the latest with the record that was just added
        local page = redis.call('XRANGE', trail, from, '+', 'COUNT', 100)
        from = page[1] and '(' .. page[#page][1]
        for _, entry in ipairs(page) do
            if entry[2][1] == 'number' then
                redis.call('HSET', head, 'first', entry[2][2], 'first_id', entry[1])
                return
            end
        end
    end
end

-- KEYS that it is given: audit trail, head of the trail
-- ARGV from `first` on: most records, field, value, ... (none: nothing is added)
local function append_to_trail(trail, head, first)
    if not ARGV[first + 1] then
        return
    end
    local newest = redis.call('HMGET', head, 'number', 'digest')
    local number = (tonumber(newest[1] or '') or 0) + 1
    local record = {'number', string.format('%d', number), 'before', newest[2] or '', unpack(ARGV, first + 1)}
    local parts = {}
    for place, part in ipairs(record) do
        parts[place] = #part .. ':' .. part
    end
    local digest = redis.sha1hex(table.concat(parts))
    table.insert(record, 'digest')
    table.insert(record, digest)
    local id = redis.call('XADD', trail, '*', unpack(record))
    redis.call('HSET', head, 'number', number, 'digest', digest)
    if number == 1 then
        redis.call('HSET', head, 'first', number, 'first_id', id)
    end
    if redis.call('XTRIM', trail, 'MAXLEN', '~', ARGV[first]) > 0 then
        note_first(trail, head)
    end
end
