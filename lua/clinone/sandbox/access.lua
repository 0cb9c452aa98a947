--- Who may do what: bearer, scope, study.
--
-- The three are asked in this order, as a gateway in front of the API would:
-- 401, then 403 for the scope, then 403 for the study.

local answer = require "clinone.sandbox.answer"
local fixtures = require "clinone.sandbox.fixtures"
local references = require "clinone.sandbox.references"

local access = {}

-- The page's table of actions. It does not name PATCH, which writes; another
-- method that it does not name is open to whoever holds any scope of the group.
local ACTIONS = {
  read = { GET = true },
  write = { GET = true, PUT = true, POST = true, PATCH = true },
  delete = { GET = true, DELETE = true },
  manage = { GET = true, PUT = true, POST = true, PATCH = true, DELETE = true },
}
local NAMED = ACTIONS.manage

--- Whoever calls a public route.
access.ANYBODY = { client = { all_studies = true, studies = {} }, scopes = "" }

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
    if group == route.group or group == fixtures.ANY_GROUP then
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

-- The collection that says which studies, or sites, exist.
local function registry(collections, key)
  for name, collection in pairs(collections) do
    if collection.registry == key then return collection, name end
  end
end

local function site_exists(sites, study, site)
  if study then return sites:same_key { studyIdentifier = study, siteIdentifier = site } end
  for _, record in ipairs(sites.list) do
    if record.fields.siteIdentifier == site then return record end
  end
end

local function check_reference(named, route, caller, collections)
  local study, site = named.studyIdentifier, named.siteIdentifier
  local studies, studies_name = registry(collections, "studyIdentifier")
  local sites, sites_name = registry(collections, "studyIdentifier siteIdentifier")
  if study and studies and studies_name ~= route.collection
    and not studies:same_key { studyIdentifier = study } then
    return answer.failure(404, "study_not_found",
      "No study has this studyIdentifier. The sandbox knows those of its fixtures.")
  end
  if study and not access.sees(caller, study) then return access.not_associated() end
  if site and sites and sites_name ~= route.collection and not site_exists(sites, study, site) then
    return answer.failure(404, "site_not_found",
      "No site of this study has this siteIdentifier. The sandbox knows those of its fixtures.")
  end
end

--- Checks the identifiers a request names: an unknown study or site is a 404, a
--- study of others a 403. A resource's own identifier is no reference but a
--- filter (GET /sites?siteIdentifier=...) or a new value (POST /sites). Fills in
--- `study`, where the request names one.
---@param request table
---@param route clinone.sandbox.Route
---@param caller table
---@param collections table<string, table>
---@return clinone.sandbox.Answer|nil refused
function access.check_identifiers(request, route, caller, collections)
  local outer, differs = references.outer(request, route)
  if not outer then
    return answer.failure(400, "identifier_mismatch",
      ("%s has different values in one request."):format(differs))
  end
  local refused = check_reference(outer, route, caller, collections)
  request.study = outer.studyIdentifier
  for _, inner in ipairs(refused and {} or references.nested(request.text)) do
    inner.studyIdentifier = inner.studyIdentifier or outer.studyIdentifier
    request.study = request.study or inner.studyIdentifier
    refused = refused or check_reference(inner, route, caller, collections)
  end
  return refused
end

return access
