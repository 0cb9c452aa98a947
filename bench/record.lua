--- The two records that the benchmark creates, the same for the baseline and
-- for clinone, and the server's answer, which is the record itself.
--
--   lua5.4 bench/record.lua strings|mixed      prints the answer

local cjson = require "cjson"

local records = {
  strings = {
    consentDate = "2024-03-18", country = "Germany", externalId = "8f14e45f-ceea-467f", initials = "A-K",
    investigator = "Dr. M. Keller", screeningNumber = "1042-0007", sex = "F", siteIdentifier = "1042",
    status = "screening", studyIdentifier = "ONC-301",
  },
  mixed = {
    adverseEvents = {}, armNumber = 2, birthYear = 1971, deathDate = cjson.null, doseMg = 150, heightCm = 168,
    visitCount = 12, visits = {}, weekNumber = 26, weightKg = 63, withdrawalDate = cjson.null,
  },
}

--- As clinone prints it: sorted, and an empty table is an array, which
-- lua-cjson 2.1.0 cannot say.
local function print_sorted(record)
  local names, members = {}, {}
  for name in pairs(record) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    members[i] = ('"%s":%s'):format(name, (cjson.encode(record[name]):gsub("^{}$", "[]")))
  end
  print("{" .. table.concat(members, ",") .. "}")
end

if ... == "record" then return records end -- by require
print_sorted(records[...])
