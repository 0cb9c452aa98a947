--- What is known of a page that Postman publishes: where its collection and its
--- metadata are, and the environment that belongs to it.

local environment = require "clinone.environment"
local native = require "clinone.native"
local secret = require "clinone.postman.secret"
local template = require "clinone.postman.template"

local published = {}

local VENDOR = "https://developer.clinone.com"

-- The vendor's page, from its metadata ("ClinOne API Reference (v5)").
local OWNER, PAGE, ENVIRONMENT = "22121128", "2s8YzRyNKH", "a5880425-0a17-4a01-af34-ccebc68c6099"

local function word(value)
  if type(value) == "number" then value = ("%.0f"):format(value) end
  return type(value) == "string" and value:match "^[%w%-]+$" or nil
end

local function url_of(origin, owner, page, chosen)
  return ("%s/api/collections/%s/%s?segregateAuth=true&versionTag=latest%s"):format(
    origin, owner, page, chosen and "&environment=" .. chosen or "")
end

--- The vendor's collection.
published.default_url = url_of(VENDOR, OWNER, PAGE, OWNER .. "-" .. ENVIRONMENT)

local function origin_of(url)
  return type(url) == "string" and url:match "^https?://[^/?#%s]+" or nil
end

local harmless = { segregateAuth = true, versionTag = true, environment = true }

--- A URL as it may be kept and printed: a share link has its key in the query.
---@param url string
---@return string
function published.without_keys(url)
  local place, query = url:match "^([^?#]*)%??([^#]*)"
  local kept = {}
  for part in query:gmatch "[^&]+" do
    if harmless[part:match "^[^=]*"] then kept[#kept + 1] = part end
  end
  return #kept > 0 and place .. "?" .. table.concat(kept, "&") or place
end

--- The environments of a page that can be used, in its order.
local function environments_of(metadata)
  local list = {}
  for _, one in ipairs(type(metadata.environments) == "table" and metadata.environments or {}) do
    if type(one) == "table" and type(one.values) == "table" then list[#list + 1] = one end
  end
  return list
end

--- Its name in a download URL, `<owner>-<id>`.
local function full_id(one)
  local owner, id = word(one.owner), word(one.id)
  return owner and id and owner .. "-" .. id or nil
end

--- The download URL that a page's metadata tells.
---@param metadata table decoded
---@param origin string|nil of the URL it was fetched from
---@return string|nil url
function published.collection_url(metadata, origin)
  local info = metadata.collection.info
  local owner, page = word(info.owner), word(info.publishedId)
  if not (owner and page) then return nil end
  origin = origin or origin_of(metadata.canonicalUrl) or origin_of(info.publicUrl) or VENDOR
  local first = environments_of(metadata)[1]
  local chosen = first and full_id(first)
  for _, option in ipairs(type(metadata.environmentOptions) == "table" and metadata.environmentOptions or {}) do
    local value = type(option) == "table" and word(option.value)
    if not chosen and value and value ~= "0" then chosen = value end
  end
  return url_of(origin, owner, page, chosen)
end

--- Where the metadata of a page is whose collection is downloaded from `url`.
---@param url string
---@return string|nil
function published.metadata_url(url)
  local origin, page = url:match "^(https?://[^/?#]+)/api/collections/%w+/([%w%-]+)"
  return origin and ("%s/view/metadata/%s"):format(origin, page)
end

--- The environment of a page for a download: the one that its URL names, else
-- the first.
---@param metadata table decoded
---@param url string
---@return table|nil one
---@return integer count how many there are
function published.environment(metadata, url)
  local list = environments_of(metadata)
  local named = url:match "[?&]environment=([%w%-]+)"
  for _, one in ipairs(list) do
    if named and full_id(one) == named then return one, #list end
  end
  return list[1], #list
end

local function fold(key)
  return (key:lower():gsub("[_%-]", ""))
end

local function copy_values(given)
  local values, has = native.json.array {}, {}
  for _, one in ipairs(given) do
    if type(one) == "table" and type(one.key) == "string" then
      local hidden = one.type == "secret" or secret.is_name(one.key) or secret.is_value(one.value)
      local text = (type(one.value) == "string" or type(one.value) == "number") and tostring(one.value) or ""
      values[#values + 1] = {
        key = one.key, value = hidden and "" or text, type = hidden and "secret" or "default",
        enabled = one.enabled ~= false and one.disabled ~= true,
      }
      if text ~= "" and values[#values].enabled then has[fold(one.key)] = text end
    end
  end
  return values, has
end

--- A Postman environment file for clinone: the page's values, what the catalog
-- knows of tokens, and empty places for id and secret. Never a secret.
---@param one table|nil the page's environment
---@param catalog table
---@return table document to be encoded
function published.environment_file(one, catalog)
  local values, has = copy_values(one and one.values or {})
  local function add(key, value, kind)
    if has[fold(key)] or (value == nil and kind ~= "secret") then return end
    for _, present in ipairs(values) do
      if fold(present.key) == fold(key) then
        present.value = value or present.value
        return
      end
    end
    values[#values + 1] = { key = key, value = value or "", type = kind or "default", enabled = true }
  end
  local server = catalog.servers and catalog.servers.default
  if server then
    local known = {}
    for name, variable in pairs(catalog.variables or {}) do known[name] = variable.value end
    server = template.resolve(server, known)
    if not server:find("{{", 1, true) then add("baseUrl", server) end
  end
  local auth = catalog.auth or {}
  local base = has.baseurl or server
  local test = environment.test
  local is_test = base and base:gsub("/+$", "") == test.base_url
  if not has.accesstokenurl then add("tokenUrl", auth.token_url or (is_test and test.token_url) or nil) end
  add("scope", auth.scope or (is_test and test.scope) or nil)
  add("clientId", nil, "secret")
  add("clientSecret", nil, "secret")
  return {
    name = one and type(one.name) == "string" and one.name or catalog.title or "ClinOne",
    values = values, _postman_variable_scope = "environment",
  }
end

return published
