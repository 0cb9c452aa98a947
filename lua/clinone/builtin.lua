--- The built-in provisional catalog: studies, sites, patients.
--
-- The vendor's page names two identifiers (studyIdentifier, siteIdentifier)
-- and the word "patient"; it publishes no routes. The routes, the other
-- fields and the paging below are this project's guess, made so that
-- everything can run before a collection is at hand. Hence `provisional`:
-- the client speaks it to loopback hosts only.
--
-- Plain data in the catalog's on-disk shape.

local paging = {
  style = "page", -- 1-based page numbers
  page = "page", size = "pageSize", -- query parameters
  items = "items", total = "total", -- fields of the answer
}

local study = { ["in"] = "query", type = "string", doc = "External study identifier" }
local site = { ["in"] = "query", type = "string", doc = "External site identifier" }
local page = { ["in"] = "query", type = "integer", doc = "Page number, from 1" }
local page_size = { ["in"] = "query", type = "integer", doc = "Records per page, at most 100" }
local id = { ["in"] = "path", type = "string", required = true, doc = "ClinOne's own id" }

local function body(type_name, doc, required)
  return { ["in"] = "body", type = type_name, doc = doc, required = required }
end

local site_fields = {
  studyIdentifier = body("string", "External study identifier", true),
  siteIdentifier = body("string", "External site identifier", true),
  name = body("string", "Name shown in ClinOne"),
  status = body("string", "planned, active or closed"),
}

local patient_fields = {
  studyIdentifier = body("string", "External study identifier", true),
  siteIdentifier = body("string", "External site identifier", true),
  screeningNumber = body("string", "Screening number, unique at the site", true),
  status = body("string", "screening, enrolled, withdrawn or completed"),
  sex = body("string", "F, M or U"),
  birthYear = body("integer", "Four digits"),
  consentDate = body("string", "ISO 8601 date"),
  visits = body("array", "Visits so far, each an object"),
}

--- An update takes the id in the path and what a create takes.
local function with_id(fields)
  local params = { id = id }
  for name, param in pairs(fields) do params[name] = param end
  return params
end

return {
  catalog = 1,
  title = "ClinOne, provisional routes (this project's guess)",
  provisional = true,
  strict = true,
  source = { kind = "builtin", name = "clinone" },
  servers = { default = "https://test1api.clinone.com" },
  resources = {
    studies = {
      group = "study",
      operations = {
        list = {
          method = "GET", path = "/studies", name = "List studies", paging = paging,
          params = { studyIdentifier = study, page = page, pageSize = page_size },
        },
        get = { method = "GET", path = "/studies/{id}", name = "Get a study", params = { id = id } },
      },
    },
    sites = {
      group = "site",
      operations = {
        list = {
          method = "GET", path = "/sites", name = "List sites", paging = paging,
          params = { studyIdentifier = study, siteIdentifier = site, page = page, pageSize = page_size },
        },
        get = { method = "GET", path = "/sites/{id}", name = "Get a site", params = { id = id } },
        create = {
          method = "POST", path = "/sites", name = "Create a site", params = site_fields,
        },
        update = {
          method = "PUT", path = "/sites/{id}", name = "Update a site", params = with_id(site_fields),
        },
      },
    },
    patients = {
      group = "patient",
      operations = {
        list = {
          method = "GET", path = "/patients", name = "List patients", paging = paging,
          params = {
            studyIdentifier = study, siteIdentifier = site,
            screeningNumber = { ["in"] = "query", type = "string", doc = "Screening number at the site" },
            page = page, pageSize = page_size,
          },
        },
        get = { method = "GET", path = "/patients/{id}", name = "Get a patient", params = { id = id } },
        create = {
          method = "POST", path = "/patients", name = "Register a patient", params = patient_fields,
        },
        update = {
          method = "PUT", path = "/patients/{id}", name = "Update a patient", params = with_id(patient_fields),
        },
        delete = { method = "DELETE", path = "/patients/{id}", name = "Delete a patient", params = { id = id } },
      },
    },
  },
}
