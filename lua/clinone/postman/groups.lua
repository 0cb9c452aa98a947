--- Scope groups, derived: ClinOne's scopes are `api.<group>.<action>`, and a
-- group is taken to be what one of a resource's records is called.

local report = require "clinone.postman.report"

local groups = {}

--- The singular of a name's last word, by the common rules.
---@param name string snake_case
---@return string
function groups.singular(name)
  if name:find "series$" or name:find "species$" then return name end
  if name:find "ies$" and #name > 4 then return (name:gsub("ies$", "y")) end
  if name:find "[^aeiou]ses$" or name:find "sses$" or name:find "uses$" or name:find "[sc]hes$"
    or name:find "xes$" or name:find "zes$" then
    return (name:gsub("es$", ""))
  end
  if name:find "[^suio]s$" or name:find "[^s]os$" then return (name:gsub("s$", "")) end
  return name
end

--- Whether two names are one word in singular and plural.
---@param a string
---@param b string
---@return boolean
function groups.same_word(a, b)
  return a == b or groups.singular(a) == groups.singular(b)
end

--- Derives the group of a resource that has an operation on the default
-- server, and says so.
---@param resource table as in the catalog
---@param key string
---@param place string
---@param account clinone.postman.Report
function groups.derive(resource, key, place, account)
  -- "_2024" is a year to the vendor, and names no group.
  local group = groups.singular(key):gsub("^_+", "")
  if not group:find "%a" then return end
  for _, operation in pairs(resource.operations or {}) do
    if not operation.server then
      resource.group, resource.group_derived = group, true
      report.gather(account, "guessed", place,
        ('the scope group "%s" is derived from the name'):format(group), "folders")
      return
    end
  end
end

return groups
