--- "Did you mean": the nearest of some known names.

local suggest = {}

--- Edit distance (insert, delete, replace, swap of neighbours), given up
-- beyond `most`.
local function distance(a, b, most)
  if math.abs(#a - #b) > most then return most + 1 end
  local before, previous, current = {}, {}, {}
  for j = 0, #b do previous[j] = j end
  for i = 1, #a do
    current[0] = i
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      local best = math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        best = math.min(best, before[j - 2] + 1)
      end
      current[j] = best
    end
    before, previous, current = previous, current, before
  end
  return previous[#b]
end

local function fold(name)
  return (name:lower():gsub("[_%-]", ""))
end

--- The known name nearest to `name`, or nil when none is near.
---@param name any
---@param known table<string, any> a set: its keys are the known names
---@return string|nil
function suggest.nearest(name, known)
  if type(name) ~= "string" or #name > 64 then return nil end
  local folded = fold(name)
  local most = #folded <= 4 and 1 or #folded <= 8 and 2 or 3
  local best, best_distance
  for candidate in pairs(known) do
    local d = distance(folded, fold(candidate), most)
    if d <= most and (not best or d < best_distance or (d == best_distance and candidate < best)) then
      best, best_distance = candidate, d
    end
  end
  return best
end

--- ` (did you mean "x"?)`, or a list of what there is, or "".
---@param name any
---@param known table<string, any>
---@return string
function suggest.phrase(name, known)
  local nearest = suggest.nearest(name, known)
  if nearest then return (' (did you mean "%s"?)'):format(nearest) end
  local names = {}
  for candidate in pairs(known) do names[#names + 1] = candidate end
  if #names == 0 or #names > 12 then return "" end
  table.sort(names)
  return (" (there are: %s)"):format(table.concat(names, ", "))
end

return suggest
