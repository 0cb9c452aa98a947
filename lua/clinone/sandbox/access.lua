--- Who may do what: bearer, scope, study.
--
-- The three are asked in this order, as a gateway in front of the API would:
-- 401, then 403 for the scope, then 403 for the study.

local answer = require "clinone.sandbox.answer"

local access = {}

-- The page's table of actions. A method it does not name (PATCH) is open to
-- whoever holds any scope of the group.
local ACTIONS = {
  read = { GET = true },
  write = { GET = true, PUT = true, POST = true },
  delete = { GET = true, DELETE = true },
  manage = { GET = true, PUT = true, POST = true, DELETE = true },
}
local NAMED = ACTIONS.manage

local REASONS = {
  missing = "The request carries no bearer token.",
  malformed = "The bearer token is no token of this server.",
  signature = "The bearer token's signature is not valid.",
  issuer = "The bearer token was issued for another API.",
  expired = "The bearer token has expired.",
  not_yet = "The bearer token is not valid yet.",
  client = "The bearer token's client does not exist any more.",
}

--- A 401 as OAuth 2 (RFC 6750) has it.
---@param reason string a key of REASONS
---@return clinone.sandbox.Answer
function access.unauthorized(reason)
  return answer.failure(401, "invalid_token", REASONS[reason],
    { ["WWW-Authenticate"] = 'Bearer error="invalid_token"' })
end

--- The caller behind a request.
---@param request table authorization and now are read
---@param token table a clinone.sandbox.token
---@return table|nil caller {client, scopes, skew}
---@return clinone.sandbox.Answer|nil refused
function access.caller(request, token)
  local text = (request.authorization or ""):match("^[Bb][Ee][Aa][Rr][Ee][Rr] +(%S+)$")
  if not text then return nil, access.unauthorized("missing") end
  local claims, reason = token:claims(text, request.now)
  if not claims then return nil, access.unauthorized(reason) end
  local client = token.clients[claims.azp]
  if not client then return nil, access.unauthorized("client") end
  return { client = client, scopes = claims.scp or "", skew = claims.sandbox_clock_skew }
end

--- nil when the caller's scopes allow the route's method, else a 403.
---@param caller table
---@param route clinone.sandbox.Route
---@return clinone.sandbox.Answer|nil
function access.check_scope(caller, route)
  if not route.group then return nil end
  for scope in caller.scopes:gmatch("%S+") do
    local group, action = scope:match("^api%.([^.]+)%.([^.]+)$")
    if group == route.group then
      local methods = ACTIONS[action] or {}
      if methods[route.method] or not NAMED[route.method] then return nil end
    end
  end
  return answer.failure(403, "insufficient_scope",
    ("This operation needs a scope of the group %s that allows %s."):format(
      route.group, route.method))
end

--- Whether the caller's External Client is associated with a study.
---@param caller table
---@param study string|nil a record may belong to none
---@return boolean
function access.sees(caller, study)
  return study == nil or caller.client.all_studies or caller.client.studies[study] == true
end

--- The 403 for a study that the External Client is not associated with.
---@return clinone.sandbox.Answer
function access.not_associated()
  return answer.failure(403, "study_not_associated",
    "The External Client is not associated with this study.")
end

local function registry(collections, ...)
  local wanted = table.concat({ ... }, " ")
  for name, collection in pairs(collections) do
    if collection.key_names and table.concat(collection.key_names, " ") == wanted then
      return collection, name
    end
  end
end

-- One identifier may stand in several places; all of them must say the same.
local function named(request, name)
  local found
  for _, place in ipairs { request.path_params, request.query, request.fields or {} } do
    local value = place[name]
    if value ~= nil then
      if found ~= nil and found ~= value then return nil, true end
      found = value
    end
  end
  return found
end

local function site_exists(sites, study, site)
  if study then return sites:same_key { studyIdentifier = study, siteIdentifier = site } end
  for _, record in ipairs(sites.list) do
    if record.fields.siteIdentifier == site then return record end
  end
end

--- Checks the identifiers a request names: an unknown study or site is a 404, a
--- study of others a 403. A resource's own identifier is no reference but a
--- filter (GET /sites?siteIdentifier=...) or a new value (POST /sites).
---@param request table
---@param route clinone.sandbox.Route
---@param caller table
---@param collections table<string, table>
---@return clinone.sandbox.Answer|nil refused
function access.check_identifiers(request, route, caller, collections)
  local study, study_differs = named(request, "studyIdentifier")
  local site, site_differs = named(request, "siteIdentifier")
  if study_differs or site_differs then
    local name = study_differs and "studyIdentifier" or "siteIdentifier"
    return answer.failure(400, "identifier_mismatch",
      ("%s has different values in one request."):format(name))
  end
  local studies, studies_name = registry(collections, "studyIdentifier")
  local sites, sites_name = registry(collections, "studyIdentifier", "siteIdentifier")
  if study and studies and studies_name ~= route.collection
    and not studies:same_key { studyIdentifier = study } then
    return answer.failure(404, "study_not_found", "No study has this studyIdentifier.")
  end
  if study and not access.sees(caller, study) then return access.not_associated() end
  if site and sites and sites_name ~= route.collection and not site_exists(sites, study, site) then
    return answer.failure(404, "site_not_found", "No site of this study has this siteIdentifier.")
  end
end

return access
