--- The two records that the benchmark creates, the same for the baseline and
-- for clinone, and the server's answer, which is the record itself.
--
--   lua5.4 bench/record.lua strings|mixed      prints the answer

local cjson = require "cjson"

local records = {
  strings = {
    consentDate = "2024-03-18", country = "Germany", externalId = "8f14e45f-ceea-467f",
    initials = "A-K", investigator = "Dr. M. Keller", screeningNumber = "1042-0007",
    sex = "F", siteIdentifier = "1042", status = "screening", studyIdentifier = "ONC-301",
  },
  mixed = {
    adverseEvents = {}, birthYear = 1971, deathDate = cjson.null, dose = 150, heightCm = 168,
    screeningNumber = "1042-0007", siteIdentifier = "1042", status = "enrolled",
    studyIdentifier = "ONC-301", visits = {}, visitCount = 12, weekNumber = 26, weightKg = 63,
    withdrawalDate = cjson.null, armNumber = 2,
  },
}

local function answer(record)
  local names, members = {}, {}
  for name in pairs(record) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    local value = cjson.encode(record[name]):gsub("^{}$", "[]") -- 2.1.0 knows no empty array
    members[i] = ('"%s":%s'):format(name, value)
  end
  return "{" .. table.concat(members, ",") .. "}"
end

if ... == "record" or not arg then return records end
print(answer(records[arg[1]]))
