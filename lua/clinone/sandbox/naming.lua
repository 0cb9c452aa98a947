--- What a catalog calls the resources that fixtures name: a folder may be
--- "Study", "Studies" or "Admin / Studies".

local naming = {}

local function singular(name)
  local last = name:match("[^.]+$"):lower():gsub("[_%-]", "")
  return (last:gsub("ies$", "y"):gsub("s$", ""))
end

local function depth(name)
  return select(2, name:gsub("%.", ""))
end

--- Finds the catalog's resource for each name: the one of the very name, else one
-- of the same word, the least deep first.
---@param resources table<string, boolean> the catalog's, dotted
---@param names string[]
---@return table<string, string> found by name; what the catalog lacks is not in it
function naming.match(resources, names)
  local sorted = {}
  for resource in pairs(resources) do sorted[#sorted + 1] = resource end
  table.sort(sorted, function(a, b)
    if depth(a) ~= depth(b) then return depth(a) < depth(b) end
    return a < b
  end)
  local by_word = {}
  for _, resource in ipairs(sorted) do
    local word = singular(resource)
    by_word[word] = by_word[word] or resource
  end
  local found = {}
  for _, name in ipairs(names) do
    found[name] = resources[name] and name or name ~= "" and by_word[singular(name)] or nil
  end
  return found
end

return naming
