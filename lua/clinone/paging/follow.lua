--- A list's operation at a link to its next page: the link has path and query
-- as they are; header lines and the body stay as they were.

local marks = require "clinone.marks"
local native = require "clinone.native"
local parameters = require "clinone.parameters"

local follow = {}

local HEADER = parameters.place.header -- less in a sum are path and query

--- What of a list has a place beside a link: header lines and the body.
local function beside(self, key)
  return self.sums[key] == nil or self.sums[key] >= HEADER
end

--- The parameters of a list that go out with a link to its next page.
---@param self clinone.Operation
---@param params table
---@return table
function follow.params(self, params)
  local kept = marks.copy(params)
  for key in next, params do
    if not beside(self, key) or key == "query" and not self.params.query then kept[key] = nil end
  end
  return kept
end

--- The same operation at a link to its next page: what stands in path and
-- query, the link has.
---@param self clinone.Operation
---@param target string path and query under the base URL
---@return clinone.Operation
function follow.operation(self, target)
  local spec, entries, fills = {}, {}, {}
  for key, value in pairs(self.spec) do spec[key] = value end
  for _, entry in ipairs(self.spec.entries) do
    local left = entry.places - entry.places % HEADER
    if left > 0 then entries[#entries + 1] = setmetatable({ places = left }, { __index = entry }) end
  end
  for _, fill in ipairs(self.fills or {}) do
    if beside(self, fill.key) then fills[#fills + 1] = fill end
  end
  spec.pieces, spec.entries = { target }, entries
  return setmetatable({ compiled = native.operation(spec), spec = spec, fills = fills, prefixed = false },
    { __index = self })
end

return follow
