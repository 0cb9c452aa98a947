-- Registers the subjects of a CSV file, reads them back, and reports.
--
--   lua5.4 examples/enroll.lua [FILE.csv]
--
-- Run it twice: the second run finds everybody there and doubles nobody.

local clinone = require "clinone"

-- Which column means what: the first one that the file has counts.
local columns = {
  studyIdentifier = { "study", "STUDYID" },
  siteIdentifier = { "site", "SITEID" },
  screeningNumber = { "screening_number", "SUBJID" },
  sex = { "sex", "SEX" },
  birthYear = { "birth_year" },
  consentDate = { "consent_date", "RFICDTC" },
}

local function split(line) -- the fields of one CSV line
  local fields, at = {}, 1
  line = line:gsub("\r$", ""):gsub('""', "\1") .. ","
  while at <= #line do
    local field, after = line:match('^"([^"]*)",()', at)
    if not field then field, after = line:match("^([^,]*),()", at) end
    fields[#fields + 1] = field ~= "\1" and field:gsub("\1", '"') or ""
    at = after
  end
  return fields
end

local function read_csv(path) -- a list of records, each with its line number
  local file = clinone.check(io.open(path))
  local position, records = {}, {}
  for i, name in ipairs(split(file:read "*l")) do position[name] = i end
  for line in file:lines() do
    local fields, record = split(line), {}
    for key, names in pairs(columns) do
      local value = fields[position[names[1]] or position[names[2]]]
      if value ~= "" then record[key] = value end
    end
    record.birthYear = tonumber(record.birthYear) or record.birthYear
    records[#records + 1] = { line = #records + 2, data = record }
  end
  file:close()
  return records
end

local api = clinone.check(clinone.new { app = "enroll/1" })
local sites, before, wanted = {}, {}, {} -- handles by name; patients by key
local created, found, refused = 0, 0, {}

local function key_of(patient)
  return patient.studyIdentifier .. "/" .. patient.siteIdentifier .. "/" .. (patient.screeningNumber or "")
end

-- The handle of a site, which is created if ClinOne has none of that name.
local function site_of(study_id, site_id)
  local name = study_id .. "/" .. site_id
  if sites[name] then return sites[name] end
  local study = api:study(study_id)
  local list, err = study.sites:list { siteIdentifier = site_id }
  if list and #list.items == 0 then
    list, err = study.sites:create { siteIdentifier = site_id, name = "Site " .. site_id }
    if list then print(("site %s was not there: created"):format(name)) end
  end
  if not list then return nil, err end
  sites[name] = study:site(site_id)
  for patient in sites[name].patients:each { pageSize = 100 } do before[key_of(patient)] = true end
  return sites[name]
end

for _, record in ipairs(read_csv(arg[1] or "examples/patients.csv")) do
  local data = record.data
  local site, err = site_of(data.studyIdentifier, data.siteIdentifier)
  local key = key_of(data)
  if before[key] or wanted[key] then
    found, wanted[key] = found + 1, true
  else
    local patient
    if site then patient, err = site.patients:create(data) end
    if patient then
      created, wanted[key] = created + 1, true
    else
      refused[#refused + 1] = ("  line %d: %s"):format(record.line, tostring(err))
    end
  end
end

-- Read back, page by page: nobody lost, nobody doubled.
local pages, read, doubled, missing, strange = 0, {}, 0, 0, 0
for _, site in pairs(sites) do
  for page in site.patients:pages { pageSize = 100 } do
    pages = pages + 1
    for _, patient in ipairs(page) do
      local key = key_of(patient)
      if read[key] then doubled = doubled + 1 end
      if not (wanted[key] or before[key]) then strange = strange + 1 end
      read[key] = true
    end
  end
end
for key in pairs(wanted) do
  if not read[key] then missing = missing + 1 end
end

print(("created %d, found there already %d, refused %d"):format(created, found, #refused))
if #refused > 0 then print(table.concat(refused, "\n")) end
local count = 0
for _ in pairs(read) do count = count + 1 end
print(("read back %d patients on %d pages: %d missing, %d doubled, %d unknown"):format(
  count, pages, missing, doubled, strange))

print "\nOne error of each common kind:"
local function show(_, err) print("  " .. tostring(err)) end
show(api:study("ONC-301"):site("1042").patients:create { screeningNumbr = "1042-0010" })
show(api:study("NO-SUCH-STUDY").patients:list())
show(clinone.check(clinone.new { client_secret = "not the secret" }).patients:list())
show(clinone.check(clinone.new { -- may read only; this id and secret exist in the sandbox alone
  client_id = "sandbox-reader", client_secret = "made~up+Reader/secret=50%25",
}):study("ONC-301"):site("1042").patients:create { screeningNumber = "1042-0010" })
show(clinone.check(clinone.new {
  base_url = "https://127.0.0.1:9", auth = clinone.auth.bearer "a-token", retry = false,
}).patients:list())
show(clinone.new { base_url = "http://api.example.com" })

api:close()
if missing + doubled + strange > 0 then error "what was read back is not what was registered" end
