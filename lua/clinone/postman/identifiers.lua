--- The two external identifiers that handles fill in, in every spelling.

local identifiers = {}

local keys = { studyidentifier = "studyIdentifier", siteidentifier = "siteIdentifier" }

--- The key under which a script gives the identifier; nil: it is none.
---@param name any
---@return "studyIdentifier"|"siteIdentifier"|nil
function identifiers.key(name)
  return type(name) == "string" and keys[name:lower():gsub("[^%w]", "")] or nil
end

return identifiers
