--- The headers of a request, in any of Postman's forms, without those that
-- are none of the API's: what the transport, the body and auth set themselves.

local header_list = require "clinone.postman.header_list"

local headers = {}

local own = {}
for name in ([[content-type accept authorization host content-length user-agent cookie connection expect
  proxy-authorization te trailer upgrade transfer-encoding accept-encoding postman-token cache-control pragma
  origin referer keep-alive date]]):gmatch "%S+" do own[name] = true end

-- What clinone asks for anyway, and what a browser or Postman asks for where
-- nobody chose anything.
local usual_types = {
  [""] = true, ["*/*"] = true, ["application/json"] = true, ["application/*"] = true, ["text/html"] = true,
  ["application/xhtml+xml"] = true,
}

--- Whether an Accept says more than ours: "application/fhir+json".
local function asks_for_more(header)
  local first = (header.value or ""):lower():match "^%s*([^%s,;]*)"
  return not header.disabled and first:find "^[%w%-.+*]+/[%w%-.+*]+$" ~= nil and not usual_types[first]
end

--- Reads them; of equal names the first one counts, an enabled before a
-- disabled one.
---@param given any `request.header`
---@return clinone.postman.Header[]
---@return string[] bad names that HTTP forbids
function headers.read(given)
  local list, place, bad = {}, {}, {}
  for _, header in ipairs(header_list.read(given)) do
    local name = header.key:lower()
    local at = place[name]
    local is_theirs = not own[name] and name ~= "" or name == "accept" and asks_for_more(header)
    if is_theirs and (#name > 128 or name:find "[^%w!#$%%&'*+.^_`|~-]") then
      bad[#bad + 1] = header.key
    elseif is_theirs and not at then
      place[name] = #list + 1
      list[#list + 1] = header
    elseif is_theirs and list[at].disabled and not header.disabled then
      list[at] = header
    end
  end
  return list, bad
end

return headers
