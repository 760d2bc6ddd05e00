-- The server's clock in milliseconds. The key only says which node of a cluster to ask.
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
