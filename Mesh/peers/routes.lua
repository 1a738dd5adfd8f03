-- wrk: each request takes one of 1,000 routes at random. The requests are made once, before the clock runs.
local requests = {}

function init(arguments)
    for i = 0, 999 do
        requests[i] = wrk.format("GET", "/r/" .. i .. "/item")
    end
    math.randomseed(42)
end

function request()
    return requests[math.random(0, 999)]
end
