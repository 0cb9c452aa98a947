--- A catalog of odd shapes for specs: resources named like methods, nested
-- ones, aliases, parameters in several places, unknown fields allowed here and
-- refused there. The sandbox serves it as any other.

local function path(more)
  local param = { ["in"] = "path", type = "string", required = true }
  for key, value in pairs(more or {}) do param[key] = value end
  return param
end

local query = { ["in"] = "query", type = "string" }
local page = { page = "page", size = "pageSize", items = "items", total = "total" }

return {
  catalog = 1, title = "workshop", inferred = true,
  resources = {
    -- Named like the methods that make handles: callable as well.
    study = { group = "study", operations = {
      list = { method = "GET", path = "/studies", paging = page, params = { studyIdentifier = query } },
      get = { method = "get", path = "/studies/{id}", aliases = { "read" } },
    } },
    sites = { group = "site", operations = {
      list = { method = "GET", path = "/sites", paging = page, params = { studyIdentifier = query } },
      get = { method = "GET", path = "/sites/{id}" },
      create = { method = "POST", path = "/sites" },
    } },
    -- Named like methods of the client: they get the suffix "_".
    call = { operations = {
      list = { method = "GET", path = "/calls" }, create = { method = "POST", path = "/calls" },
    } },
    close = { operations = { list = { method = "GET", path = "/closes" } } },
    -- Found by their own name, which may hold any character.
    tags = {
      operations = {
        list = { method = "GET", path = "/tags", paging = page, params = { tag = query } },
        create = { method = "POST", path = "/tags", key = { "tag" }, params = {
          tag = { ["in"] = "body", type = "string", required = true },
          weight = { ["in"] = "body", type = "number" }, order = { ["in"] = "body", type = "integer" },
          open = { ["in"] = "body", type = "boolean" }, list = { ["in"] = "body", type = "array" },
          map = { ["in"] = "body", type = "object" },
        } },
        get = { method = "GET", path = "/tags/{tag}", params = { tag = path() } },
        update = { method = "PUT", path = "/tags/{tag}", aliases = { "replace", "put" }, params = {
          tag = path { ["in"] = { "path", "body" } }, order = { ["in"] = "body", type = "integer" },
        } },
        -- Names that clash with a resource's own methods.
        each = { method = "GET", path = "/tags/each" },
      },
      resources = { notes = { operations = {
        list = { method = "GET", path = "/tags/{tag}/notes", paging = page },
        create = { method = "POST", path = "/tags/{tag}/notes" },
        get = { method = "GET", path = "/tags/{tag}/notes/{id}" },
      } } },
    },
    -- Parameters in every place at once.
    everywhere = { operations = {
      put = { method = "PUT", path = "/everywhere/{studyIdentifier}/{id}", strict = true, params = {
        studyIdentifier = path { ["in"] = { "path", "query", "header", "body" } },
        id = path { type = "integer" },
        trace = { ["in"] = "header", name = "X-Trace" }, deep = { ["in"] = "query", name = "deep[er]" },
        note = { ["in"] = "body", type = "string" },
      } },
    } },
    strict = { operations = { create = { method = "POST", path = "/strict", strict = true, params = {
      studyIdentifier = { ["in"] = "body", type = "string", required = true, doc = "External study identifier" },
      birthYear = { ["in"] = "body", type = "integer" }, list = { ["in"] = "body", type = "array" },
    } } } },
  },
}
