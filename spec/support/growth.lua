--- How the work for a text grows with its length. A pattern that looks back
--- over and over takes hours for a large file; so short a text shows it only
--- when it is compared with a shorter one.

local growth = {}

local TIMES = 8 -- the long text by the short one
local MOST = 3 * TIMES -- 64 where the work is quadratic
local SHORTEST_S = 0.05 -- what is done sooner says nothing

--- CPU time, the collector held off: under the stop-the-world suite it would
-- take most of it. The best of a few runs, as the machine has other work.
local function seconds(work, length, runs)
  local best
  for _ = 1, runs do
    collectgarbage()
    collectgarbage "stop"
    local started = os.clock()
    work(length)
    local taken = os.clock() - started
    collectgarbage "restart"
    if not best or taken < best then best = taken end
  end
  return best
end

--- Whether the work grows about as the length does.
---@param work fun(length: integer) raises what it finds wrong
---@param length integer of the longest text
---@return boolean
function growth.is_linear(work, length)
  local long = seconds(work, length, 1)
  if long < SHORTEST_S then return true end
  local short = seconds(work, math.floor(length / TIMES), 3)
  if long < MOST * short then return true end
  return seconds(work, length, 2) < MOST * short
end

return growth
