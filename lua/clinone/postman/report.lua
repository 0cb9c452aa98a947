--- The account of an import: what became of every request, and what a reader
-- should look at. Places and reasons only, never a value.

local native = require "clinone.native"

local report = {}

local lists = { "refused", "renamed", "guessed", "scripts", "warnings" }

---@class clinone.postman.Report
---@field operations integer imported requests
---@field refused { place: string, reason: string }[] requests that are no operation
---@field renamed { place: string, reason: string }[]
---@field guessed { place: string, reason: string }[]
---@field scripts { place: string, reason: string }[] what scripts and token requests told
---@field warnings { place: string, reason: string }[]

-- account -> kind and reason -> what `report.gather` knows of it; no part of
-- what is printed.
local gathered = setmetatable({}, { __mode = "k" })

---@return clinone.postman.Report
function report.new()
  local account = { operations = 0 }
  for _, name in ipairs(lists) do account[name] = native.json.array {} end
  gathered[account] = {}
  return account
end

local function one_line(text)
  text = text:gsub("%c+", " ")
  if #text <= 300 then return text end
  local cut = 297
  -- Not inside a UTF-8 character.
  while cut > 0 and text:byte(cut + 1) >= 0x80 and text:byte(cut + 1) < 0xC0 do cut = cut - 1 end
  return text:sub(1, cut) .. "..."
end

--- Adds an entry.
---@param account clinone.postman.Report
---@param kind "refused"|"renamed"|"guessed"|"scripts"|"warnings"
---@param place string "Folder / Sub / Request"
---@param reason string
function report.add(account, kind, place, reason)
  local list = account[kind]
  list[#list + 1] = { place = one_line(place), reason = one_line(reason) }
end

--- The folder that holds both places.
local function common_folder(a, b)
  a, b = a .. " / ", b .. " / "
  local last, at = 0, 1
  local from, to = a:find(" / ", at, true)
  while from and a:sub(1, to) == b:sub(1, to) do
    last, at = from - 1, to + 1
    from, to = a:find(" / ", at, true)
  end
  return last > 0 and a:sub(1, last) or "(collection)"
end

--- Adds an entry that may hold for many requests: one decision is one entry,
-- whose place is what holds all of them.
---@param account clinone.postman.Report
---@param kind "refused"|"renamed"|"guessed"|"scripts"|"warnings"
---@param place string
---@param reason string
---@param what string|nil what there are several of, in the plural; "requests"
function report.gather(account, kind, place, reason, what)
  local known = gathered[account][kind .. reason]
  if not known then
    report.add(account, kind, place, reason)
    local list = account[kind]
    gathered[account][kind .. reason] = { entry = list[#list], place = place, count = 1 }
    return
  end
  known.count = known.count + 1
  known.place = common_folder(known.place, place)
  known.entry.place = one_line(known.place)
  known.entry.reason = one_line(("%s (%d %s)"):format(reason, known.count, what or "requests"))
end

return report
